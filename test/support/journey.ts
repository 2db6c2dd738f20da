import { abort, declareDeployed } from '../../src/domain/decide/deploying.ts';
import { giveGo, giveNoGo } from '../../src/domain/decide/gate.ts';
import { rollBack } from '../../src/domain/decide/roll-back.ts';
import { signOff, unsignedRoles } from '../../src/domain/decide/sign-off.ts';
import type { DeploymentState } from '../../src/domain/deployment.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { Section } from '../../src/domain/plan.ts';
import { confirmItem } from '../../src/domain/settle/confirm-item.ts';
import type { Actor, Situation } from '../../src/domain/situation.ts';
import { boardOf } from '../../src/domain/standing.ts';
import type { Decision } from '../../src/domain/transition.ts';
import { isOpenSeries, momentOf } from '../../src/domain/watch/ladder.ts';
import { ok } from '../../src/lib/result.ts';
import type { SituationOptions } from './situation.ts';
import { actor, answer, openForPeople, passTime, run, situationOf, userId } from './situation.ts';

/** Ends the runs well and has `bob` settle everything else of the sections: checks nobody ran are run, the rest is confirmed. */
export const settleAll = (situation: Situation, sections: readonly Section[]): Situation => {
  const answered = answer(situation);
  const [itemId] = openForPeople(answered, sections);
  return itemId === undefined ? answered : settleAll(run(answered, settlesOne(answered, itemId)), sections);
};

const settlesOne = (situation: Situation, itemId: string): Decision => {
  const entry = boardOf(situation).plan.byId.get(itemId);
  const isMeasured = situation.deployment.items[itemId]?.measured !== undefined;
  const isRun = entry?.item.body.kind === 'check' && situation.readiness(entry).kind !== 'not_connected';
  // A step with a command is done by a person, who then presses Run check.
  if (isRun && !isMeasured) return () => ok([requestOf(situation, itemId)]);
  const isNumber = entry?.item.body.kind === 'manual' && entry.item.body.evidence?.kind === 'number';
  const evidence = isNumber ? '1' : 'https://example.com/seen';
  return (now) => confirmItem(now, { itemId, actor: actor(now, 'bob'), seen: 'seen', evidence });
};

const requestOf = (situation: Situation, itemId: string): DomainEvent => ({
  type: 'checks_requested',
  reason: { kind: 'click', by: userId('bob') },
  runs: [{ runId: situation.newId(), itemId }],
});

/** Just started: the checks of the first stage are under way. */
export const started = (options: SituationOptions = {}): Situation =>
  run(situationOf(options), ({ deployment: { startedBy, version, checklistHash, choices } }) =>
    ok([{ type: 'deployment_started', by: startedBy, version, checklistHash, choices }]),
  );

/** A deployment that came to a state the ordinary way, everything well; `bob` did what people do. */
export const situationIn = (state: DeploymentState['kind'], options: SituationOptions = {}): Situation => {
  const preparing = started(options);
  if (state === 'preparing') return preparing;
  const awaiting = settleAll(preparing, ['prepare']);
  const bob = actor(awaiting, 'bob');
  if (state === 'awaiting_go') return awaiting;
  if (state === 'held')
    return run(awaiting, (now) => giveNoGo(now, { actor: bob, reason: 'error rate is up' }));
  if (state === 'aborted')
    return run(awaiting, (now) => abort(now, { actor: bob, reason: 'the release is off' }));
  const deploying = run(awaiting, (now) => giveGo(now, { actor: bob }));
  return state === 'deploying' ? deploying : afterDeploying(state, deploying);
};

const afterDeploying = (state: DeploymentState['kind'], deploying: Situation): Situation => {
  const bob = actor(deploying, 'bob');
  const verifying = run(settleAll(deploying, ['deploy']), (now) => declareDeployed(now, { actor: bob }));
  switch (state) {
    case 'verifying':
      return verifying;
    case 'rolling_back':
    case 'rolled_back': {
      const rollingBack = run(verifying, (now) =>
        rollBack(now, { actor: bob, reason: 'it fails', plans: [] }),
      );
      return state === 'rolling_back' ? rollingBack : settleAll(rollingBack, ['rollback']);
    }
    case 'completed':
      return completedFrom(settleAll(verifying, ['verify']));
    default:
      return settleAll(verifying, ['verify']);
  }
};

/** Runs the ladder to its end and has every role signed, one person each, once signatures are asked for. */
const completedFrom = (watching: Situation): Situation =>
  unsignedRoles(watching).reduce(
    (current, role) => {
      const signer: Actor = { id: signerOf(current, role), roles: [role], isFullMember: true };
      return run(current, (now) => signOff(now, { actor: signer, role, acceptedDebts: [] }));
    },
    passTime(settleAll(watching, ['watch']), allIsOver(watching), answer),
  );

const allIsOver = ({ now, deployment, checklist }: Situation): number => {
  const { opens } = checklist.signOff;
  const offsets = [...(opens === 'criteria' ? (checklist.criteria?.at ?? []) : []), opens].flatMap(
    (offset) => (typeof offset === 'string' ? [] : (momentOf(offset, deployment.anchors) ?? [])),
  );
  const bounded = deployment.followUps.filter(({ rung }) => !isOpenSeries(checklist.ladder[rung]));
  return Math.max(now, ...offsets, ...bounded.map(({ dueAt }) => dueAt));
};

const signerOf = ({ deployment, policy }: Situation, role: string): string => {
  const holders = policy.holders(role);
  const free = (id: string) => deployment.signatures.every(({ by }) => by !== id);
  const named = holders === 'anyone' ? [userId('dora'), userId('emil'), userId('finn')] : holders;
  const signer = named.find(free);
  if (signer === undefined) throw new Error(`nobody is left to sign as ${role}`);
  return signer;
};
