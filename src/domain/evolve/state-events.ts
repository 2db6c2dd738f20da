import type { Instant } from '../../lib/time.ts';
import type { Debt, Deployment, DeploymentState } from '../deployment.ts';
import type { EventOf, StateEvent } from '../events.ts';
import { withItem } from './item-events.ts';

const inState = (deployment: Deployment, state: DeploymentState): Deployment => ({ ...deployment, state });

const withoutRunning = (deployment: Deployment): Deployment => ({
  ...deployment,
  followUps: deployment.followUps.map((followUp) =>
    followUp.state.kind === 'planned' || followUp.state.kind === 'running'
      ? { ...followUp, state: { kind: 'cancelled' } }
      : followUp,
  ),
});

export const applyStateEvent = (deployment: Deployment, event: StateEvent, at: Instant): Deployment => {
  switch (event.type) {
    case 'deployment_started':
      return deployment;
    case 'version_set':
      return { ...deployment, version: event.version };
    case 'gate_opened':
      return inState(deployment, { kind: 'awaiting_go', since: at });
    case 'gate_closed':
    case 'resumed':
      return inState(deployment, { kind: 'preparing' });
    case 'go_deferred':
      return deployment;
    case 'go_given':
      return {
        ...inState(deployment, { kind: 'deploying', since: at }),
        goBy: event.by,
        anchors: { ...deployment.anchors, go: at },
      };
    case 'no_go_given':
      return inState(withoutSettled(deployment, event.clearedApprovals), {
        kind: 'held',
        by: event.by,
        reason: event.reason,
        since: at,
      });
    case 'deployed':
      return deploy(deployment, event, at);
    case 'deployed_undone':
      return undoDeployed(deployment, at);
    case 'verified':
      return inState(deployment, { kind: 'watching', since: at });
    case 'aborted': {
      const { by, reason, locked } = event;
      return inState(withoutRunning(deployment), { kind: 'aborted', by, at, reason, locked });
    }
    case 'rollback_started':
      return {
        ...inState(withoutRunning(deployment), { kind: 'rolling_back', since: at }),
        rollback: event.run,
      };
    case 'rolled_back':
      return inState(deployment, { kind: 'rolled_back', at });
    case 'signed':
      return sign(deployment, event, at);
    case 'completed': {
      const { outcome, unsigned } = event;
      return inState(withoutRunning(deployment), { kind: 'completed', at, outcome, unsigned });
    }
  }
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

const withoutSettled = (deployment: Deployment, itemIds: readonly string[]): Deployment =>
  itemIds.reduce(
    (next, itemId) => withItem(next, itemId, ({ settled: _settled, ...progress }) => progress),
    deployment,
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

const undoDeployed = (deployment: Deployment, at: Instant): Deployment => {
  const { deployed: _deployed, ...anchors } = deployment.anchors;
  const { deployedBy: _by, ...rest } = deployment;
  return {
    ...rest,
    anchors,
    state: { kind: 'deploying', since: at },
    followUps: [],
    debts: deployment.debts.filter((debt) => debt.kind !== 'deployed_early'),
  };
};
