import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { requireMember } from '../actor.ts';
import type { Alert } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';

type AlertInput = {
  readonly actor: Actor;
  /** Absent: the newest one that fires. */
  readonly alertId?: string;
};

/** Somebody has seen it: it is not repeated. */
export const acknowledgeAlert = (
  situation: Situation,
  input: AlertInput,
): Result<readonly DomainEvent[], Refusal> => {
  const alert = openAlert(situation, input);
  if (!alert.ok) return alert;
  const { state, id } = alert.value;
  return state.kind === 'acknowledged'
    ? err(refusal('item_already_settled', `<@${state.by}> acknowledged this alert already.`))
    : ok([{ type: 'alert_acknowledged', alertId: id, by: input.actor.id }]);
};

/** Somebody works on it from now on. */
export const takeOverAlert = (
  situation: Situation,
  input: AlertInput,
): Result<readonly DomainEvent[], Refusal> => {
  const alert = openAlert(situation, input);
  if (!alert.ok) return alert;
  return alert.value.takenBy === input.actor.id
    ? err(refusal('item_already_settled', 'You took this alert over already.'))
    : ok([{ type: 'alert_taken_over', alertId: alert.value.id, by: input.actor.id }]);
};

const openAlert = ({ deployment }: Situation, { actor, alertId }: AlertInput): Result<Alert, Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const alert =
    alertId === undefined
      ? deployment.alerts.findLast(({ state }) => state.kind !== 'resolved')
      : deployment.alerts.find(({ id }) => id === alertId);
  if (alert === undefined) return err(refusal('alert_unknown', 'No alert is open in this deployment.'));
  return alert.state.kind === 'resolved'
    ? err(
        refusal(
          'wrong_state',
          alert.state.decided === undefined
            ? 'This alert is over: what failed works again.'
            : `This alert is over: what failed was taken on purpose (${alert.state.decided.kind}).`,
        ),
      )
    : ok(alert);
};
