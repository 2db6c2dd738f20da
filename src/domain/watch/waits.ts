import { MINUTE } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import { VERSION_LIVE } from '../checklist.ts';
import { progressOf } from '../deployment.ts';
import { request, runsByItself } from '../request-checks.ts';
import { isActive } from '../plan.ts';
import { settleChecks } from '../settle/settle-check.ts';

/** A run nobody answered for ends inconclusive; it never hangs. */
export const lostRunDues: DueSource = (situation) =>
  Object.entries(situation.deployment.items).flatMap(([itemId, { running }]): Due[] =>
    running === undefined
      ? []
      : [
          {
            at: running.since + situation.rules.lostRun,
            fire: () =>
              settleChecks(situation, [
                {
                  itemId,
                  runId: running.runId,
                  result: {
                    outcome: 'inconclusive',
                    line: `no answer within ${situation.rules.lostRun / 60_000} min: is a worker running?`,
                    findings: [],
                    observation: {},
                    captured: {},
                    durationMs: situation.rules.lostRun,
                    tries: 0,
                  },
                },
              ]),
          },
        ],
  );

export const timerDues: DueSource = (situation, { plan }) =>
  plan.items.flatMap(({ item }): Due[] => {
    const { activeSince, settled } = progressOf(situation.deployment, item.id);
    return item.body.kind === 'timer' && activeSince !== undefined && settled === undefined
      ? [{ at: activeSince + item.body.durationMs, fire: () => [{ type: 'timer_elapsed', itemId: item.id }] }]
      : [];
  });

/** What takes longer than this is asked less often. */
const EAGER = 10 * MINUTE;
const SLOWER = 6;

/** version-live, and the checks of a rollback, are asked again until they hold. */
export const pollDues: DueSource = (situation, board) => {
  const { deployment, rules, now } = situation;
  const { state } = deployment;
  if (state.kind !== 'verifying' && state.kind !== 'rolling_back') return [];
  const { kind, since } = state;
  const pause = now - since < EAGER ? rules.poll : SLOWER * rules.poll;
  return board.plan.items
    .filter((entry) => (kind === 'verifying' ? entry.item.id === VERSION_LIVE : entry.section === 'rollback'))
    .filter((entry) => isActive(entry, deployment) && runsByItself(situation, entry))
    .flatMap((entry): Due[] => {
      const { measured, running, settled } = progressOf(deployment, entry.item.id);
      const isGood = measured?.outcome === 'pass' || measured?.outcome === 'warn';
      if (measured === undefined || isGood || running !== undefined || settled !== undefined) return [];
      return [{ at: measured.at + pause, fire: () => request(situation, { kind: 'refresh' }, [entry]) }];
    });
};
