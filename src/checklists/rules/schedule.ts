import type { Offset } from '../../domain/checklist.ts';
import type { RawChecklist, RawLadder } from '../schema/checklist.ts';
import type { Path } from '../source.ts';
import type { Report } from '../walk.ts';

/** Rungs say one thing each and stand in the order they come, after T-0. */
export const checkLadder = (ladder: RawLadder, path: Path, report: Report): void => {
  const times: { readonly offset: Offset; readonly path: Path }[] = [];
  for (const [index, rung] of ladder.entries()) {
    const here = [...path, index];
    if ((rung.at === undefined) === (rung.cron === undefined))
      report(here, 'ladder: expected either at or cron');
    else if (rung.at !== undefined) times.push({ offset: rung.at, path: [...here, 'at'] });
    if (rung.for !== undefined && rung.cron === undefined)
      report([...here, 'for'], 'for: stands only beside cron', 'key');
  }
  checkAscending(times, 'ladder', report);
};

/** The times at which the success criteria are judged, and when signing opens, count from T-0. */
export const checkTimes = (raw: RawChecklist, report: Report): void => {
  const at = (raw.criteria?.at ?? []).map((offset, index) => ({ offset, path: ['criteria', 'at', index] }));
  checkAscending(at, 'criteria', report);
  const opens = raw.sign_off?.opens;
  if (typeof opens === 'object' && opens.anchor !== 'deployed')
    report(['sign_off', 'opens'], 'opens: expected a time after T-0, such as +1h');
  if (opens === 'criteria' && raw.criteria === undefined)
    report(['sign_off', 'opens'], 'opens: this file has no criteria to wait for');
};

const checkAscending = (
  times: readonly { readonly offset: Offset; readonly path: Path }[],
  name: string,
  report: Report,
): void => {
  let last = 0;
  for (const { offset, path } of times) {
    if (offset.anchor !== 'deployed') report(path, `${name}: expected a time after T-0, such as +15m`);
    else if (offset.ms <= last)
      report(path, `${name}: expected each time to be later than the one before, the first later than T-0`);
    else last = offset.ms;
  }
};
