import type { JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import type { Incomplete } from '../check.ts';
import type { Image, Inspected, Stats } from './read.ts';

/** One container with what was asked besides. */
export type Seen = {
  readonly container: Inspected;
  /** Undefined: its image is not on the machine any more. */
  readonly image: Image | undefined;
  /** Undefined: not asked for, or it does not run. */
  readonly stats: Stats | undefined;
};

/** Milliseconds since a time of Docker's; undefined for its "never", and for the future. */
export const ageOf = (time: string, now: Date): number | undefined => {
  const at = Date.parse(time);
  const age = now.getTime() - at;
  if (Number.isNaN(at) || at <= 0 || age < -CLOCK_SKEW_MS) return undefined;
  return Math.max(0, age);
};

const PERCENT = 100;
const rounded = (value: number): number => Math.round(value * PERCENT) / PERCENT;

const cpuOf = ({ cpu_stats: cpu, precpu_stats: before }: Stats): number | undefined => {
  const used = cpu.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (cpu.system_cpu_usage ?? NaN) - (before.system_cpu_usage ?? NaN);
  const percent = (used / passed) * (cpu.online_cpus ?? NaN) * PERCENT;
  return Number.isFinite(percent) && passed > 0 && used >= 0 ? rounded(percent) : undefined;
};

/** As `docker stats` counts: without what the kernel would drop at once. */
const memoryOf = ({ memory_stats: { usage, limit, stats } }: Stats): JsonObject => {
  if (usage === undefined) return {};
  const cache = stats?.['inactive_file'] ?? stats?.['total_inactive_file'] ?? 0;
  const memory = Math.max(0, usage - cache);
  const isLimited = limit !== undefined && limit > 0;
  return { memory, ...(isLimited && { memory_percent: rounded((memory / limit) * PERCENT) }) };
};

const usageOf = (stats: Stats | undefined): JsonObject => {
  if (!stats) return {};
  const cpu = cpuOf(stats);
  return { ...(cpu !== undefined && { cpu_percent: cpu }), ...memoryOf(stats) };
};

const portsOf = ({ NetworkSettings }: Inspected): JsonObject => {
  const bindings = Object.entries(NetworkSettings?.Ports ?? {}).flatMap(([inside, outside]) =>
    (outside ?? []).map(({ HostIp, HostPort }) => ({ inside, ip: HostIp, port: Number(HostPort) })),
  );
  return {
    ports: [...new Set(bindings.map(({ port }) => port))].sort((one, other) => one - other),
    bindings: bindings.map(({ inside, ip, port }) => `${ip === '' ? '*' : ip}:${port}->${inside}`).sort(),
  };
};

// Other options of a log driver may hold a token.
const logOf = ({ HostConfig }: Inspected): JsonObject => {
  const log = HostConfig?.LogConfig;
  if (!log) return {};
  const { ['max-size']: maxSize, ['max-file']: maxFile } = log.Config ?? {};
  return {
    log_driver: log.Type,
    ...(maxSize !== undefined && { log_max_size: maxSize }),
    ...(maxFile !== undefined && { log_max_file: maxFile }),
  };
};

const digestOf = ({ container, image }: Seen): string | undefined => {
  const digests = image?.RepoDigests ?? [];
  const repository = container.Config.Image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const own = digests.find((one) => one.startsWith(`${repository}@`)) ?? digests[0];
  return own?.split('@')[1];
};

const healthOf = ({ State }: Inspected): string | undefined => {
  const status = State.Health?.Status ?? '';
  return status === '' || status === 'none' ? undefined : status;
};

const composeOf = ({ Config }: Inspected): JsonObject => {
  const { ['com.docker.compose.project']: project, ['com.docker.compose.service']: service } =
    Config.Labels ?? {};
  return { ...(project !== undefined && { project }), ...(service !== undefined && { service }) };
};

const isRunning = ({ State }: Inspected): boolean => State.Status === 'running';

/** A container without anything that may be secret: no environment, no arguments, no labels but those of Compose. */
export const describeContainer = (seen: Seen, now: Date): JsonObject => {
  const { container, stats } = seen;
  const health = healthOf(container);
  const digest = digestOf(seen);
  const age = isRunning(container) ? ageOf(container.State.StartedAt, now) : undefined;
  const created = ageOf(container.Created, now);
  return {
    name: container.Name,
    state: container.State.Status,
    ...(health !== undefined && { health }),
    restarts: container.RestartCount,
    ...(age !== undefined && { age }),
    ...(created !== undefined && { created }),
    ...(!isRunning(container) && { exit_code: container.State.ExitCode }),
    oom_killed: container.State.OOMKilled,
    image: container.Config.Image,
    image_id: container.Image,
    ...(digest !== undefined && { digest }),
    ...(container.HostConfig?.RestartPolicy && { restart_policy: container.HostConfig.RestartPolicy.Name }),
    ...portsOf(container),
    ...logOf(container),
    ...composeOf(container),
    ...usageOf(stats),
  };
};

const numbersAt = (containers: readonly JsonObject[], key: string): readonly number[] =>
  containers.map((one) => one[key]).filter((value) => typeof value === 'number');

const namesOf = (seen: readonly Seen[], is: (container: Inspected) => boolean): string[] =>
  seen.filter(({ container }) => is(container)).map(({ container }) => container.Name);

/** The widest of what is known of each; absent as soon as one of them is not known. */
const extreme = (
  containers: readonly JsonObject[],
  key: string,
  choose: (...values: number[]) => number,
): JsonObject => {
  const numbers = numbersAt(containers, key);
  const isWhole = numbers.length > 0 && numbers.length === containers.length;
  return isWhole ? { [key]: choose(...numbers) } : {};
};

/** All containers together, and the only one by itself. */
export const sumUp = (
  seen: readonly Seen[],
  missing: readonly string[],
  now: Date,
): { observation: JsonObject; incomplete: readonly Incomplete[] } => {
  const containers = seen.map((one) => describeContainer(one, now));
  const unhealthy = namesOf(seen, (one) => healthOf(one) === 'unhealthy');
  const starting = namesOf(seen, (one) => isRunning(one) && healthOf(one) === 'starting');
  const [only] = containers.length === 1 ? containers : [];
  return {
    observation: {
      ...only,
      count: containers.length,
      running: seen.filter(({ container }) => isRunning(container)).length,
      stopped: namesOf(seen, (one) => !isRunning(one)),
      unhealthy,
      starting,
      oom_killed: namesOf(seen, ({ State }) => State.OOMKilled),
      missing: [...missing],
      ...(containers.length > 0 && { restarts: Math.max(...numbersAt(containers, 'restarts')) }),
      ...extreme(containers, 'age', Math.min),
      ...extreme(containers, 'created', Math.max),
      containers,
    },
    incomplete:
      starting.length > 0 && unhealthy.length === 0
        ? [{ key: 'unhealthy', reason: `is not known yet: ${starting.join(', ')} is still starting` }]
        : [],
  };
};
