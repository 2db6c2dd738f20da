import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { migrateJobs } from '../../src/queue/backend.ts';
import type { Jobs } from '../../src/queue/jobs.ts';
import { openJobs } from '../../src/queue/jobs.ts';
import { eventually } from '../support/app.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

/** Between the queue and Postgres; counts connections, and can end all of them. */
const startLine = async (target: URL) => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const onward = connect(Number(target.port), target.hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => undefined).on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target.href);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    connections: () => connections,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
};

describe('while Postgres takes no connections, as it does while it starts or when it has no more of them', () => {
  let database: TestDatabase;
  let line: Awaited<ReturnType<typeof startLine>>;
  let admin: pg.Client;
  const opened: Jobs[] = [];
  const takesConnections = (allowed: boolean) =>
    admin.query(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} ALLOW_CONNECTIONS ${String(allowed)}`,
    );

  beforeAll(async () => {
    database = await testDatabase();
    admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    line = await startLine(new URL(database.url));
    await migrateJobs({ kind: 'postgres', url: database.url });
  });
  afterAll(async () => {
    await takesConnections(true);
    await Promise.all(opened.map((jobs) => jobs.close()));
    line.close();
    await admin.end();
    await database.close();
  });

  const open = async (): Promise<Jobs> => {
    const jobs = await openJobs({ kind: 'postgres', url: line.url }, silentLog);
    opened.push(jobs);
    return jobs;
  };

  it('the queue opens once it does, and whatever else the process does goes on meanwhile', async () => {
    await takesConnections(false);
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 50);
    const opening = open();
    const isOpen = opening.then(() => true);
    expect(await Promise.race([isOpen, sleep(2000, false)])).toBe(false);
    expect(ticks).toBeGreaterThan(5);
    clearInterval(ticking);
    await takesConnections(true);
    const seen: string[] = [];
    const jobs = await opening;
    const processing = await jobs.process({
      renders: ({ messageId }) => {
        seen.push(messageId);
        return Promise.resolve();
      },
    });
    await jobs.add('renders', { messageId: 'one' });
    await eventually('the job', () => seen.includes('one'), 20_000);
    await processing.stop();
  });

  it('the workers try now and then, not without a pause', async () => {
    const jobs = await open();
    const seen: string[] = [];
    const processing = await jobs.process({
      renders: ({ messageId }) => {
        seen.push(messageId);
        return Promise.resolve();
      },
      results: () => Promise.resolve(),
    });
    await takesConnections(false);
    line.cut();
    const before = line.connections();
    await sleep(4000);
    expect(line.connections() - before).toBeLessThan(40);
    await takesConnections(true);
    await eventually('the queue', () =>
      jobs.add('renders', { messageId: 'two' }).then(
        () => true,
        () => false,
      ),
    );
    await eventually('the job', () => seen.includes('two'), 20_000);
    await processing.stop();
  });
});
