import { z } from 'zod';
import type { Expectations } from '../../domain/check.ts';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type CheckContext, type Incomplete, type Measured } from '../check.ts';
import { ageOf, sumUp, type Seen } from '../docker/describe.ts';
import { missingEngine, nameEngine, withEngine } from '../docker/engine.ts';
import {
  CONTAINER_NAME,
  IMAGE_NAME,
  inspectContainer,
  inspectImage,
  listContainers,
  readStats,
  type Image,
  type Inspected,
} from '../docker/read.ts';
import type { RestApi } from '../rest.ts';

const MAX_CONTAINERS = 50;
const MAX_STATS = 20;

const containerName = z.string().regex(CONTAINER_NAME, 'is not a name of a container');

const params = z
  .strictObject({
    connection: z
      .string()
      .min(1)
      .describe(
        'Docker Engine: unix:///path of its socket, tcp://host:port or https://host:port; as a rule ${docker}.',
      ),
    container: containerName.optional().describe('Name of one container.'),
    containers: z
      .array(containerName)
      .min(1)
      .max(MAX_CONTAINERS)
      .optional()
      .describe('Names of several containers, all of which have to be there.'),
    labels: z
      .record(z.string().min(1).max(200), z.string().max(200))
      .refine((labels) => Object.keys(labels).length > 0, 'needs at least one label')
      .optional()
      .describe('All containers with these labels.'),
    project: z.string().min(1).max(200).optional().describe('All containers of this Compose project.'),
    services: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(MAX_CONTAINERS)
      .optional()
      .describe('With project: only these services, all of which have to be there.'),
    stats: z
      .boolean()
      .optional()
      .describe('Measure CPU and memory too, at most of 20 containers; takes about two seconds.'),
    image: z
      .string()
      .regex(IMAGE_NAME, 'is not a name of an image')
      .optional()
      .describe('Name of an image that has to be on the machine, instead of containers.'),
  })
  .refine(
    ({ container, containers, labels, project, image }) =>
      [container, containers, labels, project, image].filter((one) => one !== undefined).length === 1,
    'needs exactly one of container, containers, labels, project and image',
  )
  .refine(
    ({ project, services }) => project !== undefined || services === undefined,
    'services is for a project',
  );

type Params = z.output<typeof params>;

type Found = {
  readonly containers: readonly Inspected[];
  readonly missing: readonly string[];
  /** How many there are; more than were looked at makes the rest incomplete. */
  readonly count: number;
};

/** What the Engine finds by an id's beginning was not asked for. */
const byName = async (api: RestApi, names: readonly string[]): Promise<Found> => {
  const found = await Promise.all(names.map((name) => inspectContainer(api, name)));
  const containers = found
    .filter((one, index) => one?.Name === names[index])
    .filter((one) => one !== undefined);
  const there = new Set(containers.map(({ Name }) => Name));
  return { containers, missing: names.filter((name) => !there.has(name)), count: containers.length };
};

const COMPOSE = 'com.docker.compose';

/** What `docker compose run` left is not the project. */
const isOneOff = (labels: Readonly<Record<string, string>>): boolean =>
  labels[`${COMPOSE}.oneoff`]?.toLowerCase() === 'true';

const byLabel = async (
  api: RestApi,
  labels: Readonly<Record<string, string>>,
  services?: readonly string[],
) => {
  const listed = (await listContainers(api, labels)).filter(({ Labels }) => {
    const own = Labels ?? {};
    return !isOneOff(own) && (services?.includes(own[`${COMPOSE}.service`] ?? '') ?? true);
  });
  const there = new Set(listed.map(({ Labels }) => Labels?.[`${COMPOSE}.service`]));
  const looked = listed.slice(0, MAX_CONTAINERS);
  const inspected = await Promise.all(looked.map(({ Id }) => inspectContainer(api, Id)));
  return {
    containers: inspected.filter((one) => one !== undefined),
    missing: [
      ...(services ?? []).filter((service) => !there.has(service)),
      // Gone since it was listed.
      ...looked.filter((_, index) => inspected[index] === undefined).map(({ Id }) => Id.slice(0, 12)),
    ],
    count: listed.length,
  };
};

const find = (api: RestApi, { container, containers, labels, project, services }: Params): Promise<Found> => {
  const names = container === undefined ? containers : [container];
  if (names) return byName(api, names);
  return byLabel(api, labels ?? { [`${COMPOSE}.project`]: project ?? '' }, services);
};

const lookAt = async (api: RestApi, containers: readonly Inspected[], hasStats: boolean): Promise<Seen[]> => {
  const ids = [...new Set(containers.map(({ Image: id }) => id).filter((id) => IMAGE_NAME.test(id)))];
  const images = new Map(
    await Promise.all(ids.map(async (id) => [id, await inspectImage(api, id)] as const)),
  );
  return Promise.all(
    containers.map(async (container, index) => ({
      container,
      image: images.get(container.Image),
      stats:
        hasStats && index < MAX_STATS && container.State.Status === 'running'
          ? await readStats(api, container.Id)
          : undefined,
    })),
  );
};

const PARTS = ['running', 'stopped', 'unhealthy', 'starting', 'oom_killed', 'restarts', 'age', 'created'];

const unseen = ({ containers, count }: Found): readonly Incomplete[] =>
  count <= MAX_CONTAINERS
    ? []
    : [...PARTS, 'containers'].map((key) => ({
        key,
        reason: `is only of ${containers.length} of ${count} containers`,
      }));

const measureContainers = async (api: RestApi, given: Params, now: Date): Promise<Measured> => {
  const found = await find(api, given);
  const seen = await lookAt(api, found.containers, given.stats === true);
  const { observation, incomplete } = sumUp(seen, found.missing, now);
  return {
    observation: { ...observation, count: found.count },
    incomplete: [...incomplete, ...unseen(found)],
  };
};

const describeImage = (image: Image | undefined, now: Date): JsonObject => {
  if (!image) return { exists: false };
  const created = ageOf(image.Created, now);
  return {
    exists: true,
    image_id: image.Id,
    tags: image.RepoTags ?? [],
    digests: (image.RepoDigests ?? []).map((one) => one.split('@')[1] ?? one),
    ...(created !== undefined && { created }),
    size: image.Size,
    platform: `${image.Os}/${image.Architecture}`,
  };
};

const run = (given: Params, context: CheckContext): Promise<Measured> =>
  withEngine(given.connection, context, async (api) =>
    given.image === undefined
      ? measureContainers(api, given, context.now())
      : { observation: describeImage(await inspectImage(api, given.image), context.now()) },
  );

const passesFor = ({ image }: Params): Expectations | undefined =>
  image === undefined ? undefined : { exists: true };

const sayOne = ({ state = null, health, age }: JsonObject): string =>
  [plain(state), ...(health === undefined ? [] : [plain(health)])].join(', ') +
  (age === undefined ? '' : `, up ${formatDuration(numberOf(age))}`);

/** Containers and images of a Docker host, read through the Engine API with GET alone. */
export const docker = defineCheck({
  kind: 'docker',
  title: 'Containers run, are healthy and are of the right image; an image is there.',
  params,
  defaultTimeoutMs: 15_000,
  defaultRetries: 2,
  observation: {
    count: 'containers that were found',
    running: 'how many of them run',
    stopped: 'names of those that do not; paused and restarting ones too',
    unhealthy: 'names of those whose health check fails; not judged while one is still starting',
    starting: 'names of those whose health check has not decided yet',
    oom_killed: 'names of those that were ended for want of memory',
    missing: 'names and services that are not there',
    restarts: 'the most restarts that one of them has had',
    age: 'milliseconds since the one that started last did; absent when one does not run',
    created: 'milliseconds since the oldest of them was made, or the image',
    'containers[i].name':
      'each, besides state, health (absent without a health check), restarts, age, created, oom_killed, exit_code (absent while it runs), image, image_id, digest (absent for an image no registry knows), restart_policy, ports (published ones), bindings, log_driver, log_max_size, log_max_file, project, service',
    state: 'of a single container, as everything of containers[i] is: running, exited, paused, restarting, …',
    cpu_percent:
      'with stats, of a single container: percent of one processor, as docker stats says it; memory in bytes, memory_percent of its limit',
    exists:
      'image: whether it is on the machine; besides image_id, tags, digests, size in bytes and platform',
  },
  passes: { count: { gte: 1 }, stopped: [], unhealthy: [], missing: [] },
  passesFor,
  demands: ({ container, containers, services }) =>
    container === undefined && containers === undefined && services === undefined ? {} : { missing: [] },
  target: ({ connection }) => nameEngine(connection),
  needs: ({ connection }, context) => missingEngine(connection, context),
  run,
  say: (observation) => {
    const { count, running = null, exists, tags } = observation;
    if (exists !== undefined) return `there${Array.isArray(tags) ? `: ${tags.join(', ')}` : ''}`;
    return count === 1 ? sayOne(observation) : `${plain(running)} of ${plain(count ?? null)} running`;
  },
});
