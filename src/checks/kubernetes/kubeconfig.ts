import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { stated } from '../../lib/stated.ts';
import { ourFault, type CheckProblem } from '../problem.ts';

const text = z.string().min(1);

const schema = z.object({
  'current-context': z.string().nullish(),
  contexts: z
    .array(
      z.object({
        name: text,
        context: z.object({ cluster: text, user: z.string().nullish(), namespace: z.string().nullish() }),
      }),
    )
    .nullish(),
  clusters: z.array(z.object({ name: text, cluster: z.record(z.string(), z.unknown()) })).nullish(),
  users: z.array(z.object({ name: text, user: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});

/** A text that stands in the file itself, or in another one. */
export type Material = { readonly text: string } | { readonly path: string };

/** What of a kubeconfig one context uses. */
export type KubeLogin = {
  readonly server: string;
  /** Absent: the certificates the operating system trusts. */
  readonly ca?: Material;
  readonly token?: Material;
  readonly cert?: Material;
  readonly key?: Material;
  /** Absent: the file names none. */
  readonly namespace?: string;
};

type Section = Readonly<Record<string, unknown>>;

const bad = (message: string): CheckProblem =>
  ourFault(`kubeconfig: ${message}`, 'bad_kubeconfig', { scope: 'target' });

// Running programs and plugins of somebody's own machine is not reading; neither is a server nobody can vouch for.
const REFUSED_USER: Readonly<Record<string, string>> = {
  exec: 'it logs in by running a program (exec), which checks never do; give them a token of a service account',
  'auth-provider':
    'it logs in through an auth provider, which checks never do; give them a token of a service account',
  username: 'it logs in with a password, which Kubernetes no longer takes; give it a token',
  as: 'it acts as somebody else (as), which a login of checks must not be able to',
};
const REFUSED_CLUSTER: Readonly<Record<string, string>> = {
  'insecure-skip-tls-verify':
    'it does not verify the server (insecure-skip-tls-verify); give it certificate-authority',
  'proxy-url': 'it goes through a proxy (proxy-url), which checks do not',
  'tls-server-name': 'it expects another name of the server (tls-server-name), which checks do not',
};

const assertNone = (section: Section, refused: Readonly<Record<string, string>>): void => {
  for (const [key, message] of Object.entries(refused))
    if (section[key] !== undefined && section[key] !== null && section[key] !== false && section[key] !== '')
      throw bad(message);
};

const stringAt = (section: Section, key: string): string | undefined => {
  const value = section[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** `…-data` in base64 wins over a path, which is relative to the kubeconfig. */
const materialAt = (section: Section, key: string, folder: string): Material | undefined => {
  const data = stringAt(section, `${key}-data`);
  if (data !== undefined) return { text: Buffer.from(data, 'base64').toString('utf8') };
  const path = stringAt(section, key);
  return path === undefined ? undefined : { path: resolve(folder, path) };
};

const tokenOf = (user: Section, folder: string): Material | undefined => {
  const token = stringAt(user, 'token');
  if (token !== undefined) return { text: token };
  const path = stringAt(user, 'tokenFile');
  return path === undefined ? undefined : { path: resolve(folder, path) };
};

const parsed = (content: string): z.output<typeof schema> => {
  let document: unknown;
  try {
    // The message of a parser quotes the line, which may hold a token.
    document = parse(content, { maxAliasCount: 0 });
  } catch {
    throw bad('it is not YAML');
  }
  const read = schema.safeParse(document);
  if (!read.success) throw bad('it has no contexts, clusters and users as kubectl writes them');
  return read.data;
};

const named = <T extends { readonly name: string }>(
  list: readonly T[] | null | undefined,
  name: string,
): T => {
  const found = list?.find((one) => one.name === name);
  if (!found) throw bad(`it has nothing named ${name}`);
  return found;
};

/** Reads what one context uses; absent: the current one. Rejects with a plain line whatever is not a plain login. */
export const parseKubeconfig = (
  content: string,
  { path, context }: { readonly path: string; readonly context?: string | undefined },
): KubeLogin => {
  const config = parsed(content);
  const folder = dirname(path);
  const name = context ?? config['current-context'] ?? '';
  if (name === '') throw bad('it has no current context; name one');
  const chosen = named(config.contexts, name).context;
  const { cluster } = named(config.clusters, chosen.cluster);
  const user = named(config.users, chosen.user ?? '').user ?? {};
  assertNone(cluster, REFUSED_CLUSTER);
  assertNone(user, REFUSED_USER);
  return {
    server: stringAt(cluster, 'server') ?? '',
    ...stated({
      ca: materialAt(cluster, 'certificate-authority', folder),
      token: tokenOf(user, folder),
      cert: materialAt(user, 'client-certificate', folder),
      key: materialAt(user, 'client-key', folder),
      namespace: stringAt(chosen, 'namespace'),
    }),
  };
};
