import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/check.ts';
import type { Deployment, DeploymentState, FollowUp } from '../../src/domain/deployment.ts';
import { openRequired } from '../../src/domain/decide/open-items.ts';
import { elapse, nextDueAt } from '../../src/domain/elapse.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve/evolve.ts';
import { isChosen } from '../../src/domain/plan.ts';
import { boardOf } from '../../src/domain/standing.ts';
import type { Transition } from '../../src/domain/transition.ts';
import { transition } from '../../src/domain/transition.ts';
import { ok } from '../../src/lib/result.ts';
import { MINUTE } from '../../src/lib/time.ts';
import type { Step } from '../support/walks.ts';
import { acts, endings, walk, walks } from '../support/walks.ts';

const MACHINE: Readonly<Record<DeploymentState['kind'], readonly DeploymentState['kind'][]>> = {
  preparing: ['awaiting_go', 'held', 'aborted'],
  awaiting_go: ['preparing', 'deploying', 'held', 'aborted'],
  held: ['preparing', 'aborted'],
  deploying: ['verifying', 'rolling_back', 'aborted'],
  // Completed at once where a newer deployment took its place.
  verifying: ['watching', 'rolling_back', 'deploying', 'completed'],
  watching: ['completed', 'rolling_back', 'deploying'],
  rolling_back: ['rolled_back'],
  completed: [],
  aborted: [],
  rolled_back: [],
};

/** Every deployment a transition went through, one per event. */
const throughOf = ({ now, change }: Step): Deployment[] => {
  const states = [change.before];
  for (const event of change.events) states.push(evolve(states.at(-1) ?? change.before, event, now.now));
  return states;
};

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** What holds after every step, as a sentence and what breaks it. Undefined: it holds. */
const INVARIANTS: Readonly<Record<string, (step: Step) => unknown>> = {
  'a deployment moves only along its state machine': (step) =>
    throughOf(step)
      .map(({ state }) => state.kind)
      .find((kind, index, kinds) => {
        const from = kinds[index - 1] ?? kind;
        return kind !== from && !MACHINE[from].includes(kind);
      }),
  'what was still being verified is completed only by a newer deployment': ({ change: { before, after } }) =>
    before.state.kind === 'verifying' && after.state.kind === 'completed' && after.supersededBy === undefined
      ? after.state
      : undefined,
  'nothing is rolled back before something showed that it worked': ({ now, change: { before, after } }) => {
    if (after.state.kind !== 'rolled_back' || before.state.kind === 'rolled_back') return undefined;
    const board = boardOf({ ...now, deployment: after });
    const isShown = board.plan.items.some(
      (entry) =>
        entry.section === 'rollback' &&
        isChosen(entry, after) &&
        ['passed', 'warned', 'confirmed'].includes(board.standing(entry.item.id)),
    );
    return isShown ? undefined : after.rollback;
  },
  'a rollback is confirmed by somebody else than who asked': ({ change: { after } }) =>
    after.rollback?.askedBy === after.rollback?.by ? after.rollback : undefined,
  'no item is confirmed over red': ({ change }) =>
    Object.entries(change.after.items).find(
      ([, { settled, measured }]) =>
        settled?.kind === 'confirmed' && ['fail', 'error', 'timed_out'].includes(measured?.outcome ?? ''),
    ),
  'Go is never given with an open required item': ({ now, change }) =>
    isGo(change)
      ? openRequired(boardOf({ ...now, deployment: change.before }), ['prepare'])[0]?.item.id
      : undefined,
  'Go is never given without a version': ({ change }) =>
    isGo(change) && change.before.version === null ? change.before : undefined,
  'Go is never given on evidence older than half an hour': ({ now, change }) =>
    isGo(change)
      ? Object.values(change.before.items).find(
          ({ measured, settled }) =>
            isGood(measured?.outcome) && settled === undefined && now.now - (measured?.at ?? 0) > 30 * MINUTE,
        )
      : undefined,
  'a look is ticked only when all it should measure was measured anew': (step) =>
    throughOf(step).flatMap((deployment, index, all) =>
      deployment.followUps.flatMap((followUp, rung) => {
        const began = all[index - 1]?.followUps[rung]?.state;
        return began?.kind === 'running' && isTicked(followUp)
          ? WATCHED.map((id) => deployment.items[id] ?? {}).filter(
              ({ settled, measured, accepted }) =>
                settled === undefined &&
                !(accepted !== undefined && accepted.cause === undefined) &&
                ((measured?.at ?? 0) < began.at ||
                  ['inconclusive', 'skipped'].includes(measured?.outcome ?? 'skipped')),
            )
          : [];
      }),
    )[0],
  'a suspicion ends with a result': ({ change }) =>
    change.events.find(
      (event) =>
        event.type === 'suspicion_cleared' &&
        !change.events.some((other) => other.type === 'check_settled' && other.itemId === event.itemId),
    ),
  'with four eyes the starter never gives Go': ({ now, change: { after } }) =>
    now.policy.fourEyes && after.goBy === after.startedBy ? after.goBy : undefined,
  'the starter never gives an approval': ({ change: { after } }) => {
    const approval = after.items['p-approval']?.settled;
    return approval?.kind === 'confirmed' && approval.by === after.startedBy ? approval : undefined;
  },
  'the proofs are never skipped, n/a or accepted': ({ change: { after } }) =>
    ['version-live', 'r-check']
      .map((id) => after.items[id] ?? {})
      .find(
        ({ settled, accepted }) =>
          accepted !== undefined || settled?.kind === 'skipped' || settled?.kind === 'not_applicable',
      ),
  'what writes never runs without a click': ({ change }) =>
    change.events.find(
      (event) =>
        event.type === 'checks_requested' &&
        event.reason.kind !== 'click' &&
        event.runs.some(({ itemId }) => itemId === 'v-write' || itemId === 'p-write'),
    ),
  'no role signs twice and no person for two roles': ({ change: { after } }) =>
    unique(after.signatures.map(({ role }) => role)) && unique(after.signatures.map(({ by }) => by))
      ? undefined
      : after.signatures,
  'an item owes at most one debt': ({ change: { after } }) =>
    unique(after.debts.map(({ itemId, id }) => itemId ?? id)) ? undefined : after.debts,
  'one cause has at most one open alert': ({ change: { after } }) =>
    unique(after.alerts.filter(({ state }) => state.kind !== 'resolved').map(({ cause }) => cause))
      ? undefined
      : after.alerts,
  'nothing of the ladder is planned once it is over': ({ change: { after } }) =>
    ['completed', 'aborted', 'rolling_back', 'rolled_back'].includes(after.state.kind)
      ? after.followUps.find(({ state }) => state.kind === 'planned' || state.kind === 'running')
      : undefined,
};

/** What every rung measures, once it could be measured at all. */
const WATCHED = ['v-check', 'w-check'];

const isTicked = ({ state }: FollowUp): boolean =>
  state.kind === 'done' && state.red === 0 && state.unmeasured === 0 && (state.measured ?? 0) > 0;

const isGood = (outcome: Outcome | undefined): boolean => outcome === 'pass' || outcome === 'warn';

const isGo = ({ before, after }: Transition): boolean => after.goBy !== before.goBy;

describe('whatever people, runs and time do, in whatever order', { timeout: 120_000 }, () => {
  it(`holds: ${Object.keys(INVARIANTS).join('; ')}`, () => {
    fc.assert(
      fc.property(walks, ({ steps, begun }) => {
        for (const step of walk(begun, steps)) {
          for (const [sentence, broken] of Object.entries(INVARIANTS)) {
            expect(broken(step), sentence).toBeUndefined();
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('replaying the events gives the same deployment, also after a journey through JSON', () => {
    fc.assert(
      fc.property(walks, ({ steps, begun }) => {
        const taken = walk(begun, steps);
        const replayed = taken.reduce(
          (deployment, { now, change }) =>
            (JSON.parse(JSON.stringify(change.events)) as readonly DomainEvent[]).reduce(
              (next, event) => evolve(next, event, now.now),
              deployment,
            ),
          begun.deployment,
        );
        const last = taken.at(-1)?.change.after ?? begun.deployment;
        expect({ ...replayed, revision: last.revision }).toEqual(last);
        expect(JSON.parse(JSON.stringify(last))).toEqual(last);
      }),
      { numRuns: 25 },
    );
  });

  it('events in any order, also impossible ones, still give a deployment', () => {
    const shuffled = walks.chain(({ steps, begun }) => {
      const events = walk(begun, steps).flatMap(({ change }) => change.events);
      return fc.record({ begun: fc.constant(begun), events: fc.shuffledSubarray(events) });
    });
    fc.assert(
      fc.property(shuffled, ({ begun, events }) => {
        const end = events.reduce((next, event) => evolve(next, event, begun.now), begun.deployment);
        expect(Object.keys(MACHINE)).toContain(end.state.kind);
      }),
      { numRuns: 25 },
    );
  });

  it('once the clock has acted, what is due next lies in the future', () => {
    fc.assert(
      fc.property(walks, ({ steps, begun }) => {
        for (const { now, change } of walk(begun, steps)) {
          const ticked = transition({ ...now, deployment: change.after }, (at) => ok(elapse(at)));
          if (!ticked.ok) throw new Error(ticked.error.message);
          const next = { ...now, deployment: ticked.value.after };
          // What the clock did may let something else come due at the same moment; a second look settles it.
          const again = transition(next, (at) => ok(elapse(at)));
          if (!again.ok) throw new Error(again.error.message);
          expect(nextDueAt({ ...now, deployment: again.value.after }) ?? Infinity).toBeGreaterThan(now.now);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('the same act twice does no harm: refused, or nothing that counts has changed', () => {
    fc.assert(
      fc.property(walks, fc.oneof(acts, endings), ({ steps, begun }, act) => {
        const last = walk(begun, steps).at(-1);
        if (last === undefined) return;
        const once = { ...last.now, deployment: last.change.after };
        const first = transition(once, act(once));
        if (!first.ok) return;
        const second = transition({ ...once, deployment: first.value.after }, act(once));
        if (!second.ok) return;
        const { state, debts, signatures } = first.value.after;
        const after = second.value.after;
        expect([after.state.kind, after.debts, after.signatures]).toEqual([state.kind, debts, signatures]);
      }),
      { numRuns: 60 },
    );
  });

  it('walks get to every state', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(walks, ({ steps, begun }) => {
        for (const { change } of walk(begun, steps)) seen.add(change.after.state.kind);
      }),
      { numRuns: 40, seed: 42 },
    );
    expect([...seen].sort()).toEqual(Object.keys(MACHINE).sort());
  });
});
