import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import type { Measured } from '../check.ts';
import { getObject, listObjects, type Cluster, type Listed } from './api.ts';
import { count, cutOf, MAX_SHOWN, metadataSchema, text, type Question } from './question.ts';

type Asked = { readonly name?: string | undefined };

type Resource<S extends z.ZodType> = {
  readonly group: string;
  readonly resource: string;
  readonly schema: S;
};

/** One by name, or all of the namespace. */
const find = async <S extends z.ZodType>(
  cluster: Cluster,
  { name }: Asked,
  resource: Resource<S>,
): Promise<Listed<z.output<S>>> => {
  if (name === undefined) return listObjects(cluster, resource);
  const found = await getObject(cluster, { ...resource, name });
  return { items: found === undefined ? [] : [found], isCut: false };
};

const measured = (observation: JsonObject, listed: Listed<unknown>): Measured => ({
  observation,
  incomplete: cutOf(listed, Object.keys(observation)),
});

const autoscalerSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    minReplicas: z.number().nullish(),
    maxReplicas: z.number(),
    scaleTargetRef: z.object({ kind: text, name: text }),
  }),
  status: z
    .object({
      currentReplicas: count,
      desiredReplicas: count,
      conditions: z.array(z.object({ type: z.string(), status: text, reason: text })).nullish(),
    })
    .nullish(),
});

type Autoscaler = z.output<typeof autoscalerSchema>;

const activityOf = ({ status }: Autoscaler) =>
  (status?.conditions ?? []).find(({ type }) => type === 'ScalingActive');

const describeAutoscaler = (one: Autoscaler): JsonObject => {
  const active = activityOf(one);
  return {
    name: one.metadata.name,
    target: `${one.spec.scaleTargetRef.kind}/${one.spec.scaleTargetRef.name}`,
    min: one.spec.minReplicas ?? 1,
    max: one.spec.maxReplicas,
    current: one.status?.currentReplicas ?? 0,
    desired: one.status?.desiredReplicas ?? 0,
    active: active?.status === 'True',
    ...(active && active.status !== 'True' && { reason: active.reason }),
  };
};

const namesOf = (all: readonly Autoscaler[], is: (one: Autoscaler) => boolean): Json =>
  all.filter(is).map(({ metadata }) => metadata.name);

const single = (all: readonly JsonObject[]): JsonObject => {
  const { name: _, ...only } = (all.length === 1 ? all[0] : undefined) ?? {};
  return only;
};

/** HorizontalPodAutoscalers: whether they know their metrics, and how far they may still go. */
export const autoscaler: Question<Asked> = {
  ask: async (cluster, asked) => {
    const listed = await find(cluster, asked, {
      group: 'apis/autoscaling/v2',
      resource: 'horizontalpodautoscalers',
      schema: autoscalerSchema,
    });
    const all = listed.items.map(describeAutoscaler);
    return measured(
      {
        ...single(all),
        count: all.length,
        inactive: namesOf(listed.items, (one) => activityOf(one)?.status !== 'True'),
        at_max: namesOf(
          listed.items,
          ({ spec, status }) => (status?.currentReplicas ?? 0) >= spec.maxReplicas,
        ),
        autoscalers: all.slice(0, MAX_SHOWN),
      },
      listed,
    );
  },
  passes: { count: { gte: 1 }, inactive: [] },
  say: ({ count: all = null, current, min = null, max = null }) =>
    current === undefined
      ? `${plain(all)} autoscalers active`
      : `${plain(current)} of ${plain(min)} to ${plain(max)} replicas`,
};

const ingressSchema = z.object({
  metadata: metadataSchema,
  spec: z
    .object({
      rules: z.array(z.object({ host: z.string().nullish() })).nullish(),
      tls: z
        .array(z.object({ hosts: z.array(z.string()).nullish(), secretName: z.string().nullish() }))
        .nullish(),
    })
    .nullish(),
  status: z
    .object({
      loadBalancer: z
        .object({
          ingress: z.array(z.object({ ip: z.string().nullish(), hostname: z.string().nullish() })).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

type Ingress = z.output<typeof ingressSchema>;

const hostsOf = ({ spec }: Ingress): readonly string[] =>
  (spec?.rules ?? []).flatMap(({ host }) => host ?? []);

const addressesOf = ({ status }: Ingress): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);

const describeIngress = (one: Ingress): JsonObject => {
  const tls = one.spec?.tls ?? [];
  // Without hosts of its own it is for all of them.
  const covered = new Set(tls.flatMap(({ hosts }) => hosts ?? hostsOf(one)));
  return {
    name: one.metadata.name,
    hosts: [...hostsOf(one)],
    addresses: [...addressesOf(one)],
    tls_names: tls.flatMap(({ secretName }) => secretName ?? []),
    without_tls: hostsOf(one).filter((host) => !covered.has(host)),
  };
};

const joined = (all: readonly JsonObject[], key: string): Json => [
  ...new Set(all.flatMap((one) => (Array.isArray(one[key]) ? (one[key] as string[]) : []))),
];

/** Ingresses: the hosts they serve, where, and under which TLS secrets, by name. */
export const ingress: Question<Asked> = {
  ask: async (cluster, asked) => {
    const listed = await find(cluster, asked, {
      group: 'apis/networking.k8s.io/v1',
      resource: 'ingresses',
      schema: ingressSchema,
    });
    const all = listed.items.map(describeIngress);
    return measured(
      {
        count: all.length,
        hosts: joined(all, 'hosts'),
        addresses: joined(all, 'addresses'),
        tls_names: joined(all, 'tls_names'),
        without_tls: joined(all, 'without_tls'),
        without_address: listed.items
          .filter((one) => addressesOf(one).length === 0)
          .map(({ metadata }) => metadata.name),
        ingresses: all.slice(0, MAX_SHOWN),
      },
      listed,
    );
  },
  passes: { count: { gte: 1 }, without_address: [] },
  say: ({ hosts, count: all = null }) =>
    Array.isArray(hosts) && hosts.length > 0 ? hosts.join(', ') : `${plain(all)} ingresses`,
};
