import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { isAbsolute, normalize } from 'node:path';
import { Agent } from 'undici';
import type { Connections } from '../../domain/check.ts';
import { isJsonObject, type Json } from '../../lib/json.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { missingHost, type CheckContext, type NeedsContext } from '../check.ts';
import { createAgent } from '../guard/agent.ts';
import { nameTarget, portOf, type Target } from '../guard/hosts.ts';
import { CheckProblem, errorCodeOf, ourFault, problemOf } from '../problem.ts';
import type { RestApi } from '../rest.ts';

type Place =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'host'; readonly place: Required<Target>; readonly scheme: 'http' | 'https' };

const SCHEMES: Readonly<Record<string, 'http' | 'https'>> = {
  'tcp:': 'http',
  'http:': 'http',
  'https:': 'https',
};
/** Where the Engine listens by itself: tcp has no usual port. */
const ENGINE_PORT = 2375;

const parsePlace = (connection: string): Place | undefined => {
  const path = /^unix:\/\/(\/[^\0?#]+)$/.exec(connection)?.[1];
  if (path !== undefined) return isAbsolute(path) ? { kind: 'socket', path: normalize(path) } : undefined;
  if (!URL.canParse(connection)) return undefined;
  const url = new URL(connection);
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined || url.hostname === '') return undefined;
  return { kind: 'host', scheme, place: { host: url.hostname, port: portOf(url) ?? ENGINE_PORT } };
};

const placeOf = (connection: string): Place => {
  const place = parsePlace(connection);
  if (place) return place;
  throw ourFault(
    'connection: it is not unix:///path, tcp://host:port or https://host:port',
    'bad_connection',
  );
};

/** Where the Engine is, for people. */
export const nameEngine = (connection: string): string => {
  const place = parsePlace(connection);
  if (!place) return 'Docker';
  return place.kind === 'socket' ? place.path : nameTarget(place.place);
};

/** Whoever opens the socket is root on its machine: only the environment file says which one, never a checklist. */
const isNamed = (path: string, { values }: Connections): boolean =>
  Object.values(values).some((value) => {
    const named = typeof value === 'string' ? parsePlace(value) : undefined;
    return named?.kind === 'socket' && named.path === path;
  });

/** What an environment still has to give before an Engine can be asked. */
export const missingEngine = (connection: string, context: NeedsContext): readonly string[] => {
  const place = placeholdersIn(connection).length > 0 ? undefined : parsePlace(connection);
  if (!place) return [];
  if (place.kind === 'host') return missingHost(place.place, context);
  return isNamed(place.path, context.connections) ? [] : [`socket ${place.path} not named`];
};

const socketProblem = (path: string, error: unknown): CheckProblem => {
  const code = errorCodeOf(error) ?? 'unknown';
  const words: Readonly<Record<string, string>> = {
    ENOENT: `there is no socket at ${path} on this worker`,
    ENOTSOCK: `${path} is not a socket`,
    EACCES: `this worker may not open ${path}`,
    EPERM: `this worker may not open ${path}`,
  };
  const message = Object.hasOwn(words, code) ? words[code] : undefined;
  if (message === undefined) return problemOf(error, path);
  return ourFault(message, 'socket_unusable', { scope: 'target', cause: error });
};

const socketAgent = (path: string, signal: AbortSignal): Agent =>
  new Agent({
    pipelining: 1,
    connections: CONNECTIONS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_options, callback) => {
      const socket = connect({ path });
      const end = (): void => void socket.destroy();
      signal.addEventListener('abort', end, { once: true });
      socket.once('close', () => signal.removeEventListener('abort', end));
      const refuse = (error: unknown): void => callback(socketProblem(path, error), null);
      socket.once('error', refuse);
      socket.once('connect', () => {
        socket.off('error', refuse);
        // Its user listens from now on; an error before that must not end the process.
        socket.on('error', () => undefined);
        callback(null, socket);
      });
    },
  });

/** Enough to look at several containers at once, few enough for a small daemon. */
const CONNECTIONS = 4;

const openApi = (connection: string, { network, connections, signal }: CheckContext): RestApi => {
  const place = placeOf(connection);
  const common = { name: nameEngine(connection), headers: { accept: 'application/json' }, signal };
  if (place.kind === 'host') {
    network.assertPermitted(place.place);
    const agent = createAgent({ network, signal, connections: CONNECTIONS });
    return { ...common, agent, origin: `${place.scheme}://${nameTarget(place.place)}` };
  }
  if (!isNamed(place.path, connections))
    throw ourFault(`${place.path} is not named in the environment file`, 'socket_not_named');
  return { ...common, agent: socketAgent(place.path, signal), origin: 'http://docker' };
};

/** The Docker Engine API for one try; gone afterwards. Only what the other files of this folder ask can be asked. */
export const withEngine = async <T>(
  connection: string,
  context: CheckContext,
  use: (api: RestApi) => Promise<T>,
): Promise<T> => {
  const api = openApi(connection, context);
  // Every request listens to the deadline: several containers make more of them than Node takes for a leak.
  setMaxListeners(0, context.signal);
  try {
    return await use(api);
  } finally {
    await api.agent.destroy();
  }
};

const wordsOf = (value: Json | undefined): string => {
  const words = isJsonObject(value) ? value['message'] : undefined;
  return typeof words === 'string' ? words : '';
};

/** What an answer other than 200 means. 404 is for the caller where something may be missing. */
export const engineProblem = ({ name }: RestApi, status: number, value: Json | undefined): CheckProblem => {
  if (status === 401 || status === 403)
    return ourFault(`${name} does not let this worker look (status ${status})`, 'not_permitted', {
      scope: 'target',
    });
  const words = wordsOf(value);
  if (words === '') return notDocker(name, status);
  return new CheckProblem(`${name}: ${words}`, {
    outcome: 'error',
    code: 'docker_refused',
    isTransport: status >= 500,
  });
};

/** It answers, but not as the Engine does. */
export const notDocker = (name: string, status: number): CheckProblem =>
  new CheckProblem(`${name} does not answer like Docker (status ${status})`, {
    outcome: 'fail',
    code: 'not_docker',
    isTransport: status >= 500,
  });
