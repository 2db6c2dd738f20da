CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin raise exception 'audit_event is append-only'; end $function$;

CREATE TABLE app_meta (
  key text NOT NULL,
  value text NOT NULL
);

CREATE TABLE audit_chain (
  chain text NOT NULL,
  seq integer NOT NULL,
  head text NOT NULL
);

CREATE TABLE audit_event (
  chain text NOT NULL,
  seq integer NOT NULL,
  at timestamp with time zone NOT NULL,
  type text NOT NULL,
  text text NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL
);

CREATE TABLE check_run (
  id text NOT NULL,
  deployment_id text NOT NULL,
  item_id text NOT NULL,
  reason jsonb NOT NULL,
  effect text NOT NULL,
  request jsonb NOT NULL,
  state text NOT NULL,
  queued_at timestamp with time zone NOT NULL,
  claimed_at timestamp with time zone,
  finished_at timestamp with time zone,
  outcome text,
  result jsonb,
  settled_at timestamp with time zone,
  claimed_by integer,
  zone text,
  samples jsonb NOT NULL DEFAULT '[]'::jsonb,
  next_sample_at timestamp with time zone
);

CREATE TABLE deployment (
  id text NOT NULL,
  team_id text NOT NULL,
  number integer NOT NULL,
  system text NOT NULL,
  environment text NOT NULL,
  channel text NOT NULL,
  state text NOT NULL,
  version text,
  checklist_hash text NOT NULL,
  body jsonb NOT NULL,
  started_at timestamp with time zone NOT NULL,
  deployed_at timestamp with time zone,
  ended_at timestamp with time zone,
  next_due_at timestamp with time zone,
  revision integer NOT NULL
);

CREATE TABLE deployment_counter (
  team_id text NOT NULL,
  last integer NOT NULL
);

CREATE TABLE deployment_item (
  deployment_id text NOT NULL,
  item_id text NOT NULL,
  progress jsonb NOT NULL
);

CREATE TABLE environment_lock (
  team_id text NOT NULL,
  environment text NOT NULL,
  system text NOT NULL,
  deployment_id text,
  held_by text NOT NULL,
  reason text NOT NULL,
  since timestamp with time zone NOT NULL
);

CREATE TABLE heartbeat (
  id text NOT NULL,
  at timestamp with time zone NOT NULL,
  body jsonb NOT NULL
);

CREATE TABLE inbound_result (
  id text NOT NULL,
  deployment_id text NOT NULL,
  item_id text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone,
  body jsonb
);

CREATE TABLE inbox (
  id text NOT NULL,
  kind text NOT NULL,
  body jsonb NOT NULL,
  received_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  handled_at timestamp with time zone,
  outcome text,
  claimed_by integer
);

CREATE TABLE notice (
  id text NOT NULL,
  deployment_id text,
  body jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  sent_at timestamp with time zone,
  ts text,
  given_up text,
  claimed_until timestamp with time zone
);

CREATE TABLE outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  queue text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  done_at timestamp with time zone
);

CREATE TABLE pinned_checklist (
  hash text NOT NULL,
  format_version integer NOT NULL,
  body jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE slack_budget (
  team_id text NOT NULL,
  tokens double precision NOT NULL,
  refilled_at timestamp with time zone NOT NULL
);

CREATE TABLE slack_message (
  id text NOT NULL,
  deployment_id text NOT NULL,
  kind text NOT NULL,
  ref text NOT NULL,
  channel text NOT NULL,
  ts text,
  permalink text,
  posted_at timestamp with time zone,
  wanted integer NOT NULL,
  shown integer NOT NULL,
  shown_hash text,
  shown_at timestamp with time zone,
  lease text,
  lease_until timestamp with time zone,
  redraw_at timestamp with time zone,
  given_up text,
  awaited integer NOT NULL DEFAULT 0
);

CREATE TABLE worker (
  id text NOT NULL,
  runner text,
  env_names jsonb NOT NULL,
  seen_at timestamp with time zone NOT NULL
);

ALTER TABLE app_meta ADD CONSTRAINT app_meta_pkey PRIMARY KEY (key);

ALTER TABLE audit_chain ADD CONSTRAINT audit_chain_pkey PRIMARY KEY (chain);

ALTER TABLE audit_event ADD CONSTRAINT audit_event_pkey PRIMARY KEY (chain, seq);

ALTER TABLE check_run ADD CONSTRAINT check_run_pkey PRIMARY KEY (id);

ALTER TABLE deployment ADD CONSTRAINT deployment_number UNIQUE (team_id, number);

ALTER TABLE deployment ADD CONSTRAINT deployment_pkey PRIMARY KEY (id);

ALTER TABLE deployment_counter ADD CONSTRAINT deployment_counter_pkey PRIMARY KEY (team_id);

ALTER TABLE deployment_item ADD CONSTRAINT deployment_item_pkey PRIMARY KEY (deployment_id, item_id);

ALTER TABLE environment_lock ADD CONSTRAINT environment_lock_pkey PRIMARY KEY (team_id, environment, system);

ALTER TABLE heartbeat ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (id);

ALTER TABLE inbound_result ADD CONSTRAINT inbound_result_pkey PRIMARY KEY (id);

ALTER TABLE inbox ADD CONSTRAINT inbox_pkey PRIMARY KEY (id);

ALTER TABLE notice ADD CONSTRAINT notice_pkey PRIMARY KEY (id);

ALTER TABLE outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE pinned_checklist ADD CONSTRAINT pinned_checklist_pkey PRIMARY KEY (hash);

ALTER TABLE slack_budget ADD CONSTRAINT slack_budget_pkey PRIMARY KEY (team_id);

ALTER TABLE slack_message ADD CONSTRAINT slack_message_pkey PRIMARY KEY (id);

ALTER TABLE slack_message ADD CONSTRAINT slack_message_ref UNIQUE (deployment_id, kind, ref);

ALTER TABLE worker ADD CONSTRAINT worker_pkey PRIMARY KEY (id);

ALTER TABLE check_run ADD CONSTRAINT check_run_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployment(id);

ALTER TABLE deployment ADD CONSTRAINT deployment_checklist_hash_fkey FOREIGN KEY (checklist_hash) REFERENCES pinned_checklist(hash);

ALTER TABLE deployment_item ADD CONSTRAINT deployment_item_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployment(id);

ALTER TABLE slack_message ADD CONSTRAINT slack_message_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployment(id);

CREATE INDEX check_run_finished ON public.check_run USING btree (deployment_id, finished_at) WHERE (state = 'finished'::text);

CREATE INDEX check_run_item ON public.check_run USING btree (deployment_id, item_id, queued_at DESC);

CREATE INDEX check_run_next_sample ON public.check_run USING btree (next_sample_at) WHERE (next_sample_at IS NOT NULL);

CREATE INDEX check_run_queued ON public.check_run USING btree (queued_at) WHERE (state = ANY (ARRAY['queued'::text, 'claimed'::text]));

CREATE INDEX deployment_due ON public.deployment USING btree (next_due_at) WHERE (next_due_at IS NOT NULL);

CREATE INDEX deployment_live ON public.deployment USING btree (team_id, channel) WHERE (ended_at IS NULL);

CREATE INDEX deployment_place ON public.deployment USING btree (team_id, environment, system, started_at DESC);

CREATE INDEX inbound_result_of_item ON public.inbound_result USING btree (deployment_id, item_id);

CREATE INDEX inbox_open ON public.inbox USING btree (claimed_until) WHERE (handled_at IS NULL);

CREATE INDEX notice_open ON public.notice USING btree (created_at) WHERE ((sent_at IS NULL) AND (given_up IS NULL));

CREATE INDEX notice_posted ON public.notice USING btree (deployment_id, created_at) WHERE (ts IS NOT NULL);

CREATE INDEX outbox_open ON public.outbox USING btree (id) WHERE (done_at IS NULL);

CREATE INDEX slack_message_behind ON public.slack_message USING btree (id) WHERE ((wanted > shown) AND (given_up IS NULL));

CREATE INDEX slack_message_redraw ON public.slack_message USING btree (redraw_at) WHERE (redraw_at IS NOT NULL);

CREATE TRIGGER audit_event_append_only BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
