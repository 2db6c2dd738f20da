import type { Instant } from '../../lib/time.ts';
import { VERSION_AT_START } from '../checklist.ts';
import type { Debt, Deployment, DeploymentState, ItemProgress } from '../deployment.ts';
import type { EventOf, StateEvent } from '../events.ts';
import { withItem } from './item-events.ts';
import { withoutLadder, withoutSuspicion } from './watch-events.ts';

const inState = (deployment: Deployment, state: DeploymentState): Deployment => ({ ...deployment, state });

/** Whatever changes the place takes it again, also when somebody had freed it. */
const onItsPlace = ({ unlocked: _unlocked, ...deployment }: Deployment): Deployment => deployment;

const eachItem = (deployment: Deployment, change: (progress: ItemProgress) => ItemProgress): Deployment => ({
  ...deployment,
  items: Object.fromEntries(Object.entries(deployment.items).map(([id, progress]) => [id, change(progress)])),
});

/** Nobody waits for a run any more: what it will find belongs to what is over. */
const withoutRuns = (deployment: Deployment): Deployment =>
  eachItem(deployment, ({ running: _running, ...progress }) => withoutSuspicion(progress));

const stopped = (deployment: Deployment): Deployment => withoutRuns(withoutLadder(deployment));

export const applyStateEvent = (deployment: Deployment, event: StateEvent, at: Instant): Deployment => {
  switch (event.type) {
    case 'deployment_started':
      return deployment;
    case 'evidence_outdated':
      return outdate(deployment, event);
    case 'version_at_start_measured':
      return learnVersion(deployment, event);
    case 'version_set':
      return { ...forgetting(deployment, event.itemIds), version: event.version };
    case 'gate_opened':
      return inState(deployment, { kind: 'awaiting_go', since: at });
    case 'gate_closed':
    case 'resumed':
      return inState(deployment, { kind: 'preparing' });
    case 'go_deferred':
      return deployment;
    case 'go_given':
      return {
        ...inState(onItsPlace(withoutRuns(deployment)), { kind: 'deploying', since: at }),
        goBy: event.by,
        anchors: { ...deployment.anchors, go: at },
      };
    case 'no_go_given':
      return inState(withoutApprovals(deployment, event.clearedApprovals), {
        kind: 'held',
        by: event.by,
        reason: event.reason,
        since: at,
      });
    case 'deployed':
      return deploy(deployment, event, at);
    case 'deployed_undone':
      return undoDeployed(deployment, event, at);
    case 'verified':
      return inState(deployment, { kind: 'watching', since: at });
    case 'aborted': {
      const { by, reason, locked } = event;
      return inState(stopped(deployment), { kind: 'aborted', by, at, reason, locked });
    }
    case 'rollback_asked': {
      const { plans, targetVersion, reason, by } = event;
      return { ...deployment, rollbackAsked: { plans, targetVersion, reason, by, at } };
    }
    case 'rollback_ask_lapsed':
      return { ...deployment, rollbackAsked: { ...event.ask, lapsedAt: at } };
    case 'rollback_started':
      return startRollback(deployment, event, at);
    case 'rolled_back':
      return inState(deployment, { kind: 'rolled_back', at });
    case 'unlocked':
      return { ...deployment, unlocked: { by: event.by, at } };
    case 'signed':
      return sign(deployment, event, at);
    case 'completed': {
      const { outcome, unsigned } = event;
      return inState(stopped(deployment), { kind: 'completed', at, outcome, unsigned });
    }
  }
};

const learnVersion = (
  deployment: Deployment,
  { version, askedAt }: EventOf<'version_at_start_measured'>,
): Deployment => ({
  ...withItem(deployment, VERSION_AT_START, () => ({})),
  versionAtStart: { version, askedAt },
});

const startRollback = (
  deployment: Deployment,
  { run }: EventOf<'rollback_started'>,
  at: Instant,
): Deployment => {
  const { rollbackAsked: _answered, ...rest } = inState(onItsPlace(stopped(deployment)), {
    kind: 'rolling_back',
    since: at,
  });
  return { ...rest, rollback: run };
};

const sign = (
  deployment: Deployment,
  { role, by, acceptedDebts }: EventOf<'signed'>,
  at: Instant,
): Deployment => ({
  ...deployment,
  signatures: [...deployment.signatures, { role, by, at }],
  debts: deployment.debts.map((debt) =>
    acceptedDebts.includes(debt.id) ? { ...debt, acceptedBy: by } : debt,
  ),
});

const outdate = (deployment: Deployment, { version }: EventOf<'evidence_outdated'>): Deployment => {
  const { versionAtStart: _measured, ...rest } = eachItem(deployment, outdated);
  return { ...rest, previousVersion: version === undefined ? deployment.previousVersion : version };
};

/** Measured before the environment changed: to be measured again. What a person settled stays with that person. */
const outdated = (progress: ItemProgress): ItemProgress => {
  if (progress.settled !== undefined) return progress;
  const { measured: _measured, running: _running, ...rest } = progress;
  return rest;
};

const withoutDebtsOf = (deployment: Deployment, itemIds: readonly string[]): Deployment => ({
  ...deployment,
  debts: deployment.debts.filter(({ itemId }) => itemId === null || !itemIds.includes(itemId)),
});

const withoutApprovals = (deployment: Deployment, itemIds: readonly string[]): Deployment =>
  itemIds.reduce(
    (next, itemId) => withItem(next, itemId, ({ settled: _settled, ...progress }) => progress),
    withoutDebtsOf(deployment, itemIds),
  );

const deploy = (deployment: Deployment, event: EventOf<'deployed'>, at: Instant): Deployment => {
  const { override } = event;
  const debt: Debt[] =
    override === undefined
      ? []
      : [
          {
            id: override.debtId,
            itemId: null,
            kind: 'deployed_early',
            by: event.by,
            at,
            reason: override.reason,
          },
        ];
  return {
    ...deployment,
    state: { kind: 'verifying', since: at },
    deployedBy: event.by,
    anchors: { ...deployment.anchors, deployed: event.deployedAt },
    followUps: event.followUps,
    debts: [...deployment.debts, ...debt],
  };
};

/** As if nobody had measured or said anything of these items. Notes stay. */
const forgetting = (deployment: Deployment, itemIds: readonly string[]): Deployment =>
  itemIds.reduce(
    (next, itemId) => withItem(next, itemId, ({ notes }) => (notes === undefined ? {} : { notes })),
    withoutDebtsOf(deployment, itemIds),
  );

/** As if it had not been said: nothing that was seen after T-0 may count for the T-0 to come. */
const undoDeployed = (
  deployment: Deployment,
  { itemIds }: EventOf<'deployed_undone'>,
  at: Instant,
): Deployment => {
  const { deployed: _deployed, ...anchors } = deployment.anchors;
  const { deployedBy: _by, judgedOutcome: _judged, ...rest } = forgetting(onItsPlace(deployment), itemIds);
  const { 'sign-off:asked': _asked, ...reminded } = deployment.reminded;
  return {
    ...rest,
    anchors,
    reminded,
    state: { kind: 'deploying', since: at },
    followUps: [],
    alerts: [],
    debts: rest.debts.filter((debt) => debt.kind !== 'deployed_early'),
  };
};
