import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { cardWith, eventually, startApp } from '../support/app.ts';
import type { RunningCli } from '../support/cli.ts';
import { startCli } from '../support/cli.ts';
import { redisAvailable, testRedis } from '../support/redis.ts';

const TOKEN = 'only-the-runner-of-the-zone-holds-this';

/** A target that answers only to whoever holds the token; it may be told to keep callers waiting. */
const startTarget = async () => {
  let held: (() => void) | undefined;
  let isHolding = false;
  const callers: string[] = [];
  const server = createServer((request, response) => {
    callers.push(request.url ?? '');
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const answer = () => {
      response.statusCode = isKnown ? 200 : 401;
      response.end(JSON.stringify({ status: isKnown ? 'healthy' : 'who are you' }));
    };
    if (isHolding) held = answer;
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callers,
    hold: (): void => void (isHolding = true),
    release: (): void => {
      isHolding = false;
      held?.();
    },
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const CHECKLIST = `
system: tiny
title: Tiny web service
parameters:
  api-url: {describe: Base URL, default: "http://127.0.0.1:9"}
  api-token: {describe: Token of the API, secret: true}
stages:
  prepare:
    - id: first
      title: First things
      items:
        - id: health
          title: Health answers
          check: {http: {url: "\${api-url}/health", headers: {authorization: "Bearer \${api-token}"}}, expect: {status: 200}}
        - id: smoke
          title: A todo can be made
          check: {http_sequence: {steps: [{url: "\${api-url}/made", headers: {authorization: "Bearer \${api-token}"}}]}}
`;

const environmentFor = (url: string) => `
environment: production
channel: "#deploys"
runner: dmz
systems:
  tiny: {values: {api-url: "${url}", api-token: "env:ZONE_API_TOKEN"}}
`;

/** A process that knows the queue and nothing else of the installation. */
const startRunner = async (
  queue: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCli> => {
  const runner = startCli(['start'], {
    ROLES: 'worker',
    RUNNER: 'dmz',
    PORT: '0',
    ZONE_API_TOKEN: TOKEN,
    ...queue,
    ...env,
  });
  await runner.says(/"msg":"started"/);
  return runner;
};

const end = async (runner: RunningCli, signal: NodeJS.Signals): Promise<unknown> => {
  runner.child.kill(signal);
  return runner.ended;
};

/** A login that may use the tables of the queue and sees none of the others. */
const queueLogin = async (databaseUrl: string): Promise<string> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const name = `runner_${new URL(databaseUrl).pathname.slice(1)}`;
    await client.query(`create role ${name} login password 'runner'`);
    await client.query(`grant usage on schema tminus_queue to ${name}`);
    for (const kind of ['tables', 'sequences', 'functions'])
      await client.query(`grant all on all ${kind} in schema tminus_queue to ${name}`);
    const url = new URL(databaseUrl);
    url.username = name;
    url.password = 'runner';
    return url.href;
  } finally {
    await client.end();
  }
};

type Backend = {
  readonly redisUrl?: string;
  readonly queueOf: (app: TestApp) => Promise<Record<string, string>>;
};

const BACKENDS = {
  Redis: {
    isHere: redisAvailable(),
    open: async (): Promise<Backend & { close: () => Promise<void> }> => {
      const redis = await testRedis();
      if (redis === undefined) throw new Error('redis-server is gone');
      return {
        redisUrl: redis.url,
        queueOf: () => Promise.resolve({ REDIS_URL: redis.url }),
        close: redis.close,
      };
    },
  },
  Postgres: {
    isHere: true,
    open: (): Promise<Backend & { close: () => Promise<void> }> =>
      Promise.resolve({
        queueOf: async (app) => ({ DATABASE_URL: await queueLogin(app.databaseUrl) }),
        close: () => Promise.resolve(),
      }),
  },
};

describe.each(Object.entries(BACKENDS))(
  'the runner of a zone, with the queue on %s',
  (_name, { isHere, open }) => {
    const ends: (() => unknown)[] = [];
    afterEach(async () => {
      for (const one of ends.splice(0).reverse()) await one();
    });

    const arrange = async () => {
      const target = await startTarget();
      ends.push(target.close);
      const backend = await open();
      ends.push(backend.close);
      const app = await startApp({
        files: { 'tiny.yaml': CHECKLIST, 'environments/production.yaml': environmentFor(target.url) },
        ...(backend.redisUrl === undefined ? {} : { redisUrl: backend.redisUrl }),
      });
      ends.push(app.close);
      return { target, app, queue: await backend.queueOf(app) };
    };
    const start = (app: TestApp) =>
      app.sandbox.as('ana').command('/deploy start production 1.0.0', '#deploys');

    it.runIf(isHere)('is not there: its checks are by hand, and no other worker does them', async () => {
      const { target, app } = await arrange();
      await start(app);
      await cardWith(app.sandbox, 'tiny 1.0.0 → production', 'by hand: runner dmz');
      expect(target.callers).toEqual([]);
    });

    it.runIf(isHere)(
      'does what the core cannot: with its own secret, over the queue alone',
      async () => {
        const { target, app, queue } = await arrange();
        const runner = await startRunner(queue);
        ends.push(() => end(runner, 'SIGKILL'));
        await known(app);
        await start(app);
        const card = await cardWith(app.sandbox, 'First things', '1/2');
        expect(card.visibleText).not.toContain('runner dmz');
        expect(target.callers).toEqual(['/health']);
        // Its ready page knows of no database; its log of no secret.
        const url = /"url":"([^"]+)"/.exec(runner.stdout())?.[1] ?? '';
        expect((await fetch(`${url}/readyz`)).status).toBe(200);
        expect(runner.stdout()).not.toContain(TOKEN);
        expect(await end(runner, 'SIGTERM')).toBe(0);
      },
      120_000,
    );

    it.runIf(isHere)(
      'is killed in the middle: the next one measures, and nothing that writes is done twice',
      async () => {
        const { target, app, queue } = await arrange();
        const first = await startRunner(queue);
        ends.push(() => end(first, 'SIGKILL'));
        await known(app);
        target.hold();
        await start(app);
        await eventually('the first call', () => target.callers.includes('/health'), 30_000);
        await cardWith(app.sandbox, 'A todo can be made');
        await app.sandbox.as('ana').clickLabel('#deploys', 'Run check', 'A todo can be made');
        await eventually('the call that writes', () => target.callers.includes('/made'), 30_000);
        await end(first, 'SIGKILL');
        target.release();
        const second = await startRunner(queue);
        ends.push(() => end(second, 'SIGKILL'));
        const card = await eventually(
          'both results',
          () => {
            const [found] = app.sandbox.messages('#deploys').filter(({ threadTs }) => threadTs === undefined);
            return found?.visibleText.includes('may have run') === true && found;
          },
          90_000,
        );
        expect(card.visibleText).toContain('may have run: the worker stopped in the middle');
        await cardWith(app.sandbox, 'First things', '1/2');
        expect(target.callers.filter((path) => path === '/made')).toHaveLength(1);
      },
      180_000,
    );
  },
);

/** The core looks at who lives every five seconds. */
const known = (app: TestApp) =>
  eventually(
    'the runner to be known',
    async () => {
      const answer = await app.sandbox.as('ana').command('/deploy checklists tiny production', '#deploys');
      return (await workersOf(app)) > 1 && !JSON.stringify(answer).includes('runner dmz');
    },
    60_000,
  );

const workersOf = async ({ databaseUrl }: TestApp): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query('select id from worker')).rows.length;
  } finally {
    await client.end();
  }
};
