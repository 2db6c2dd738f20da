import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import type { CheckContext } from '../check.ts';
import { createAgent } from '../guard/agent.ts';
import { nameTarget, permitsOf } from '../guard/hosts.ts';
import { targetOf } from '../http/request.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { getJson, type RestAnswer, type RestApi } from '../rest.ts';
import { readLogin, type Login } from './login.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const PAGE = 100;
/** Most entries of a list that are looked at. */
export const MAX_ENTRIES = 1000;
const CONNECTIONS = 2;

/** A cluster for one try. Only GET can be sent. */
export type Cluster = {
  readonly api: RestApi;
  readonly namespace: string;
  /** Path of the server before `/api`; empty as a rule. */
  readonly prefix: string;
};

const openApi = (login: Login, { network, signal }: CheckContext): RestApi => {
  const { server, ca, token, identity } = login;
  const towards = network.towards({
    permits: permitsOf({ allow: [], values: {} }, [server.href]),
    ...(ca !== undefined && { ca: [ca] }),
    ...(identity && { identity }),
  });
  return {
    agent: createAgent({ network: towards, signal, connections: CONNECTIONS }),
    origin: server.origin,
    name: nameTarget(targetOf(server)),
    headers: {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    signal,
  };
};

type Asked = {
  readonly connection: string;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
};

/** Opens the cluster a check names; gone afterwards. */
export const withCluster = async <T>(
  asked: Asked,
  context: CheckContext,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> => {
  const login = await readLogin(asked, context);
  const api = openApi(login, context);
  setMaxListeners(0, context.signal);
  try {
    const prefix = login.server.pathname.replace(/\/+$/, '');
    return await use({ api, prefix, namespace: asked.namespace ?? login.namespace });
  } finally {
    await api.agent.destroy();
  }
};

const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z.object({ name: z.string().optional() }).nullish(),
});

const MAX_WORDS = 300;

const problemOfAnswer = ({ name }: RestApi, { status, value }: RestAnswer): CheckProblem => {
  const told = statusSchema.safeParse(value);
  const words = told.success ? told.data.message.slice(0, MAX_WORDS) : '';
  if (status === 401)
    return ourFault(`${name} refuses the login (status 401)`, 'login_refused', { scope: 'target' });
  if (status === 403) {
    const what = words === '' ? 'the login may not look at this' : words;
    return ourFault(`${name}: ${what}`, 'not_permitted');
  }
  if (status === 410)
    return new CheckProblem(`${name}: the list changed faster than it could be read`, {
      outcome: 'inconclusive',
      code: 'list_expired',
      scope: 'check',
    });
  if (!told.success) return notKubernetes(name, status);
  return new CheckProblem(`${name}: ${words === '' ? `status ${status}` : words}`, {
    outcome: 'error',
    code: 'kubernetes_refused',
    isTransport: status >= 500 || status === 429,
  });
};

const notKubernetes = (name: string, status: number): CheckProblem =>
  new CheckProblem(`${name} does not answer like Kubernetes (status ${status})`, {
    outcome: 'fail',
    code: 'not_kubernetes',
    isTransport: status >= 500,
  });

const isMissing = ({ status, value }: RestAnswer): boolean => {
  const told = statusSchema.safeParse(value);
  // Without the name of an object it is the resource itself that this cluster does not know.
  return (
    status === 404 && told.success && told.data.reason === 'NotFound' && told.data.details?.name !== undefined
  );
};

const readAs = <S extends z.ZodType>({ api }: Cluster, schema: S, answer: RestAnswer): z.output<S> => {
  const parsed = answer.status === 200 ? schema.safeParse(answer.value) : undefined;
  if (parsed?.success === true) return parsed.data;
  throw answer.status === 200 ? notKubernetes(api.name, 200) : problemOfAnswer(api, answer);
};

type Question<S extends z.ZodType> = {
  /** Group and version: `api/v1`, `apis/apps/v1`. */
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly schema: S;
  /** A cluster's own, outside namespaces. */
  readonly isClusterWide?: boolean;
};

const pathOf = (
  { prefix, namespace }: Cluster,
  { group, resource, isClusterWide = false }: Omit<Question<z.ZodType>, 'schema'>,
): string =>
  isClusterWide
    ? `${prefix}/${group}/${resource}`
    : `${prefix}/${group}/namespaces/${encodeURIComponent(namespace)}/${resource}`;

/** One object by name; undefined: there is none. */
export const getObject = async <S extends z.ZodType>(
  cluster: Cluster,
  question: Question<S> & { readonly name: string; readonly accept?: string },
): Promise<z.output<S> | undefined> => {
  const { api } = cluster;
  const { name, accept, schema } = question;
  const headers = accept === undefined ? api.headers : { ...api.headers, accept };
  const path = `${pathOf(cluster, question)}/${encodeURIComponent(name)}`;
  const answer = await getJson({ ...api, headers }, path, MAX_BYTES);
  return isMissing(answer) ? undefined : readAs(cluster, schema, answer);
};

/** What lies at a path of no resource, such as `/version`. */
export const getPath = async <S extends z.ZodType>(
  cluster: Cluster,
  path: string,
  schema: S,
): Promise<z.output<S>> =>
  readAs(cluster, schema, await getJson(cluster.api, `${cluster.prefix}${path}`, MAX_BYTES));

const pageSchema = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.json()).nullish(),
});

type Search = { readonly labels?: string | undefined; readonly fields?: string | undefined };

type Page = { readonly items: readonly Json[]; readonly next: string };

const getPage = async (
  cluster: Cluster,
  path: string,
  { labels, fields, next }: Search & { next: string },
): Promise<Page | 'expired'> => {
  const search = new URLSearchParams({
    limit: String(PAGE),
    ...(labels !== undefined && { labelSelector: labels }),
    ...(fields !== undefined && { fieldSelector: fields }),
    ...(next !== '' && { continue: next }),
  });
  const answer = await getJson(cluster.api, `${path}?${search.toString()}`, MAX_BYTES);
  if (answer.status === 410 && next !== '') return 'expired';
  const { metadata, items } = readAs(cluster, pageSchema, answer);
  return { items: items ?? [], next: metadata?.continue ?? '' };
};

export type Listed<T> = {
  readonly items: readonly T[];
  /** There are more than were looked at. */
  readonly isCut: boolean;
};

/** Every page, up to `MAX_ENTRIES`. A list that expires while it is read is begun anew once. */
export const listObjects = async <S extends z.ZodType>(
  cluster: Cluster,
  { schema, search = {}, ...question }: Question<S> & { readonly search?: Search },
): Promise<Listed<z.output<S>>> => {
  const path = pathOf(cluster, question);
  let items: Json[] = [];
  let next = '';
  for (let restarts = 0; ;) {
    const page = await getPage(cluster, path, { ...search, next });
    if (page === 'expired') {
      restarts += 1;
      if (restarts > 1) throw problemOfAnswer(cluster.api, { status: 410, value: undefined });
      items = [];
      next = '';
      continue;
    }
    items.push(...page.items);
    next = page.next;
    if (next === '' || items.length >= MAX_ENTRIES) break;
  }
  const all = z.array(schema).safeParse(items.slice(0, MAX_ENTRIES));
  if (!all.success) throw notKubernetes(cluster.api.name, 200);
  return { items: all.data, isCut: next !== '' || items.length > MAX_ENTRIES };
};
