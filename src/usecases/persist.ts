import type { Transition } from '../domain/transition.ts';
import type { Situation } from '../domain/situation.ts';
import { boardOf } from '../domain/standing.ts';
import { zoneOf } from '../domain/check.ts';
import { deploymentChain } from '../domain/audit.ts';
import { measuredBy } from '../domain/plan.ts';
import { nextDueAt } from '../domain/elapse.ts';
import type { DomainEvent } from '../domain/events.ts';
import type { Instant } from '../lib/time.ts';
import { HOUR } from '../lib/time.ts';
import { syncLock } from './lock-place.ts';
import { noticesFor } from './notices.ts';
import { requestFor } from './situate.ts';
import type { NewRun, Tx } from './stores.ts';
import { jobOf } from './take-result.ts';
import type { Loop } from './world.ts';

/** Writes everything one transition means: rows, audit, runs, and what has to be drawn, said and asked. */
export const persist = async (
  loop: Loop,
  tx: Tx,
  { situation, change }: { situation: Situation; change: Transition },
): Promise<void> => {
  const { now } = situation;
  const after = { ...situation, deployment: change.after };
  // Also when nothing moved: the clock must not come back to the same moment.
  await tx.deployments.save({ before: change.before, after: change.after, nextDueAt: nextDueAt(after) }, now);
  if (change.events.length > 0) await record(loop, tx, { after, change });
};

/** The part of a transition that is the same for a new deployment and an old one. */
export const record = async (
  loop: Loop,
  tx: Tx,
  { after, change }: { after: Situation; change: Transition },
): Promise<void> => {
  const { now, deployment } = after;
  await syncLock(loop, tx, change);
  await tx.audit.append(deploymentChain(deployment.id), change.events, now);
  const runs = runsOf(after, change.events);
  await tx.runs.insert(runs, now);
  const notices = noticesFor(change);
  await tx.notices.insert(notices, now);
  const drawn = await wantMessages(loop, tx, {
    before: change.before,
    deployment,
    events: change.events,
    now,
  });
  const touched = await sharingPlace(tx, deployment, change.events);
  await tx.outbox.add(
    [
      ...runs.map(jobOf),
      ...drawn.map((messageId) => ({ queue: 'renders', payload: { messageId } })),
      ...notices.map(({ id }) => ({ queue: 'notices', payload: { noticeId: id } })),
      ...touched.map((id) => ({ queue: 'followups', payload: { deploymentId: id } })),
    ],
    now,
  );
  await tx.wakeRelays();
};

/** Other running deployments of a place that was just changed: the clock has to look at them. */
const sharingPlace = async (
  tx: Tx,
  { id, teamId, system, environment }: Transition['after'],
  events: readonly DomainEvent[],
): Promise<readonly string[]> => {
  if (!events.some(({ type }) => type === 'deployed' || type === 'rolled_back')) return [];
  const live = await tx.deployments.listLive(teamId);
  return live
    .filter((other) => other.id !== id && other.system === system && other.environment === environment)
    .map((other) => other.id);
};

const runsOf = (situation: Situation, events: readonly DomainEvent[]): readonly NewRun[] => {
  const requested = events.filter((event) => event.type === 'checks_requested');
  if (requested.length === 0) return [];
  const { plan } = boardOf(situation);
  return requested.flatMap(({ reason, runs }) =>
    runs.flatMap(({ runId, itemId }): NewRun[] => {
      const body = measuredBy(situation, plan, itemId)?.item.body;
      if (body?.kind !== 'check') return [];
      const request = requestFor(situation, body.check);
      const zone = zoneOf(request);
      return [
        {
          id: runId,
          deploymentId: situation.deployment.id,
          itemId,
          reason,
          effect: body.effect,
          request,
          ...(zone !== undefined && { zone }),
        },
      ];
    }),
  );
};

/** What everybody should have before their eyes: the card stands at the end of the channel for it. */
const SEEN_AGAIN: ReadonlySet<DomainEvent['type']> = new Set(['gate_opened', 'rollback_started']);
/** An older card has scrolled away. */
const CARD_AGE = 4 * HOUR;

/** What answers every open alert at once: their messages offer other things, or nothing, from then on. */
const ANSWERS_ALERTS: ReadonlySet<DomainEvent['type']> = new Set([
  'rollback_started',
  'rolled_back',
  'completed',
]);

/** Alerts whose checks somebody runs again: the message says that it is measured, and what came of it. */
const lookedAtByClick = (
  before: Transition['before'],
  { alerts }: Transition['after'],
  events: readonly DomainEvent[],
): readonly string[] => {
  const looked = new Set(
    events.flatMap((event) => {
      if (event.type === 'checks_requested' && event.reason.kind === 'click')
        return event.runs.map(({ itemId }) => itemId);
      return event.type === 'check_settled' && isRunByClick(before, event.itemId) ? [event.itemId] : [];
    }),
  );
  return alerts
    .filter(({ state, itemIds }) => state.kind !== 'resolved' && itemIds.some((id) => looked.has(id)))
    .map(({ id }) => id);
};

const isRunByClick = ({ items }: Transition['before'], itemId: string): boolean =>
  items[itemId]?.running?.reason.kind === 'click';

/** Whoever did it looks at the card to see it there; it is drawn before what came by itself. */
const isByPerson = (event: DomainEvent): boolean =>
  'by' in event ||
  event.type === 'rollback_started' ||
  (event.type === 'checks_requested' && event.reason.kind === 'click');

/** The card always; an alert's message when something of it moved. Returns the ids to draw. */
const wantMessages = async (
  loop: Loop,
  tx: Tx,
  {
    before,
    deployment,
    events,
    now,
  }: {
    before: Transition['before'];
    deployment: Transition['after'];
    events: readonly DomainEvent[];
    now: Instant;
  },
): Promise<readonly string[]> => {
  const isAwaited = events.some(isByPerson);
  const want = (kind: 'card' | 'alert', ref: string) =>
    tx.messages.want({
      id: loop.newId(),
      deploymentId: deployment.id,
      kind,
      ref,
      channel: deployment.channel,
      isAwaited,
    });
  const retired = events.some(({ type }) => SEEN_AGAIN.has(type))
    ? await tx.messages.retireCard(deployment.id, now - CARD_AGE)
    : undefined;
  const card = await want('card', 'card');
  const open = events.some(({ type }) => ANSWERS_ALERTS.has(type))
    ? deployment.alerts.filter(({ state }) => state.kind !== 'resolved').map(({ id }) => id)
    : [];
  const moved = events.flatMap((event) =>
    'alertId' in event && event.type !== 'alert_looked_at' ? [event.alertId] : [],
  );
  const alertIds = new Set([...moved, ...open, ...lookedAtByClick(before, deployment, events)]);
  const alerts = await Promise.all([...alertIds].map((alertId) => want('alert', alertId)));
  return [card, ...(retired === undefined ? [] : [retired]), ...alerts];
};
