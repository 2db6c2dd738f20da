import type { CheckContext, Measured } from '../check.ts';
import { showUnit, systemdTime, unitName, type Properties } from '../host/systemd.ts';
import { observeJobs, type Moment } from './jobs.ts';

const TIMER = [
  'LoadState',
  'ActiveState',
  'Unit',
  'LastTriggerUSec',
  'NextElapseUSecRealtime',
  'NextElapseUSecMonotonic',
];

const momentOf = (text: string | undefined): Moment => {
  const ms = systemdTime(text);
  if (ms === undefined) return { kind: 'none' };
  return Number.isNaN(ms) ? { kind: 'unknown' } : { kind: 'at', ms };
};

const nextOf = (found: Properties): Moment => {
  const next = momentOf(found['NextElapseUSecRealtime']);
  const sinceBoot = found['NextElapseUSecMonotonic'] ?? '';
  // One that counts from boot or from its last run is planned, and says when in a time that is not ours.
  return next.kind === 'none' && !['', '0', 'infinity'].includes(sinceBoot) ? { kind: 'unknown' } : next;
};

/** A timer of systemd, and how the unit that it starts ended. */
export const measureTimer = async (timer: string, context: CheckContext): Promise<Measured> => {
  const name = unitName(timer, 'timer');
  const found = await showUnit(name, TIMER, context);
  if (found['LoadState'] !== 'loaded') return observeJobs([], context.now());
  const job = { name, next: nextOf(found), last: momentOf(found['LastTriggerUSec']) };
  const { observation, incomplete = [] } = observeJobs([job], context.now());
  const unit = found['Unit'] ?? '';
  const started = unit === '' ? {} : await showUnit(unit, ['LoadState', 'Result'], context);
  const result = started['Result'];
  return {
    observation: {
      ...observation,
      active: found['ActiveState'] ?? '',
      ...(result !== undefined && result !== '' && { result }),
    },
    incomplete,
  };
};
