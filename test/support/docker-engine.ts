import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/lib/json.ts';

type Told = {
  readonly name: string;
  readonly status?: string;
  readonly health?: string;
  readonly restarts?: number;
  readonly startedAt?: string;
  readonly created?: string;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly log?: Buffer;
};

/** Ids are 64 hex digits, as the Engine makes them. */
export const idOf = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);

const DEFAULTS = {
  status: 'running',
  restarts: 0,
  startedAt: '2026-11-20T09:00:00.123456789Z',
  created: '2026-11-20T08:00:00.000000000Z',
  exitCode: 0,
  oomKilled: false,
  image: 'shop:1.2.0',
  labels: {},
  tty: false,
};

/** As the Engine tells it, with a secret wherever one may stand. */
const inspected = (told: Told): JsonObject => {
  const given = { ...DEFAULTS, ...told };
  return {
    Id: idOf(told.name),
    Name: `/${told.name}`,
    Created: given.created,
    Image: 'sha256:aaaa',
    RestartCount: given.restarts,
    State: {
      Status: given.status,
      OOMKilled: given.oomKilled,
      ExitCode: given.exitCode,
      StartedAt: given.startedAt,
      FinishedAt: '0001-01-01T00:00:00Z',
      ...(told.health !== undefined && {
        Health: { Status: told.health, FailingStreak: 0, Log: [{ Output: 'PASSWORD=hunter2-in-health' }] },
      }),
    },
    Path: '/bin/app',
    Args: ['--password', 'hunter2-in-args'],
    Config: {
      Image: given.image,
      Tty: given.tty,
      Env: ['DATABASE_PASSWORD=hunter2-in-env'],
      Labels: { secret: 'hunter2-in-label', ...given.labels },
    },
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': '10m', 'max-file': '10', 'splunk-token': 'hunter2-in-log' },
      },
    },
    NetworkSettings: { Ports: { '8000/tcp': [{ HostIp: '0.0.0.0', HostPort: '8000' }], '9/tcp': null } },
  };
};

/** One frame of the Engine's multiplexed stream. */
export const frame = (stream: 1 | 2, text: string): Buffer => {
  const bytes = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

const STATS: JsonObject = {
  cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 4 },
  precpu_stats: { cpu_usage: { total_usage: 200 }, system_cpu_usage: 1000 },
  memory_stats: { usage: 300_000, limit: 1_000_000, stats: { inactive_file: 100_000 } },
};

const IMAGES: Readonly<Record<string, JsonObject>> = {
  'sha256:aaaa': {
    Id: 'sha256:aaaa',
    RepoTags: ['shop:1.2.0'],
    RepoDigests: ['other@sha256:0000', 'shop@sha256:d1e57'],
    Created: '2026-11-19T10:00:00Z',
    Size: 1000,
    Os: 'linux',
    Architecture: 'amd64',
    Config: { Env: ['TOKEN=hunter2-in-image'] },
  },
};

export type FakeEngine = {
  /** unix:///… */
  readonly socketUrl: string;
  readonly socketPath: string;
  readonly asked: { method: string; url: string }[];
  /** Answers that are tried before the usual ones; true: answered. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  containers: readonly Told[];
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
};

const json = (response: ServerResponse, status: number, value: Json): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

const hasLabels = ({ labels = {} }: Told, wanted: readonly string[]): boolean =>
  wanted.every((label) => {
    const [name = '', value = ''] = label.split('=');
    return labels[name] === value;
  });

const listed = ({ containers }: FakeEngine, search: URLSearchParams): Json => {
  const { label = [] } = JSON.parse(search.get('filters') ?? '{}') as { label?: string[] };
  return containers
    .filter((one) => hasLabels(one, label))
    .map(({ name, labels = {} }) => ({ Id: idOf(name), Labels: labels }));
};

const isNamed = (told: Told, name: string): boolean =>
  told.name === name || (name.length >= 4 && idOf(told.name).startsWith(name));

const PATH = /^\/(containers|images)\/(.+)\/(json|logs|stats)$/;

const tellOf = (told: Told, what: string | undefined, response: ServerResponse): void => {
  if (what !== 'logs') return json(response, 200, what === 'json' ? inspected(told) : STATS);
  response.writeHead(200, { 'content-type': 'application/vnd.docker.multiplexed-stream' });
  response.end(told.log ?? Buffer.alloc(0));
};

const answer = (engine: FakeEngine, request: IncomingMessage, response: ServerResponse): void => {
  const { method = '', url = '' } = request;
  engine.asked.push({ method, url });
  if (engine.misbehave?.(request, response) === true) return;
  const { pathname, searchParams } = new URL(url, 'http://docker');
  if (pathname === '/containers/json') return json(response, 200, listed(engine, searchParams));
  const [, kind, name = '', what] = PATH.exec(pathname) ?? [];
  const image = IMAGES[name === 'shop:1.2.0' ? 'sha256:aaaa' : name];
  if (kind === 'images' && image) return json(response, 200, image);
  const container = engine.containers.find((one) => kind === 'containers' && isNamed(one, name));
  if (container) return tellOf(container, what, response);
  json(response, 404, { message: `No such object: ${name}` });
};

/** A Docker Engine on a socket of its own, with the containers it is told. */
export const startEngine = async (): Promise<FakeEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const engine: FakeEngine = {
    socketPath,
    socketUrl: `unix://${socketPath}`,
    asked: [],
    misbehave: undefined,
    containers: [],
    listener: (request, response) => answer(engine, request, response),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  const server: Server = createServer(engine.listener);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return engine;
};
