import { describe, expect, it, vi } from 'vitest';
import {
  answer,
  at,
  eventsOf,
  passTime,
  resultOf,
  run,
  runningItems,
  standing,
  wakeAt,
} from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { ok } from '../../lib/result.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time.ts';
import type { DueSource } from '../due.ts';
import { elapsed, nextDueAt } from '../elapse.ts';
import { settleChecks } from '../settle/settle-check.ts';
import { lostRunDues } from './waits.ts';

describe('a run that nobody answers', () => {
  const yaml = smallChecklist({ prepare: [checked('a')] });

  it('ends inconclusive after five minutes: never a pass, never a hang', () => {
    const begun = started({ yaml });
    expect(nextDueAt(begun)).toBe(begun.now + 5 * MINUTE);
    const lost = wakeAt(begun, begun.now + 5 * MINUTE);
    expect(lost.deployment.items['a']).toMatchObject({
      measured: { outcome: 'inconclusive', line: 'no answer within 5 min: is a worker running?', tries: 0 },
    });
    expect(standing(lost, 'a')).toBe('unclear');
    expect(runningItems(lost)).toEqual([]);
  });

  it('is waited for as long as the check itself may take, with every try', () => {
    const patient = smallChecklist({
      prepare: [
        "{ id: a, title: A, check: { http: { url: 'http://127.0.0.1:1/a' }, timeout: 60s, retry: { max: 10, delay: 5s } } }",
        checked('b'),
      ],
    });
    const begun = started({ yaml: patient });
    const usual = wakeAt(begun, begun.now + 5 * MINUTE);
    expect(runningItems(usual)).toEqual(['a']);
    const longest = 11 * MINUTE + 50 * SECOND + MINUTE;
    expect(runningItems(wakeAt(usual, begun.now + longest - 1))).toEqual(['a']);
    const lost = wakeAt(usual, begun.now + longest);
    expect(lost.deployment.items['a']?.measured?.line).toBe('no answer within 13 min: is a worker running?');
  });

  it('names the zone whose runner was silent', () => {
    const begun = started({ yaml: smallChecklist({ prepare: [checked('a')] }) });
    const { checklist } = begun;
    const inZone = {
      ...begun,
      checklist: { ...checklist, connections: { ...checklist.connections, runner: 'dmz' } },
    };
    const lost = wakeAt(inZone, begun.now + 5 * MINUTE);
    expect(lost.deployment.items['a']?.measured?.line).toBe(
      'no answer within 5 min: is the runner of dmz running?',
    );
  });

  it('ends together with all the others that are lost, however many they are', () => {
    const ids = Array.from({ length: 600 }, (_, index) => `c${index}`);
    const begun = started({ yaml: smallChecklist({ prepare: ids.map((id) => checked(id)) }) });
    const source = vi.fn(lostRunDues);
    const { events, endless } = elapsed(at(begun, begun.now + 5 * MINUTE), [source]);
    expect([events.length, endless]).toEqual([600, []]);
    expect(source).toHaveBeenCalledTimes(2);
  });

  it('is not believed when it answers after all', () => {
    const begun = started({ yaml });
    const runId = begun.deployment.items['a']?.running?.runId ?? '';
    const lost = wakeAt(begun, begun.now + 5 * MINUTE);
    const late = run(lost, (now) =>
      ok(settleChecks(now, [{ itemId: 'a', runId, result: resultOf('pass') }])),
    );
    expect(standing(late, 'a')).toBe('unclear');
  });

  it('in the watch is no alert and ends its rung', () => {
    const watched = smallChecklist({ verify: [checked('a', 'watch: true')], rest: 'ladder: [{ at: +15m }]' });
    const begun = situationIn('watching', { yaml: watched });
    const after = passTime(begun, begun.now + 30 * MINUTE);
    expect(after.deployment.alerts).toEqual([]);
    expect(after.deployment.followUps[0]?.state.kind).toBe('done');
    expect(standing(after, 'a')).toBe('unclear');
  });
});

describe('a due that never ends itself', () => {
  it('is named and left out; everything else happens', () => {
    const yaml = smallChecklist({ prepare: [checked('a')] });
    const begun = started({ yaml });
    const endlessDues: DueSource = () => [{ at: 0, fire: () => [{ type: 'reminded', key: 'again' }] }];
    const { events, endless } = elapsed(at(begun, begun.now + 5 * MINUTE), [endlessDues, lostRunDues]);
    expect(endless).toEqual(['endlessDues']);
    expect(events.map(({ type }) => type)).toEqual(['check_settled']);
  });
});

describe('a timer', () => {
  const yaml = smallChecklist({ prepare: [manual('wait', 'timer: 30m'), checked('a')] });

  it('begins with its stage and settles itself, which opens the gate', () => {
    const begun = answer(started({ yaml }));
    expect(begun.deployment.items['wait']).toEqual({ activeSince: begun.now });
    expect(standing(wakeAt(begun, begun.now + 30 * MINUTE - 1), 'wait')).toBe('open');
    const over = wakeAt(begun, begun.now + 30 * MINUTE);
    expect(standing(over, 'wait')).toBe('confirmed');
    expect(over.deployment.state.kind).toBe('awaiting_go');
  });

  it('that ran out while the bot was down is over at once', () => {
    const begun = answer(started({ yaml }));
    expect(wakeAt(begun, begun.now + HOUR).deployment.items['wait']?.settled).toEqual({
      kind: 'elapsed',
      at: begun.now + HOUR,
    });
  });

  it('begins once', () => {
    const begun = answer(started({ yaml }));
    expect(eventsOf(at(begun, begun.now + MINUTE), () => ok([]))).toEqual([]);
  });
});
