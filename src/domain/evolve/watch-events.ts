import type { Instant } from '../../lib/time.ts';
import type { Alert, Deployment, FollowUp, ItemProgress } from '../deployment.ts';
import type { WatchEvent } from '../events.ts';
import { withItem } from './item-events.ts';

const withFollowUp = (deployment: Deployment, id: string, state: FollowUp['state']): Deployment => ({
  ...deployment,
  followUps: deployment.followUps.map((followUp) => (followUp.id === id ? { ...followUp, state } : followUp)),
});

const withAlert = (deployment: Deployment, id: string, change: (alert: Alert) => Alert): Deployment => ({
  ...deployment,
  alerts: deployment.alerts.map((alert) => (alert.id === id ? change(alert) : alert)),
});

export const withoutSuspicion = ({
  suspectSince: _since,
  suspectLooks: _looks,
  ...progress
}: ItemProgress): ItemProgress => progress;

/** Nothing of the ladder runs any more; what has run stays. */
export const withoutLadder = (deployment: Deployment): Deployment => ({
  ...deployment,
  followUps: deployment.followUps.map((followUp) =>
    followUp.state.kind === 'planned' || followUp.state.kind === 'running'
      ? { ...followUp, state: { kind: 'cancelled' } }
      : followUp,
  ),
});

export const applyWatchEvent = (deployment: Deployment, event: WatchEvent, at: Instant): Deployment => {
  switch (event.type) {
    case 'suspected':
      return withItem(deployment, event.itemId, (progress) =>
        progress.suspectSince === undefined
          ? { ...progress, suspectSince: at }
          : { ...progress, suspectLooks: (progress.suspectLooks ?? 0) + 1 },
      );
    case 'suspicion_cleared':
      return withItem(deployment, event.itemId, withoutSuspicion);
    case 'criteria_judged':
      return { ...deployment, judgedOutcome: { outcome: event.outcome, at } };
    case 'superseded':
      return {
        ...withoutLadder(deployment),
        supersededBy: event.supersededBy,
        supersededAt: at,
      };
    case 'reminded':
      return { ...deployment, reminded: { ...deployment.reminded, [event.key]: at } };
    case 'follow_up_started':
    case 'follow_up_finished':
    case 'follow_ups_missed':
    case 'follow_up_planned':
      return applyFollowUpEvent(deployment, event, at);
    default:
      return applyAlertEvent(deployment, event, at);
  }
};

type FollowUpEvent = Extract<WatchEvent, { type: `follow_up${string}` }>;

const applyFollowUpEvent = (deployment: Deployment, event: FollowUpEvent, at: Instant): Deployment => {
  switch (event.type) {
    case 'follow_up_started':
      return withFollowUp(deployment, event.followUpId, {
        kind: 'running',
        runIds: event.runIds,
        at,
        late: event.late,
      });
    case 'follow_up_finished': {
      const running = deployment.followUps.find((followUp) => followUp.id === event.followUpId)?.state;
      const late = running?.kind === 'running' && running.late;
      const { type: _type, followUpId, ...counts } = event;
      return withFollowUp(deployment, followUpId, { kind: 'done', at, late, ...counts });
    }
    case 'follow_ups_missed':
      return event.followUpIds.reduce((next, id) => withFollowUp(next, id, { kind: 'missed' }), deployment);
    case 'follow_up_planned':
      return { ...deployment, followUps: [...deployment.followUps, event.followUp] };
  }
};

type AlertEvent = Extract<WatchEvent, { type: `alert${string}` }>;

const applyAlertEvent = (deployment: Deployment, event: AlertEvent, at: Instant): Deployment => {
  const change = (edit: (alert: Alert) => Alert) => withAlert(deployment, event.alertId, edit);
  switch (event.type) {
    case 'alert_fired': {
      const { alertId: id, cause, line, itemIds, since } = event;
      const alert: Alert = {
        id,
        cause,
        line,
        itemIds,
        since,
        firedAt: at,
        lastLookAt: at,
        pings: 1,
        state: { kind: 'firing' },
      };
      return { ...deployment, alerts: [...deployment.alerts, alert] };
    }
    case 'alert_joined':
      return change((alert) => ({ ...alert, itemIds: [...new Set([...alert.itemIds, ...event.itemIds])] }));
    case 'alert_acknowledged':
      return change((alert) => ({ ...alert, state: { kind: 'acknowledged', by: event.by, at } }));
    case 'alert_taken_over':
      return change((alert) => ({
        ...alert,
        takenBy: event.by,
        state: { kind: 'acknowledged', by: event.by, at },
      }));
    case 'alert_looked_at':
      return change((alert) => ({ ...alert, lastLookAt: at }));
    case 'alert_repeated':
      return change((alert) => ({ ...alert, pings: alert.pings + 1 }));
    case 'alert_resolved':
      return change((alert) => ({
        ...alert,
        state: { kind: 'resolved', at, ...(event.decided === undefined ? {} : { decided: event.decided }) },
      }));
  }
};
