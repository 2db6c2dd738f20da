import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Undo } from './cli/undo.ts';
import { startUndoably } from './cli/undo.ts';
import type { Config } from './config.ts';
import { createMetrics } from './http/metrics.ts';
import { startHttp } from './http/server.ts';
import type { Log } from './lib/log.ts';
import { SECOND } from './lib/time.ts';
import type { JobsBackend } from './queue/backend.ts';
import type { Jobs } from './queue/jobs.ts';
import { openJobs } from './queue/jobs.ts';
import { startBeats } from './scheduler/ticks.ts';
import { zoneHandler } from './workers/run-in-zone.ts';

export type RunnerOptions = {
  readonly config: Config;
  readonly zone: string;
  readonly backend: JobsBackend;
  /** The environment checks may take secrets from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly now: () => Date;
};

/**
 * The worker of a zone: it shares nothing with the others but the queue. It takes the checks of its zone, holds its own
 * secrets, and hands back what it found, redacted.
 */
export const startRunner = async (
  options: RunnerOptions,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const { started, stop } = await startUndoably((undo) => startParts(options, undo));
  return { ...started, stop };
};

const startParts = async (
  { config, zone, backend, env, log, now }: RunnerOptions,
  undo: Undo,
): Promise<{ readonly url: string }> => {
  const jobs = await openJobs(backend, log);
  undo.add(jobs.close);
  const presence = presenceIn(jobs, { zone, env });
  undo.add(() => presence(true));
  const handler = zoneHandler({ jobs, env: (name) => env[name], now, log });
  undo.add((await jobs.process({ zone: handler }, zone)).stop);
  undo.add(startBeats([{ name: 'presence', every: '*/5 * * * * *', work: () => presence(false) }], log).stop);
  const http = await startHttp({
    host: config.host,
    port: config.port,
    readiness: [{ name: 'queue', isReady: () => answers(jobs) }],
    metrics: createMetrics({ queues: jobs.counts }),
    slack: undefined,
    inbound: undefined,
  });
  undo.add(http.close);
  log.info({ url: http.url, zone }, 'started');
  return { url: http.url };
};

const answers = (jobs: Jobs): Promise<boolean> =>
  Promise.race([jobs.ping().then(() => true), sleep(2 * SECOND, false, { ref: false })]);

/** Only names that an environment file could refer to; values stay here. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;
const MOST_NAMES = 5000;

const presenceIn = (jobs: Jobs, { zone, env }: Pick<RunnerOptions, 'zone' | 'env'>) => {
  const id = randomUUID();
  return (isLeaving: boolean): Promise<void> => {
    const envNames = Object.keys(env).filter((name) => NAME.test(name) && (env[name] ?? '') !== '');
    return jobs.add('presence', { id, zone, envNames: envNames.slice(0, MOST_NAMES), isLeaving });
  };
};
