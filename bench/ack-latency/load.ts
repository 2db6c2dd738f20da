// Sends one batch of prepared requests, so many at a time, over connections that stay open. A process of its own, so that
// making load does not slow down what is measured.
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Batch, BatchReport, PreparedRequest } from './batch.ts';

const send = async (pool: Pool, path: string, { headers, body }: PreparedRequest): Promise<string> => {
  const answer = await pool.request({ path, method: 'POST', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
  return text;
};

/** Slack keeps its connections, so opening them is no part of what is measured. */
const openConnections = async (pool: Pool, count: number): Promise<void> => {
  const open = async (): Promise<void> => {
    const answer = await pool.request({ path: '/', method: 'GET' });
    await answer.body.dump();
  };
  await Promise.all(Array.from({ length: count }, open));
};

const run = async ({ url, requests, concurrency }: Batch): Promise<BatchReport> => {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  await openConnections(pool, concurrency);
  const latenciesMs: number[] = [];
  const answers = new Set<string>();
  let failures = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const from = performance.now();
      try {
        answers.add(await send(pool, pathname, request));
      } catch {
        failures += 1;
      }
      latenciesMs.push(performance.now() - from);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const durationMs = performance.now() - from;
  await pool.close();
  return { durationMs, latenciesMs, failures, answers: [...answers].slice(0, 3) };
};

process.on('message', (batch: Batch) => {
  void run(batch).then((report) => process.send?.(report));
});
