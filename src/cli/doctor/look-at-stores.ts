import pg from 'pg';
import type { Config } from '../../config.ts';
import { connect } from '../../db/connect.ts';
import { isOlder, pendingMigrations } from '../../db/migrate.ts';
import { storeOn } from '../../db/store.ts';
import type { Log } from '../../lib/log.ts';
import { MINUTE } from '../../lib/time.ts';
import { backendFor } from '../../main.ts';
import { openJobs, redisAnswers } from '../../queue/jobs.ts';
import { NoDatabaseError, withDatabase } from '../database.ts';
import { explain } from '../explain.ts';
import type { Line, Sight } from './line.ts';
import { fine, hint, problem, unknown } from './line.ts';

/** How long the queue may take to answer. */
const LOOK_MS = 2000;

/** A worker that was heard of within the last minute, and the variables it holds (names only). */
export type LiveWorker = { readonly runner: string | undefined; readonly envNames: readonly string[] };

export type StoresSight = {
  readonly database: Sight;
  readonly queue: Sight;
  /** Empty: none is alive, or the database could not be asked. */
  readonly workers: readonly LiveWorker[];
};

type Given = { readonly log: Log; readonly now: () => Date; readonly version: string };

const MIGRATE = '"tminus migrate" applies it; so does the next start';

const serverVersion = async (url: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A connection that breaks also rejects the query in progress, which is where it is handled.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'of an unknown version';
  } finally {
    await client.end();
  }
};

/** What only a migrated database can tell. */
const lookIntoTables = async (
  url: string,
  { log, now, version }: Given,
): Promise<{ lines: readonly Line[]; workers: readonly LiveWorker[] }> => {
  const { db, close } = connect(url, { name: 'doctor', max: 2, log });
  try {
    const needed = await db
      .selectFrom('app_meta')
      .select('value')
      .where('key', '=', 'min_app_version')
      .executeTakeFirst();
    const isTooOld = needed !== undefined && isOlder(version, needed.value);
    const workers = await storeOn(db).workers.listLive(now().getTime() - MINUTE);
    return {
      workers,
      lines: [
        isTooOld
          ? problem(
              `the schema needs tminus ${needed.value} or newer, this is ${version}`,
              'Install the newer version again; a newer schema is never taken back by an older program',
            )
          : fine('every migration is applied'),
        workers.length === 0
          ? hint('no worker is running: checks wait until one is')
          : fine(`${workers.length === 1 ? '1 worker is' : `${workers.length} workers are`} running`),
      ],
    };
  } finally {
    await close();
  }
};

const lookAtQueue = async ({ queue }: Config, url: string, { log }: Given): Promise<readonly Line[]> => {
  if (queue.kind === 'redis') return lookAtRedis(queue.url.reveal());
  const isReady = await openJobs(backendFor({ queue }, url), log, LOOK_MS)
    .then((jobs) => jobs.ping().finally(jobs.close))
    .then(
      () => true,
      () => false,
    );
  return isReady
    ? [fine('on the same Postgres, and answers')]
    : [problem('the tables of the queue are missing or not up to date', MIGRATE)];
};

const lookAtRedis = async (url: string): Promise<readonly Line[]> =>
  (await redisAnswers(url))
    ? [fine('on Redis, and answers')]
    : [
        problem(
          'Redis does not answer, or refuses the login of REDIS_URL',
          'Check REDIS_URL and that Redis runs. Nothing is lost meanwhile: what waits is in Postgres',
        ),
      ];

const lookInside = async (config: Config, url: string, given: Given): Promise<StoresSight> => {
  const reached = fine(`Postgres ${await serverVersion(url)} answers`);
  const pending = await pendingMigrations(url);
  if (pending.length > 0) {
    const behind = problem(`${pending.length} not applied yet: ${pending.join(', ')}`, MIGRATE);
    const queue =
      config.queue.kind === 'redis'
        ? await lookAtRedis(config.queue.url.reveal())
        : [unknown('not looked at: its tables are made together with the others')];
    return {
      database: { area: 'Database', lines: [reached, behind] },
      queue: { area: 'Queue', lines: queue },
      workers: [],
    };
  }
  const tables = await lookIntoTables(url, given);
  return {
    database: { area: 'Database', lines: [reached, ...tables.lines] },
    queue: { area: 'Queue', lines: await lookAtQueue(config, url, given) },
    workers: tables.workers,
  };
};

/** What was seen when the database could not be looked into. */
const withoutDatabase = async ({ queue }: Config, line: Line): Promise<StoresSight> => ({
  database: { area: 'Database', lines: [line] },
  queue: {
    area: 'Queue',
    lines:
      queue.kind === 'redis'
        ? await lookAtRedis(queue.url.reveal())
        : [unknown('not looked at: it is on the same Postgres')],
  },
  workers: [],
});

/** The database, the queue, and the workers that are alive. Nothing is changed, and nothing is made that is not there. */
export const lookAtStores = async (
  config: Config,
  isBroken: (...names: readonly string[]) => boolean,
  given: Given,
): Promise<StoresSight> => {
  if (isBroken('DATABASE_URL'))
    return withoutDatabase(config, unknown('not looked at: see the configuration above'));
  try {
    return await withDatabase(config, { log: given.log, isMade: false }, (url) =>
      lookInside(config, url, given),
    );
  } catch (error) {
    if (error instanceof NoDatabaseError) return withoutDatabase(config, unknown(error.message));
    const explained = explain(error);
    if (explained === undefined) throw error;
    return withoutDatabase(config, problem(explained.problem, explained.remedy));
  }
};
