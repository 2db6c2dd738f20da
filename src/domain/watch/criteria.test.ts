import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../test/support/situation.ts';
import { actor, answer, passTime, run, runningItems, wakeAt } from '../../../test/support/situation.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { DAY, HOUR, MINUTE } from '../../lib/time.ts';
import { signOff } from '../decide/sign-off.ts';
import { confirmItem } from '../settle/confirm-item.ts';
import type { Situation } from '../situation.ts';

const yaml = (items: string, ladder = '[{ at: +24h }, { at: +10d }]') =>
  smallChecklist({
    verify: [checked('a', 'watch: true')],
    rest: `ladder: ${ladder}\ncriteria: { at: [+24h, +7d], items: [${items}] }`,
  });
const stateOfA = '{ id: stayed, title: It stayed well, check: { state: { of: [a] } } }';
const watching = (items = stateOfA, ladder?: string) =>
  situationIn('watching', { yaml: yaml(items, ladder) });
const outcome = ({ deployment }: Situation) => deployment.judgedOutcome?.outcome;
const judgedAfter = (items: string, answers: Record<string, Answer> = {}) => {
  const begun = watching(items);
  return outcome(passTime(begun, begun.now + DAY + 10 * MINUTE, (now) => answer(now, answers)));
};

describe('the success criteria', () => {
  it('are judged at their times, not before', () => {
    const begun = watching();
    expect(outcome(passTime(begun, begun.now + DAY - 1, answer))).toBeUndefined();
    const judged = passTime(begun, begun.now + DAY, answer);
    expect(judged.deployment.judgedOutcome).toEqual({ outcome: 'healthy', at: begun.now + DAY });
  });

  it('wait for the rung of the same moment, and its second look', () => {
    const begun = watching();
    const rung = wakeAt(begun, begun.now + DAY);
    expect(outcome(rung)).toBeUndefined();
    const bad = answer(rung, { a: 'fail' });
    expect(outcome(bad)).toBeUndefined();
    const twice = answer(wakeAt(bad, bad.now + MINUTE), { a: 'fail' });
    expect(outcome(wakeAt(twice, twice.now))).toBe('failed');
  });

  it.each([
    ['healthy', 'pass'],
    ['healthy', 'warn'],
    ['failed', 'fail'],
    ['degraded', 'inconclusive'],
  ] as const)('are %s when an own check ends as %s', (expected, result) => {
    expect(judgedAfter(checked('own'), { own: result })).toBe(expected);
  });

  it('have their own checks measured at the time of judging, each time', () => {
    const begun = watching(checked('own'));
    const first = passTime(begun, begun.now + DAY, (now) =>
      runningItems(now).includes('own') ? now : answer(now),
    );
    expect(runningItems(first)).toEqual(['own']);
    const judged = wakeAt(answer(first), first.now);
    expect(outcome(judged)).toBe('healthy');
    const later = passTime(judged, begun.now + 7 * DAY + HOUR, (now) => answer(now, { own: 'fail' }));
    expect(outcome(later)).toBe('failed');
  });

  it('are degraded while a person has not said so', () => {
    expect(judgedAfter(manual('own'))).toBe('degraded');
  });

  it('are judged once for all the times that passed while the bot was down', () => {
    const begun = watching();
    const back = answer(wakeAt(begun, begun.now + 8 * DAY));
    const judged = wakeAt(back, back.now);
    expect(judged.deployment.judgedOutcome?.at).toBe(back.now);
    expect(passTime(judged, judged.now + HOUR, answer).deployment.judgedOutcome?.at).toBe(back.now);
  });

  it('are judged a last time at completion: that is the outcome', () => {
    const begun = watching(manual('own'), '[{ at: +2d }]');
    const later = passTime(begun, begun.now + 2 * DAY, answer);
    expect(outcome(later)).toBe('degraded');
    const confirmed = run(later, (now) => confirmItem(now, { itemId: 'own', actor: actor(now, 'bob') }));
    const done = run(confirmed, (now) => signOff(now, { actor: actor(now, 'carol'), acceptedDebts: [] }));
    expect(done.deployment.state).toMatchObject({ kind: 'completed', outcome: 'healthy' });
  });

  it('failed at completion when something still fails', () => {
    const begun = watching(stateOfA, '[{ at: +2d }]');
    const late = passTime(begun, begun.now + 12 * DAY, (now) => answer(now, { a: 'fail' }));
    expect(late.deployment.state).toMatchObject({ kind: 'completed', outcome: 'failed' });
  });
});
