import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findKind, listKinds } from './checks/registry.ts';
import { readiness } from './checks/readiness.ts';
import { holds } from './checklists/conditions.ts';
import { effectiveChecklist } from './checklists/effective.ts';
import { loadChecklists } from './checklists/load-checklists.ts';
import type { LoadedChecklists } from './checklists/load-checklists.ts';
import type { Undo } from './cli/undo.ts';
import { startUndoably } from './cli/undo.ts';
import type { Config } from './config.ts';
import { becomeClaimant } from './db/claimant.ts';
import { connect } from './db/connect.ts';
import { migrateToLatest } from './db/migrate.ts';
import type { Store } from './db/store.ts';
import { storeOn } from './db/store.ts';
import { DEFAULT_RULES } from './domain/situation.ts';
import { createMetrics } from './http/metrics.ts';
import type { HttpOptions, Readiness } from './http/server.ts';
import { startHttp } from './http/server.ts';
import { addressesOf, inboundOfChecks, inboundOfHttp, ownNames } from './inbound.ts';
import type { Log } from './lib/log.ts';
import { SECOND } from './lib/time.ts';
import type { JobsBackend } from './queue/backend.ts';
import { migrateJobs } from './queue/backend.ts';
import type { Jobs } from './queue/jobs.ts';
import { openJobs } from './queue/jobs.ts';
import { startRelay } from './queue/relay.ts';
import { keptCalendars } from './scheduler/calendar.ts';
import { schedulerBeats, startBeats } from './scheduler/ticks.ts';
import { startEmbeddedPostgres } from './services/embedded-postgres.ts';
import type { SlackEdge } from './slack/start-slack.ts';
import { startSlack } from './slack/start-slack.ts';
import { nagLocks } from './usecases/nag-locks.ts';
import type { Loop } from './usecases/world.ts';
import { createPresence, referredNames } from './workers/worker-presence.ts';
import { workerHandlers } from './workers/handlers.ts';

export type Tminus = {
  /** Where health, metrics and Slack's requests are served. */
  readonly url: string;
  readonly databaseUrl: string;
  /** Takes no more work, finishes what is in hand, frees everything. */
  readonly stop: () => Promise<void>;
};

export type StartOptions = {
  readonly config: Config;
  /** The environment checks may take secrets from, by name. */
  readonly env: (name: string) => string | undefined;
  readonly log: Log;
  readonly now?: () => Date;
};

/** Pools: people's clicks have their own, so that a flood of results cannot make them wait. */
const CLICK_POOL = 8;
const WORK_POOL = 16;

/** Starts every role the configuration names, in one process. Rejects when something it needs is not there. */
export const startTminus = async ({
  config,
  env,
  log,
  now = () => new Date(),
}: StartOptions): Promise<Tminus> => {
  const { started, stop } = await startUndoably((undo) => startParts({ config, env, log, now }, undo));
  return { ...started, stop };
};

type Parts = Required<StartOptions>;

const startParts = async (parts: Parts, undo: Undo): Promise<Omit<Tminus, 'stop'>> => {
  const { config, log, now } = parts;
  const { databaseUrl, work, clicks, jobs } = await openStores(parts, undo);
  const files = await loadFiles(config, log);
  const presence = await announce(parts, { work, files });
  undo.add(presence.leave);
  const calendarOf = keptCalendars();
  const loopWith: LoopWith = (teamId, store, people) => ({
    teamId,
    transact: store.transact,
    files: () => files,
    people,
    effective: effectiveChecklist,
    holds,
    readiness,
    hasEnv: presence.hasEnv,
    hasRunner: presence.hasRunner,
    calendarOf,
    rules: DEFAULT_RULES,
    now,
    newId: randomUUID,
    log,
  });
  const slack =
    config.slack === undefined ? undefined : await slackFor(config.slack, { log, now, clicks, loopWith });
  if (slack !== undefined) undo.add(slack.stop);

  const loop = slack === undefined ? loopWith('', work, NOBODY) : { ...slack.loop, transact: work.transact };
  await startWork(parts, undo, { work, jobs, databaseUrl, slack, loop });
  undo.add(
    startClock(parts, {
      work,
      loop: loopWith('', work, NOBODY),
      jobs,
      presence,
      sweepInbox: slack?.sweepInbox,
    }).stop,
  );
  const http = await startHttp(httpOptions(config, { work, jobs, slack, loop }));
  undo.add(http.close);
  await slack?.open();
  log.info({ url: http.url, roles: [...config.roles], kinds: listKinds().length }, 'started');
  return { url: http.url, databaseUrl };
};

type LoopWith = (teamId: string, store: Store, people: Loop['people']) => Loop;

/** The database migrated, its pools, and the queue. */
const openStores = async (parts: Parts, undo: Undo) => {
  const { config, log } = parts;
  const databaseUrl = await databaseFor(parts, undo);
  await migrateToLatest(databaseUrl);
  const backend = backendFor(config, databaseUrl);
  await migrateJobs(backend);
  const claimant = await becomeClaimant(databaseUrl, log);
  undo.add(claimant.close);
  const pool = (name: string, max: number): Store => {
    const database = connect(databaseUrl, { name, max, log });
    undo.add(database.close);
    return storeOn(database.db, claimant.key);
  };
  const work = pool('work', WORK_POOL);
  const clicks = pool('clicks', CLICK_POOL);
  const jobs = await openJobs(backend, log);
  undo.add(jobs.close);
  return { databaseUrl, work, clicks, jobs };
};

const announce = async (
  { config, env, now }: Parts,
  { work, files }: { work: Store; files: LoadedChecklists },
) => {
  const presence = createPresence(work.workers, {
    id: randomUUID(),
    runner: undefined,
    isWorker: config.roles.has('worker'),
    held: () => [
      ...referredNames(files.environments.values()).filter((name) => (env(name) ?? '') !== ''),
      ...ownNames(config),
    ],
  });
  await presence.refresh(now().getTime());
  return presence;
};

/** Begins to take jobs, and to move what was committed into the queues. */
const startWork = async (
  { config, env, log, now }: Parts,
  undo: Undo,
  {
    work,
    jobs,
    databaseUrl,
    slack,
    loop,
  }: { work: Store; jobs: Jobs; databaseUrl: string; slack: SlackEdge | undefined; loop: Loop },
): Promise<void> => {
  const handlers = workerHandlers({
    roles: config.roles,
    loop,
    store: work,
    messenger: slack?.messenger,
    env,
    inbound: inboundOfChecks(addressesOf(config), { store: work, now }),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    log,
  });
  undo.add((await jobs.process(handlers)).stop);
  undo.add(startRelay({ store: work, jobs, databaseUrl, now, log }).stop);
};

const httpOptions = (
  config: Config,
  { work, jobs, slack, loop }: { work: Store; jobs: Jobs; slack: SlackEdge | undefined; loop: Loop },
): HttpOptions => {
  const { host, port } = config;
  const isSlackConnected = () => slack?.isConnected() ?? true;
  return {
    host,
    port,
    readiness: readinessParts({ jobs, work, isSlackConnected }),
    metrics: createMetrics({ inboxOpen: work.inbox.countOpen, queues: jobs.counts, isSlackConnected }),
    slack: slack?.requestListener,
    inbound: inboundOfHttp(addressesOf(config), loop),
  };
};

/** A process without the Slack edge decides about nobody. */
const NOBODY: Loop['people'] = {
  policyOf: ({ fourEyes }) => ({ fourEyes, holders: () => 'anyone' }),
  actor: ({ id }) => Promise.resolve({ id, roles: [], isFullMember: false }),
  channelId: () => Promise.resolve(undefined),
  nameOf: (id) => id,
};

const slackFor = (
  { botToken, apiUrl, connection }: NonNullable<Config['slack']>,
  { log, now, clicks, loopWith }: { log: Log; now: () => Date; clicks: Store; loopWith: LoopWith },
): Promise<SlackEdge> =>
  startSlack({
    token: botToken.reveal(),
    apiUrl,
    connection:
      connection.kind === 'socket'
        ? { kind: 'socket', appToken: connection.appToken.reveal() }
        : { kind: 'http', signingSecret: connection.signingSecret.reveal() },
    fetch: globalThis.fetch,
    now,
    log,
    loopFor: (teamId, people) => loopWith(teamId, clicks, people),
    inbox: clicks.inbox,
    runHistory: clicks.runs.history,
    show: clicks,
  });

const databaseFor = async ({ config, log }: Parts, undo: Undo): Promise<string> => {
  const { database } = config;
  if (database.kind === 'url') return database.url.reveal();
  const server = await startEmbeddedPostgres({ dataDir: database.dataDir, log });
  undo.add(server.stop);
  return server.url;
};

/** Where this configuration keeps its jobs. */
export const backendFor = ({ queue }: Pick<Config, 'queue'>, databaseUrl: string): JobsBackend =>
  queue.kind === 'redis'
    ? { kind: 'redis', url: queue.url.reveal(), prefix: 'tminus' }
    : { kind: 'postgres', url: databaseUrl };

/** Reads the checklist folder; what is broken is logged with its place and refused when somebody starts it. */
export const loadFiles = async (
  { checklistsDir }: Pick<Config, 'checklistsDir'>,
  log: Log,
): Promise<LoadedChecklists> => {
  const kinds = Object.fromEntries(
    listKinds().flatMap(({ kind }) => {
      const found = findKind(kind);
      return found === undefined ? [] : [[kind, found.problems]];
    }),
  );
  const files = await loadChecklists(checklistsDir, { kinds });
  for (const problem of files.problems) log.error(problem, 'checklist_problem');
  log.info(
    { systems: [...files.checklists.keys()], environments: [...files.environments.keys()] },
    'checklists_loaded',
  );
  return files;
};

const startClock = (
  { config, log, now }: Pick<Parts, 'config' | 'log' | 'now'>,
  {
    work,
    loop,
    jobs,
    presence,
    sweepInbox,
  }: {
    work: Store;
    loop: Loop;
    jobs: Jobs;
    presence: { refresh: (at: number) => Promise<void> };
    sweepInbox: (() => Promise<void>) | undefined;
  },
) =>
  startBeats(
    [
      { name: 'presence', every: '*/5 * * * * *', work: () => presence.refresh(now().getTime()) },
      ...(sweepInbox === undefined ? [] : [{ name: 'inbox', every: '*/5 * * * * *', work: sweepInbox }]),
      ...(config.roles.has('scheduler')
        ? schedulerBeats({
            store: work,
            nagLocks: () => nagLocks(loop),
            add: jobs.add,
            addAgain: jobs.addAgain,
            now,
            log,
          })
        : []),
    ],
    log,
  );

const readinessParts = ({
  jobs,
  work,
  isSlackConnected,
}: {
  jobs: Jobs;
  work: Store;
  isSlackConnected: () => boolean;
}): readonly Readiness[] => {
  const within = (question: Promise<unknown>) =>
    Promise.race([question.then(() => true), sleep(2 * SECOND, false, { ref: false })]);
  return [
    { name: 'database', isReady: () => within(work.inbox.countOpen()) },
    { name: 'queue', isReady: () => within(jobs.ping()) },
    { name: 'slack', isReady: () => Promise.resolve(isSlackConnected()) },
  ];
};
