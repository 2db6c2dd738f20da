import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { stated } from '../../lib/stated.ts';
import { CheckProblem } from '../problem.ts';
import { getObject, type Cluster } from './api.ts';
import { ageOf, count, metadataSchema, text, type Question } from './question.ts';

// Asked for like this the server leaves out what a Secret holds.
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const isThere = async (cluster: Cluster, resource: string, name: string): Promise<boolean> =>
  (await getObject(cluster, {
    group: 'api/v1',
    resource,
    name,
    accept: METADATA_ONLY,
    schema: z.object({ metadata: metadataSchema }),
  })) !== undefined;

/** Secrets or config maps that have to be there. Only their names are read. */
export const names = (resource: 'secrets' | 'configmaps'): Question<readonly string[]> => ({
  ask: async (cluster, wanted) => {
    const found = await Promise.all(wanted.map((name) => isThere(cluster, resource, name)));
    return {
      observation: {
        count: found.filter(Boolean).length,
        missing: wanted.filter((_, index) => found[index] === false),
      },
    };
  },
  passes: { missing: [] },
  say: ({ count: all = null }) => `${plain(all)} there`,
});

const DAY_MS = 24 * 60 * 60 * 1000;
const BEGIN = '-----BEGIN CERTIFICATE-----';

// Of the key beside it nothing is read: what is not in the schema is dropped here.
const secretSchema = z.object({
  metadata: metadataSchema,
  data: z.object({ 'tls.crt': z.string().optional() }).nullish(),
});

const noCertificate = (name: string, words: string): CheckProblem =>
  new CheckProblem(`secret ${name} ${words}`, { outcome: 'fail', code: 'no_certificate', scope: 'check' });

const chainOf = (
  name: string,
  data: string | undefined,
): readonly [X509Certificate, ...X509Certificate[]] => {
  const pem = Buffer.from(data ?? '', 'base64').toString('utf8');
  const parts = pem.split(BEGIN).slice(1);
  try {
    const [leaf, ...rest] = parts.map((part) => new X509Certificate(`${BEGIN}${part}`));
    if (leaf) return [leaf, ...rest];
  } catch (error) {
    throw Object.assign(noCertificate(name, 'holds a tls.crt that cannot be read'), { cause: error });
  }
  throw noCertificate(name, 'holds no tls.crt');
};

const daysOf = ({ validTo }: X509Certificate, now: Date): number =>
  Math.floor((Date.parse(validTo) - now.getTime()) / DAY_MS);

const describeChain = (chain: ReturnType<typeof chainOf>, now: Date): JsonObject => {
  const [leaf] = chain;
  return {
    exists: true,
    days: daysOf(leaf, now),
    chain_days: Math.min(...chain.map((one) => daysOf(one, now))),
    subject: leaf.subject.replaceAll('\n', ', '),
    issuer: leaf.issuer.replaceAll('\n', ', '),
    hosts: (leaf.subjectAltName ?? '').split(', ').flatMap((one) => /^DNS:(.+)$/.exec(one)?.[1] ?? []),
  };
};

/** The certificate of a TLS secret. */
export const certificate: Question<string> = {
  ask: async (cluster, name, now) => {
    const found = await getObject(cluster, {
      group: 'api/v1',
      resource: 'secrets',
      name,
      schema: secretSchema,
    });
    if (!found) return { observation: { exists: false } };
    return { observation: describeChain(chainOf(name, found.data?.['tls.crt']), now) };
  },
  passes: { exists: true, chain_days: { gt: 0 } },
  say: ({ chain_days: days = null }) => `${plain(days)} days left`,
};

const jobSchema = z.object({
  metadata: metadataSchema,
  status: z
    .object({
      active: count,
      succeeded: count,
      failed: count,
      completionTime: z.string().nullish(),
      conditions: z.array(z.object({ type: z.string(), status: text, reason: text })).nullish(),
    })
    .nullish(),
});

const describeJob = ({ status }: z.output<typeof jobSchema>, now: Date): JsonObject => {
  const is = (wanted: string) =>
    (status?.conditions ?? []).some(({ type, status: value }) => type === wanted && value === 'True');
  return {
    exists: true,
    complete: is('Complete'),
    failed: is('Failed'),
    active: status?.active ?? 0,
    succeeded: status?.succeeded ?? 0,
    failures: status?.failed ?? 0,
    ...stated({ age: ageOf(status?.completionTime, now) }),
  };
};

/** A Job. One that is still at it is not judged. */
export const job: Question<string> = {
  ask: async (cluster, name, now) => {
    const found = await getObject(cluster, {
      group: 'apis/batch/v1',
      resource: 'jobs',
      name,
      schema: jobSchema,
    });
    if (!found) return { observation: { exists: false } };
    const observation = describeJob(found, now);
    const isOpen = observation['complete'] === false && observation['failed'] === false;
    return {
      observation,
      incomplete: isOpen ? [{ key: 'complete', reason: 'is not known yet: the job is not over' }] : [],
    };
  },
  passes: { exists: true, complete: true },
  say: ({ succeeded = null }) => `complete, ${plain(succeeded)} succeeded`,
};

const cronJobSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ schedule: text, suspend: z.boolean().nullish() }),
  status: z
    .object({
      active: z.array(z.unknown()).nullish(),
      lastScheduleTime: z.string().nullish(),
      lastSuccessfulTime: z.string().nullish(),
    })
    .nullish(),
});

/** A CronJob: that it is not suspended, and when it last ran. */
export const cronjob: Question<string> = {
  ask: async (cluster, name, now) => {
    const found = await getObject(cluster, {
      group: 'apis/batch/v1',
      resource: 'cronjobs',
      name,
      schema: cronJobSchema,
    });
    if (!found) return { observation: { exists: false } };
    const { spec, status } = found;
    return {
      observation: {
        exists: true,
        schedule: spec.schedule,
        suspended: spec.suspend === true,
        active: status?.active?.length ?? 0,
        ...stated({ scheduled: ageOf(status?.lastScheduleTime, now) }),
        ...stated({ succeeded: ageOf(status?.lastSuccessfulTime, now) }),
      },
    };
  },
  passes: { exists: true, suspended: false },
  say: ({ schedule = null }) => plain(schedule),
};
