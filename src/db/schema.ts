import type { ColumnType, Generated } from 'kysely';
import type { Sample } from '../domain/sampling.ts';
import type { Json, JsonObject } from '../lib/json.ts';

/** Written as JSON text, read as parsed JSON. */
type JsonColumn<T> = ColumnType<T, string, string>;

export type Schema = {
  app_meta: { key: string; value: string };
  inbox: {
    id: string;
    kind: string;
    body: JsonColumn<JsonObject>;
    received_at: Date;
    claimed_until: Date;
    tries: Generated<number>;
    /** Key of the process that handles it. */
    claimed_by: number | null;
    handled_at: Date | null;
    outcome: string | null;
  };
  outbox: {
    id: Generated<string>;
    queue: string;
    payload: JsonColumn<JsonObject>;
    created_at: Date;
    done_at: Date | null;
  };
  audit_event: {
    chain: string;
    seq: number;
    at: Date;
    type: string;
    text: string;
    prev_hash: string;
    hash: string;
  };
  audit_chain: { chain: string; seq: number; head: string };
  pinned_checklist: { hash: string; format_version: number; body: JsonColumn<Json>; created_at: Date };
  deployment_counter: { team_id: string; last: number };
  deployment: {
    id: string;
    team_id: string;
    number: number;
    system: string;
    environment: string;
    channel: string;
    state: string;
    version: string | null;
    checklist_hash: string;
    body: JsonColumn<JsonObject>;
    started_at: Date;
    deployed_at: Date | null;
    ended_at: Date | null;
    next_due_at: Date | null;
    revision: number;
  };
  deployment_item: { deployment_id: string; item_id: string; progress: JsonColumn<JsonObject> };
  check_run: {
    id: string;
    deployment_id: string;
    item_id: string;
    reason: JsonColumn<JsonObject>;
    effect: string;
    request: JsonColumn<JsonObject>;
    /** queued -> claimed -> finished -> settled */
    state: string;
    queued_at: Date;
    /** Whose runner does it; null: a core worker. */
    zone: string | null;
    /** What earlier measurements of a sampled check found. */
    samples: ColumnType<readonly Sample[], string | undefined, string>;
    next_sample_at: ColumnType<Date | null, Date | undefined, Date | null>;
    claimed_at: Date | null;
    /** Key of the process that runs it. */
    claimed_by: number | null;
    finished_at: Date | null;
    outcome: string | null;
    result: JsonColumn<JsonObject> | null;
    settled_at: Date | null;
  };
  environment_lock: {
    team_id: string;
    environment: string;
    system: string;
    deployment_id: string | null;
    held_by: string;
    reason: string;
    since: Date;
  };
  worker: { id: string; runner: string | null; env_names: JsonColumn<readonly string[]>; seen_at: Date };
  slack_message: {
    id: string;
    deployment_id: string;
    kind: string;
    ref: string;
    channel: string;
    ts: string | null;
    permalink: string | null;
    posted_at: Date | null;
    wanted: number;
    shown: number;
    /** State a person waits for; 0: nobody did anything yet. */
    awaited: Generated<number>;
    shown_hash: string | null;
    shown_at: Date | null;
    lease: string | null;
    lease_until: Date | null;
    redraw_at: Date | null;
    given_up: string | null;
  };
  notice: {
    id: string;
    deployment_id: string | null;
    body: JsonColumn<JsonObject>;
    created_at: Date;
    tries: Generated<number>;
    /** Nobody else says it before. */
    claimed_until: Date | null;
    sent_at: Date | null;
    ts: string | null;
    given_up: string | null;
  };
  inbound_result: {
    id: string;
    deployment_id: string;
    item_id: string;
    asked_at: Date;
    expires_at: Date;
    received_at: Date | null;
    body: JsonColumn<JsonObject> | null;
  };
  heartbeat: { id: string; at: Date; body: JsonColumn<JsonObject> };
  slack_budget: { team_id: string; tokens: number; refilled_at: Date };
};
