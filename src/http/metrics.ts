import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What this process can tell; absent: no such figure. */
export type MetricSources = {
  readonly inboxOpen?: () => Promise<number>;
  readonly queues: () => Promise<Readonly<Record<string, number>>>;
  readonly isSlackConnected?: () => boolean;
};

/** What an operator watches: is work piling up, and does Slack reach us. */
export const createMetrics = (
  sources: MetricSources,
): (() => Promise<{ readonly contentType: string; readonly text: string }>) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { inboxOpen, isSlackConnected } = sources;
  if (inboxOpen !== undefined)
    new Gauge({
      name: 'tminus_inbox_open',
      help: 'Envelopes received and not handled yet; stays near 0.',
      registers: [registry],
      async collect() {
        this.set(await inboxOpen());
      },
    });
  new Gauge({
    name: 'tminus_queue_jobs',
    help: 'Jobs waiting, delayed or active, by queue.',
    labelNames: ['queue'],
    registers: [registry],
    async collect() {
      for (const [queue, count] of Object.entries(await sources.queues())) this.set({ queue }, count);
    },
  });
  if (isSlackConnected !== undefined)
    new Gauge({
      name: 'tminus_slack_connected',
      help: '1 while Slack can reach this process.',
      registers: [registry],
      collect() {
        this.set(isSlackConnected() ? 1 : 0);
      },
    });
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
};
