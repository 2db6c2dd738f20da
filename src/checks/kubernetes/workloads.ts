import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { stated } from '../../lib/stated.ts';
import { getObject } from './api.ts';
import { count, metadataSchema, text, type Question } from './question.ts';

const conditionSchema = z.object({ type: z.string(), status: text, reason: text, message: text });

const schema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().nullish(),
    updateStrategy: z
      .object({
        type: z.string().nullish(),
        rollingUpdate: z.object({ partition: z.number().nullish() }).nullish(),
      })
      .nullish(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ name: text, image: text })) }) }),
  }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      currentRevision: z.string().nullish(),
      updateRevision: z.string().nullish(),
      desiredNumberScheduled: count,
      numberReady: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      conditions: z.array(conditionSchema).nullish(),
    })
    .nullish()
    .transform((status) => status ?? undefined),
});

type Workload = z.output<typeof schema>;
type Status = NonNullable<Workload['status']>;

/** Numbers of a workload under one name each, and why its rollout is not over; undefined: it is. */
type Progress = {
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
  readonly waitsFor: string | undefined;
};

const firstOf = (reasons: readonly (readonly [boolean, string])[]): string | undefined =>
  reasons.find(([isSo]) => isSo)?.[1];

const hasFailed = ({ conditions }: Status): boolean =>
  (conditions ?? []).some(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );

// The rules of `kubectl rollout status`.
const PROGRESS = {
  deployment: ({ spec }: Workload, status: Status): Progress => {
    const desired = spec.replicas ?? 1;
    const { readyReplicas: ready, updatedReplicas: updated, availableReplicas: available } = status;
    const waitsFor = firstOf([
      [hasFailed(status), 'it exceeded its progress deadline'],
      [spec.paused === true, 'it is paused'],
      [updated < desired, `${updated} of ${desired} are updated`],
      [status.replicas > updated, `${status.replicas - updated} old ones are still there`],
      [available < updated, `${available} of ${updated} are available`],
    ]);
    return { desired, ready, updated, available, waitsFor };
  },
  statefulset: ({ spec }: Workload, status: Status): Progress => {
    const desired = spec.replicas ?? 1;
    const { readyReplicas: ready, updatedReplicas: updated, availableReplicas: available } = status;
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const wanted = Math.max(0, desired - partition);
    const isMixed = partition === 0 && status.updateRevision !== status.currentRevision;
    const waitsFor = firstOf([
      [spec.updateStrategy?.type === 'OnDelete', 'it is updated only as its pods are deleted (OnDelete)'],
      [ready < desired, `${ready} of ${desired} are ready`],
      [partition > 0 && updated < wanted, `${updated} of ${wanted} are updated`],
      [isMixed, `${updated} of ${desired} are updated`],
    ]);
    return { desired, ready, updated: isMixed ? updated : Math.max(updated, wanted), available, waitsFor };
  },
  daemonset: ({ spec }: Workload, status: Status): Progress => {
    const { desiredNumberScheduled: desired, numberReady: ready } = status;
    const { updatedNumberScheduled: updated, numberAvailable: available } = status;
    const waitsFor = firstOf([
      [spec.updateStrategy?.type === 'OnDelete', 'it is updated only as its pods are deleted (OnDelete)'],
      [updated < desired, `${updated} of ${desired} are updated`],
      [available < desired, `${available} of ${desired} are available`],
    ]);
    return { desired, ready, updated, available, waitsFor };
  },
} as const;

type Kind = keyof typeof PROGRESS;

const EMPTY: Status = {
  observedGeneration: 0,
  replicas: 0,
  readyReplicas: 0,
  updatedReplicas: 0,
  availableReplicas: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
  updatedNumberScheduled: 0,
  numberAvailable: 0,
};

const describe = (kind: Kind, workload: Workload): JsonObject => {
  const status = workload.status ?? EMPTY;
  const isObserved = status.observedGeneration >= (workload.metadata.generation ?? 1);
  const { waitsFor, ...numbers } = PROGRESS[kind](workload, status);
  const waiting = isObserved ? waitsFor : 'the cluster has not taken up the last change yet';
  const images = workload.spec.template.spec.containers.map(({ image }) => image);
  return {
    exists: true,
    complete: waiting === undefined,
    ...stated({ waits_for: waiting }),
    ...numbers,
    observed: isObserved,
    ...stated({ image: images.length === 1 ? images[0] : undefined }),
    images,
    conditions: (status.conditions ?? []).map(({ type, status: value, reason }) => ({
      type,
      status: value,
      reason,
    })),
  };
};

/** A Deployment, StatefulSet or DaemonSet by name: how many of its pods are ready, and whether its rollout is over. */
export const workload = (kind: Kind): Question<string> => ({
  ask: async (cluster, name) => {
    const found = await getObject(cluster, { group: 'apis/apps/v1', resource: `${kind}s`, name, schema });
    return { observation: found ? describe(kind, found) : { exists: false } };
  },
  // Scaled to nothing is complete, and no service.
  passes: { exists: true, complete: true, ready: { gte: 1 } },
  say: ({ ready = null, desired = null, images }) =>
    `${plain(ready)}/${plain(desired)} ready${Array.isArray(images) ? `, ${images.join(', ')}` : ''}`,
});
