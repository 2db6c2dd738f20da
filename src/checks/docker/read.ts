import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import { ourFault } from '../problem.ts';
import { getJson, type RestApi } from '../rest.ts';
import { engineProblem, notDocker } from './engine.ts';

const MAX_BYTES = 2 * 1024 * 1024;

/** What a container may be called: nothing that could lead to another path. */
export const CONTAINER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/;
/** Repository with tag or digest, or an id; no empty segment and none of dots alone. */
export const IMAGE_NAME = /^(?=.{1,255}$)[A-Za-z0-9][\w.:@-]*(?:\/[A-Za-z0-9][\w.:@-]*)*$/;

const text = z.string().default('');

const listSchema = z.array(z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullish() }));

const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string().transform((name) => name.replace(/^\//, '')),
  Created: text,
  Image: text,
  RestartCount: z.int().default(0),
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.int().default(0),
    StartedAt: text,
    Health: z.object({ Status: text }).nullish(),
  }),
  Config: z.object({
    Image: text,
    Tty: z.boolean().default(false),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z
    .object({
      RestartPolicy: z.object({ Name: text }).nullish(),
      LogConfig: z.object({ Type: text, Config: z.record(z.string(), z.string()).nullish() }).nullish(),
    })
    .nullish(),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullish()).nullish(),
    })
    .nullish(),
});

const imageSchema = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
  Created: text,
  Size: z.number().default(0),
  Os: text,
  Architecture: text,
});

const statsSchema = z.object({
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    system_cpu_usage: z.number().optional(),
    online_cpus: z.number().optional(),
  }),
  precpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    system_cpu_usage: z.number().optional(),
  }),
  memory_stats: z.object({
    usage: z.number().optional(),
    limit: z.number().optional(),
    stats: z.record(z.string(), z.number()).nullish(),
  }),
});

export type Listed = z.output<typeof listSchema>[number];
export type Inspected = z.output<typeof inspectSchema>;
export type Image = z.output<typeof imageSchema>;
export type Stats = z.output<typeof statsSchema>;

type Asked<S extends z.ZodType> = { readonly path: string; readonly schema: S };

const ask = async <S extends z.ZodType>(
  api: RestApi,
  { path, schema }: Asked<S>,
): Promise<z.output<S> | undefined> => {
  const { status, value } = await getJson(api, path, MAX_BYTES);
  if (status === 404 && isSaidMissing(value)) return undefined;
  if (status !== 200) throw engineProblem(api, status, value);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw notDocker(api.name, status);
  return parsed.data;
};

// A proxy in front that knows no such path says 404 as well, and then nothing is known of the container.
const isSaidMissing = (value: Json | undefined): boolean =>
  z.object({ message: z.string().regex(/no such/i) }).safeParse(value).success;

const safe = (name: string, pattern: RegExp): string => {
  if (!pattern.test(name)) throw ourFault(`${JSON.stringify(name)} is not a name Docker gives`, 'bad_name');
  return name;
};

/** Containers with all these labels, stopped ones too. */
export const listContainers = async (
  api: RestApi,
  labels: Readonly<Record<string, string>>,
): Promise<readonly Listed[]> => {
  const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
  const search = new URLSearchParams({ all: 'true', filters: JSON.stringify(filters) });
  const found = await ask(api, { path: `/containers/json?${search.toString()}`, schema: listSchema });
  return found ?? [];
};

/** One container by name or id; undefined: there is none. */
export const inspectContainer = (api: RestApi, name: string): Promise<Inspected | undefined> =>
  ask(api, { path: `/containers/${safe(name, CONTAINER_NAME)}/json`, schema: inspectSchema });

/** One image that is on the machine, by name or id; undefined: there is none. */
export const inspectImage = (api: RestApi, name: string): Promise<Image | undefined> =>
  ask(api, { path: `/images/${safe(name, IMAGE_NAME)}/json`, schema: imageSchema });

/** What a container uses right now, measured by the Engine over about a second; undefined: it is gone. */
export const readStats = (api: RestApi, id: string): Promise<Stats | undefined> =>
  ask(api, { path: `/containers/${safe(id, CONTAINER_NAME)}/stats?stream=false`, schema: statsSchema });
