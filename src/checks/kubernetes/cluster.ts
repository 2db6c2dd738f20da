import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { stated } from '../../lib/stated.ts';
import { getPath, listObjects } from './api.ts';
import { ageOf, count, cutOf, MAX_SHOWN, metadataSchema, text, type Question } from './question.ts';

const versionSchema = z.object({ gitVersion: z.string() });

/** The API server itself. */
export const cluster: Question<true> = {
  ask: async (asked) => {
    const { gitVersion } = await getPath(asked, '/version', versionSchema);
    return { observation: { version: gitVersion } };
  },
  passes: { version: { exists: true } },
  say: ({ version = null }) => plain(version),
};

const nodeSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ unschedulable: z.boolean().nullish() }).nullish(),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: text })).nullish(),
    nodeInfo: z.object({ kubeletVersion: text }).nullish(),
  }),
});

type Node = z.output<typeof nodeSchema>;

const holds = ({ status }: Node, is: (type: string) => boolean): boolean =>
  (status.conditions ?? []).some(({ type, status: value }) => is(type) && value === 'True');

const namesOf = (all: readonly Node[], is: (node: Node) => boolean): string[] =>
  all.filter(is).map(({ metadata }) => metadata.name);

const describeNodes = (all: readonly Node[]): JsonObject => {
  const notReady = namesOf(all, (node) => !holds(node, (type) => type === 'Ready'));
  return {
    count: all.length,
    ready: all.length - notReady.length,
    not_ready: notReady,
    unschedulable: namesOf(all, ({ spec }) => spec?.unschedulable === true),
    pressed: namesOf(all, (node) => holds(node, (type) => /Pressure$|^NetworkUnavailable$/.test(type))),
    versions: [...new Set(all.map(({ status }) => status.nodeInfo?.kubeletVersion ?? ''))].sort(),
  };
};

/** The machines. */
export const nodes: Question<{ readonly selector?: string | undefined }> = {
  ask: async (asked, { selector }) => {
    const listed = await listObjects(asked, {
      group: 'api/v1',
      resource: 'nodes',
      isClusterWide: true,
      schema: nodeSchema,
      search: { labels: selector },
    });
    const observation = describeNodes(listed.items);
    return { observation, incomplete: cutOf(listed, Object.keys(observation)) };
  },
  passes: { count: { gte: 1 }, not_ready: [] },
  say: ({ ready = null, count: all = null }) => `${plain(ready)}/${plain(all)} nodes ready`,
};

const eventSchema = z.object({
  reason: text,
  message: z.string().nullish(),
  count,
  series: z.object({ count, lastObservedTime: z.string().nullish() }).nullish(),
  eventTime: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
  involvedObject: z.object({ kind: text, name: text }),
});

type Event = z.output<typeof eventSchema>;

export type EventsAsked = {
  readonly since: number;
  readonly object?: string | undefined;
  readonly reasons?: readonly string[] | undefined;
};

const lastSeen = (event: Event, now: Date): number | undefined =>
  ageOf(
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp,
    now,
  );

const timesOf = ({ series, count: times }: Event): number => Math.max(1, series?.count ?? 0, times);

const MAX_MESSAGE = 200;

const describeEvents = (events: readonly Event[], now: Date): JsonObject => {
  const reasons = new Map<string, number>();
  for (const event of events) reasons.set(event.reason, (reasons.get(event.reason) ?? 0) + timesOf(event));
  return {
    count: events.length,
    reasons: Object.fromEntries(reasons),
    events: [...events]
      .sort((one, other) => (lastSeen(one, now) ?? 0) - (lastSeen(other, now) ?? 0))
      .slice(0, MAX_SHOWN)
      .map((event) => ({
        reason: event.reason,
        object: `${event.involvedObject.kind}/${event.involvedObject.name}`,
        message: (event.message ?? '').slice(0, MAX_MESSAGE),
        times: timesOf(event),
        ...stated({ age: lastSeen(event, now) }),
      })),
  };
};

/** Warnings of a namespace that were seen within a time. Kubernetes itself forgets them after about an hour. */
export const events: Question<EventsAsked> = {
  ask: async (asked, { since, object, reasons }, now) => {
    const fields = ['type=Warning', ...(object === undefined ? [] : [`involvedObject.name=${object}`])].join(
      ',',
    );
    const listed = await listObjects(asked, {
      group: 'api/v1',
      resource: 'events',
      schema: eventSchema,
      search: { fields },
    });
    // One without a time that can be read counts: it may be of now.
    const recent = listed.items.filter(
      (event) => (lastSeen(event, now) ?? 0) <= since && (reasons?.includes(event.reason) ?? true),
    );
    const observation = describeEvents(recent, now);
    return { observation, incomplete: cutOf(listed, Object.keys(observation)) };
  },
  passes: { count: 0 },
  say: ({ count: all = null }) => `${plain(all)} warnings`,
};
