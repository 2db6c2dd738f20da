import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTurns, OUTAGE_MS } from '../../src/checks/turns.ts';
import { SECOND } from '../../src/lib/time.ts';
import { connections, NOW, run } from '../support/checks.ts';

// A database that takes connections and closes them: what a proxy does whose server is gone.
const sockets = new Set<Socket>();
let met = 0;
let together = 0;
let most = 0;
let isSilent = false;
const server = createServer((socket) => {
  met += 1;
  together += 1;
  most = Math.max(most, together);
  sockets.add(socket);
  socket.on('close', () => (together -= 1));
  socket.on('error', () => socket.destroy());
  if (!isSilent) setTimeout(() => socket.destroy(), 20);
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `postgres://reader:pa55@127.0.0.1:${(server.address() as AddressInfo).port}/shop`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});
beforeEach(() => {
  met = 0;
  most = 0;
  isSilent = false;
});

const ask = (
  turns: ReturnType<typeof createTurns>,
  { query = 'select 1', askedAt = NOW, now = NOW }: { query?: string; askedAt?: Date; now?: Date } = {},
) =>
  run({
    kind: 'sql',
    params: { connection: '${database-url}', query },
    with: { timeoutMs: 2000 },
    connections: connections({ secrets: { 'database-url': 'env:DB' } }),
    deps: { env: () => url, turns, askedAt: askedAt.getTime(), now: () => now },
  });

it('asks a database that is down twice for seventy checks, and tells all of them the same', async () => {
  const turns = createTurns();
  const results = await Promise.all(
    Array.from({ length: 70 }, (_none, index) => ask(turns, { query: `select ${index}` })),
  );
  expect(most).toBeLessThanOrEqual(2);
  expect(met).toBe(2);
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['fail']));
  // One cause: one alert.
  expect(new Set(results.map(({ cause }) => cause)).size).toBe(1);
  expect(results.filter(({ tries }) => tries === 0)).toHaveLength(68);
});

it('measures what was asked for after the outage was found, and everything half a minute later', async () => {
  const turns = createTurns();
  await ask(turns);
  const later = new Date(NOW.getTime() + SECOND);
  await ask(turns, { askedAt: later, now: later });
  expect(met).toBe(2);
  const old = new Date(NOW.getTime() + SECOND + OUTAGE_MS);
  await ask(turns, { now: old });
  expect(met).toBe(3);
});

it('takes a slow answer for the trouble of one check', async () => {
  isSilent = true;
  const turns = createTurns();
  const first = await ask(turns);
  expect(first.outcome).toBe('timed_out');
  isSilent = false;
  expect((await ask(turns)).outcome).toBe('fail');
  expect(met).toBe(2);
});

it('leaves other targets alone', async () => {
  const turns = createTurns();
  await ask(turns);
  const other = await run({
    kind: 'tcp',
    params: { host: '127.0.0.1', port: Number(new URL(url).port) },
    connections: connections({ allow: [new URL(url).host] }),
    deps: { turns },
  });
  expect(other.outcome).toBe('pass');
});
