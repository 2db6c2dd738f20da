import fc from 'fast-check';
import { expect } from 'vitest';
import { resultOf, situationOf, userId, workerGone } from './situation.ts';
import type { Outcome } from '../../src/domain/check.ts';
import { acknowledgeAlert, takeOverAlert } from '../../src/domain/decide/answer-alert.ts';
import { abort, declareDeployed, undoDeployed } from '../../src/domain/decide/deploying.ts';
import { giveGo, giveNoGo, resume } from '../../src/domain/decide/gate.ts';
import { setVersion } from '../../src/domain/decide/set-version.ts';
import { outdateEvidence, supersede } from '../../src/domain/decide/newer-deployment.ts';
import { rollBack } from '../../src/domain/decide/roll-back.ts';
import { signOff } from '../../src/domain/decide/sign-off.ts';
import { elapse } from '../../src/domain/elapse.ts';
import { REFUSAL_CODES } from '../../src/domain/refusal.ts';
import { confirmItem } from '../../src/domain/settle/confirm-item.ts';
import { rerunItems } from '../../src/domain/settle/rerun-items.ts';
import { settleChecks } from '../../src/domain/settle/settle-check.ts';
import { failItem, markNotApplicable, skipItem } from '../../src/domain/settle/skip-item.ts';
import { acceptRed, noteItem, undoItem } from '../../src/domain/settle/undo-item.ts';
import type { Actor, Situation } from '../../src/domain/situation.ts';
import { boardOf } from '../../src/domain/standing.ts';
import type { Decision, Transition } from '../../src/domain/transition.ts';
import { transition } from '../../src/domain/transition.ts';
import { ok } from '../../src/lib/result.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';

/** Small, but with every kind of item, so that a short random walk gets far. */
const YAML = `
system: small
title: Small
version: { check: { http: { url: 'http://127.0.0.1:1/version' } }, path: body.version }
stages:
  prepare:
    - id: before
      title: Before
      items:
        - { id: p-check, title: Check, check: { http: { url: 'http://127.0.0.1:1/a' } }, critical: true }
        - { id: p-write, title: Write, effect: write, required: false, check: { http: { url: 'http://127.0.0.1:1/h', method: POST } } }
        - { id: p-manual, title: Manual }
        - { id: p-twin, title: Twin, same_as: p-check }
        - { id: p-approval, title: Approval, approval: { role: approver } }
        - { id: p-timer, title: Timer, timer: 2m, required: false }
  deploy:
    - id: roll-out
      title: Roll-out
      items:
        - { id: d-step, title: Step }
  verify:
    - id: smoke
      title: Smoke
      items:
        - { id: v-check, title: Check, watch: true, check: { http: { url: 'http://127.0.0.1:1/b' } } }
        - { id: v-write, title: Write, effect: write, required: false, check: { http: { url: 'http://127.0.0.1:1/c', method: POST } } }
        - { id: v-group, title: Group, items: [{ id: v-child, title: Child, evidence: { kind: number, expect: { lt: 5 } } }] }
        - { id: v-state, title: State, required: false, check: { state: { of: [before, v-check] } } }
  watch:
    - id: days
      title: Days
      items:
        - { id: w-due, title: Due, at: +2h }
        - { id: w-check, title: Check, check: { http: { url: 'http://127.0.0.1:1/d' } } }
ladder: [{ at: +15m }, { at: +1h }, { cron: '0 9 * * *', for: 3d }, { cron: '0 10 * * mon' }]
criteria: { at: [+24h], items: [{ id: c-state, title: State, check: { state: { of: [v-check] } } }, { id: c-check, title: Check, check: { http: { url: 'http://127.0.0.1:1/e' } } }] }
sign_off: { opens: verified, roles: [release-manager, product-owner] }
rollback:
  plans:
    app: { title: App, default: true, items: [{ id: r-step, title: Step }, { id: r-check, title: Check, check: { http: { url: 'http://127.0.0.1:1/f' } } }] }
    data: { title: Data, data_loss: true, items: [{ id: r-restore, title: Restore }] }
  after: [{ id: z-cause, title: Cause }, { id: z-check, title: Check, check: { http: { url: 'http://127.0.0.1:1/g' } } }]
`;

const ITEMS = boardOf(situationOf({ yaml: YAML })).plan.items.map(({ item }) => item.id);
const OUTCOMES: readonly Outcome[] = [
  'pass',
  'warn',
  'fail',
  'error',
  'inconclusive',
  'timed_out',
  'skipped',
];

type Input = (situation: Situation) => Decision;

const people = (situation: Situation): fc.Arbitrary<Actor> => {
  const named = (name: string): Actor => ({
    id: userId(name),
    roles: ['approver', 'release-manager', 'product-owner'].filter((role) =>
      situation.policy.holders(role).includes(userId(name)),
    ),
    isFullMember: true,
  });
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('ana', 'alice', 'bob', 'carol').map(named) },
    { weight: 1, arbitrary: fc.constant({ id: 'UGUEST', roles: [], isFullMember: false }) },
  );
};

const base = (fourEyes: boolean, startedBy: string): Situation =>
  situationOf({ yaml: YAML, policy: { fourEyes }, deployment: { startedBy: userId(startedBy) } });

const PEOPLE = people(situationOf({ yaml: YAML }));
const ITEM = fc.constantFrom(...ITEMS, 'nonsense');
const REASON = fc.option(fc.constantFrom('because', ' '), { nil: undefined, freq: 10 });

export const acts: fc.Arbitrary<Input> = fc.oneof(
  fc.tuple(ITEM, PEOPLE, REASON, fc.constantFrom('3', '9', 'x')).chain(([itemId, actor, reason, evidence]) =>
    fc.constantFrom<Input>(
      () => (now) =>
        confirmItem(now, { itemId, actor, evidence, ...(reason === undefined ? {} : { seen: reason }) }),
      () => (now) => skipItem(now, { itemId, actor, reason }),
      () => (now) => markNotApplicable(now, { itemId, actor, reason }),
      () => (now) => failItem(now, { itemId, actor, reason }),
      () => (now) => undoItem(now, { itemId, actor, reason }),
      () => (now) => acceptRed(now, { itemId, actor, reason }),
      () => (now) => rerunItems(now, { itemIds: [itemId], actor }),
      () => (now) => noteItem(now, { itemId, actor, text: reason ?? '' }),
    ),
  ),
  fc.tuple(PEOPLE, REASON, fc.nat(HOUR)).chain(([actor, reason, ago]) =>
    fc.constantFrom<Input>(
      () => (now) => giveGo(now, { actor }),
      () => (now) => giveGo(now, { actor }),
      () => (now) => giveNoGo(now, { actor, reason }),
      () => (now) => resume(now, { actor }),
      () => (now) => setVersion(now, { actor, version: reason ?? '1.2.0' }),
      () => (now) =>
        declareDeployed(now, {
          actor,
          at: now.now - ago,
          ...(reason === undefined ? {} : { override: reason }),
        }),
      () => (now) => declareDeployed(now, { actor }),
      () => (now) => undoDeployed(now, { actor }),
      () => (now) => acknowledgeAlert(now, { actor }),
      () => (now) => takeOverAlert(now, { actor }),
      () => (now) => signOff(now, { actor, acceptedDebts: now.deployment.debts.map(({ id }) => id) }),
    ),
  ),
);

export const endings: fc.Arbitrary<Input> = fc.tuple(PEOPLE, REASON).chain(([actor, reason]) =>
  fc.constantFrom<Input>(
    () => (now) => abort(now, { actor, reason }),
    () => (now) => rollBack(now, { actor, reason, plans: [] }),
    () => (now) => rollBack(now, { actor, reason, plans: ['app', 'data'], restoreWord: 'RESTORE' }),
    () => (now) => rollBack(now, { actor, reason, plans: ['data'] }),
    () => (now) => ok(supersede(now, { by: 'small-43' })),
    () => (now) => ok(outdateEvidence(now, { by: 'small-41' })),
  ),
);

/** Ends one run that is under way, or all of them. */
const answers: fc.Arbitrary<Input> = fc
  .tuple(fc.constantFrom(...OUTCOMES, 'pass' as const, 'pass' as const), fc.nat(9))
  .map(([outcome, pick]) => () => (now) => {
    const running = Object.entries(now.deployment.items).flatMap(([itemId, { running: one }]) =>
      one === undefined ? [] : [{ itemId, runId: one.runId, result: resultOf(outcome) }],
    );
    return ok(
      settleChecks(now, pick < 4 ? running : running.slice(pick % Math.max(1, running.length)).slice(0, 1)),
    );
  });

const BOB: Actor = { id: userId('bob'), roles: ['approver', 'release-manager'], isFullMember: true };
const CAROL: Actor = { id: userId('carol'), roles: ['product-owner'], isFullMember: true };

/** Does the first thing that brings it forward, so that walks reach every state. */
const forward: Input = (situation) => {
  const { deployment } = situation;
  const acceptedDebts = deployment.debts.map(({ id }) => id);
  const running = Object.entries(deployment.items).flatMap(([itemId, { running: one }]) =>
    one === undefined ? [] : [{ itemId, runId: one.runId, result: resultOf('pass') }],
  );
  const candidates: Decision[] = [
    (now) => ok(settleChecks(now, running)),
    ...ITEMS.map(
      (itemId): Decision =>
        (now) =>
          confirmItem(now, { itemId, actor: BOB, seen: 'seen', evidence: '3' }),
    ),
    (now) => giveGo(now, { actor: BOB }),
    (now) => declareDeployed(now, { actor: BOB }),
    (now) => signOff(now, { actor: BOB, acceptedDebts }),
    (now) => signOff(now, { actor: CAROL, acceptedDebts }),
  ];
  const works = candidates.find((decide) => {
    const result = decide(situation);
    return result.ok && result.value.length > 0;
  });
  return works ?? ((now) => ok(elapse(now)));
};

const time: fc.Arbitrary<Input> = fc.constant(() => (now: Situation) => ok(elapse(now)));
const inputs = fc.array(
  fc.record({
    worker: fc.option(fc.boolean(), { nil: undefined, freq: 8 }),
    wait: fc.oneof(fc.constant(0), fc.constantFrom(SECOND, MINUTE, 16 * MINUTE, HOUR, DAY, 5 * DAY)),
    input: fc.oneof(
      { weight: 6, arbitrary: acts },
      { weight: 1, arbitrary: endings },
      { weight: 6, arbitrary: answers },
      { weight: 16, arbitrary: fc.constant(forward) },
      { weight: 2, arbitrary: time },
    ),
  }),
  { minLength: 10, maxLength: 70, size: 'max' },
);

export type Step = { readonly now: Situation; readonly change: Transition };

/** `worker`: it leaves, or comes back; undefined: as before. */
type Taken = { readonly wait: number; readonly worker: boolean | undefined; readonly input: Input };

/** Walks through the inputs; what is refused leaves everything as it was. */
export const walk = (begun: Situation, steps: readonly Taken[]): Step[] => {
  const taken: Step[] = [];
  let current = begun;
  const alone = workerGone(begun);
  for (const { wait, worker, input } of steps) {
    const { readiness } = worker === undefined ? current : worker ? begun : alone;
    current = { ...current, readiness, now: current.now + wait };
    const moved = transition(current, input(current));
    if (!moved.ok) {
      expect(REFUSAL_CODES).toContain(moved.error.code);
      expect(moved.error.message.length).toBeGreaterThan(10);
      continue;
    }
    taken.push({ now: current, change: moved.value });
    current = { ...current, deployment: moved.value.after };
  }
  return taken;
};

/** A walk to take: who started, whether four eyes are asked, and what happens. */
export const walks = fc
  .record({ steps: inputs, startedBy: fc.constantFrom('ana', 'bob'), fourEyes: fc.boolean() })
  .map(({ steps, startedBy, fourEyes }) => ({ steps, begun: base(fourEyes, startedBy) }));
