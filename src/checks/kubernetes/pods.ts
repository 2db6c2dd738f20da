import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { stated } from '../../lib/stated.ts';
import { listObjects } from './api.ts';
import { ageOf, count, cutOf, MAX_SHOWN, metadataSchema, text, type Question } from './question.ts';

const stateSchema = z.object({ reason: text }).nullish();

const containerSchema = z.object({
  restartCount: count,
  image: text,
  state: z.object({ waiting: stateSchema, terminated: stateSchema }).nullish(),
  lastState: z.object({ terminated: stateSchema }).nullish(),
});

const schema = z.object({
  metadata: metadataSchema,
  spec: z.object({ containers: z.array(z.object({ image: text })) }),
  status: z.object({
    phase: text,
    reason: text,
    startTime: z.string().nullish(),
    conditions: z.array(z.object({ type: z.string(), status: text })).nullish(),
    containerStatuses: z.array(containerSchema).nullish(),
    initContainerStatuses: z.array(containerSchema).nullish(),
  }),
});

type Pod = z.output<typeof schema>;

const isReady = ({ status }: Pod): boolean =>
  status.phase === 'Running' &&
  (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');

const containersOf = ({ status }: Pod): readonly z.output<typeof containerSchema>[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];

/** Why it is not ready, in Kubernetes' word: `CrashLoopBackOff`, `ImagePullBackOff`, else its phase. */
const reasonOf = (pod: Pod): string => {
  const waiting = containersOf(pod)
    .map(({ state }) => state?.waiting?.reason ?? '')
    .find((reason) => reason !== '' && reason !== 'PodInitializing');
  if (waiting !== undefined) return waiting;
  return pod.status.reason === '' ? pod.status.phase : pod.status.reason;
};

const restartsOf = (pod: Pod): number =>
  Math.max(0, ...containersOf(pod).map(({ restartCount }) => restartCount));

const wasOutOfMemory = (pod: Pod): boolean =>
  containersOf(pod).some(({ state, lastState }) =>
    [state?.terminated, lastState?.terminated].some((ended) => ended?.reason === 'OOMKilled'),
  );

const describePod = (pod: Pod, now: Date): JsonObject => ({
  name: pod.metadata.name,
  ready: isReady(pod),
  ...(isReady(pod) ? {} : { reason: reasonOf(pod) }),
  restarts: restartsOf(pod),
  ...stated({ age: ageOf(pod.status.startTime, now) }),
  images: pod.spec.containers.map(({ image }) => image),
});

const describe = (pods: readonly Pod[], now: Date): JsonObject => {
  // A pod that has done its work and one that is on its way out carry nothing.
  const live = pods.filter(
    ({ metadata, status }) => !metadata.deletionTimestamp && status.phase !== 'Succeeded',
  );
  const ready = live.filter(isReady);
  const notReady = live.filter((pod) => !isReady(pod));
  const ages = live.map(({ status }) => ageOf(status.startTime, now)).filter((age) => age !== undefined);
  const hasAges = ages.length > 0 && ages.length === live.length;
  return {
    count: live.length,
    ready: ready.length,
    not_ready: notReady.map(({ metadata }) => metadata.name),
    ...(live.length > 0 && { restarts: Math.max(...live.map(restartsOf)) }),
    oom_killed: live.filter(wasOutOfMemory).map(({ metadata }) => metadata.name),
    images: [...new Set(live.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))].sort(),
    ...(hasAges && { age: Math.min(...ages) }),
    terminating: pods.filter(({ metadata }) => metadata.deletionTimestamp).length,
    // Those that are not well first: the list is cut.
    pods: [...notReady, ...ready].slice(0, MAX_SHOWN).map((pod) => describePod(pod, now)),
  };
};

/** The pods a label selector finds. */
export const pods: Question<{ readonly selector?: string | undefined }> = {
  ask: async (cluster, { selector }, now) => {
    const listed = await listObjects(cluster, {
      group: 'api/v1',
      resource: 'pods',
      schema,
      search: { labels: selector },
    });
    const observation = describe(listed.items, now);
    return { observation, incomplete: cutOf(listed, Object.keys(observation)) };
  },
  passes: { count: { gte: 1 }, not_ready: [] },
  say: ({ ready = null, count: all = null, images }) =>
    `${plain(ready)}/${plain(all)} ready${Array.isArray(images) ? `, ${images.join(', ')}` : ''}`,
};
