import type { Instant } from '../../lib/time.ts';
import type { Deployment } from '../deployment.ts';
import type { CheckEvent, DomainEvent, ItemEvent, StateEvent, WatchEvent } from '../events.ts';
import { applyCheckEvent, applyItemEvent } from './item-events.ts';
import { applyStateEvent } from './state-events.ts';
import { applyWatchEvent } from './watch-events.ts';

/** What one event makes of a deployment. Total and deterministic: replaying a chain of events gives the same state. */
export const evolve = (deployment: Deployment, event: DomainEvent, at: Instant): Deployment => {
  if (isItemEvent(event)) return applyItemEvent(deployment, event, at);
  if (isCheckEvent(event)) return applyCheckEvent(deployment, event, at);
  if (isStateEvent(event)) return applyStateEvent(deployment, event, at);
  return applyWatchEvent(deployment, event satisfies WatchEvent, at);
};

export const evolveAll = (deployment: Deployment, events: readonly DomainEvent[], at: Instant): Deployment =>
  events.reduce((next, event) => evolve(next, event, at), deployment);

const ITEM_EVENTS: Readonly<Record<ItemEvent['type'], true>> = {
  item_confirmed: true,
  item_skipped: true,
  item_marked_not_applicable: true,
  item_failed: true,
  item_undone: true,
  red_accepted: true,
  item_carried_over: true,
  item_noted: true,
  timer_started: true,
  timer_elapsed: true,
};
const CHECK_EVENTS: Readonly<Record<CheckEvent['type'], true>> = {
  checks_requested: true,
  checks_connected: true,
  check_settled: true,
  check_discarded: true,
};
const STATE_EVENTS: Readonly<Record<StateEvent['type'], true>> = {
  deployment_started: true,
  evidence_outdated: true,
  version_at_start_measured: true,
  version_set: true,
  gate_opened: true,
  gate_closed: true,
  go_deferred: true,
  go_given: true,
  no_go_given: true,
  resumed: true,
  deployed: true,
  deployed_undone: true,
  verified: true,
  aborted: true,
  rollback_asked: true,
  rollback_ask_lapsed: true,
  rollback_started: true,
  rolled_back: true,
  unlocked: true,
  signed: true,
  completed: true,
};

const isItemEvent = (event: DomainEvent): event is ItemEvent => event.type in ITEM_EVENTS;
const isCheckEvent = (event: DomainEvent): event is CheckEvent => event.type in CHECK_EVENTS;
const isStateEvent = (event: DomainEvent): event is StateEvent => event.type in STATE_EVENTS;
