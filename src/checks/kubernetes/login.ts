import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Connections } from '../../domain/check.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { stated } from '../../lib/stated.ts';
import type { CheckContext, NeedsContext } from '../check.ts';
import { errorCodeOf, ourFault } from '../problem.ts';
import { parseKubeconfig, type KubeLogin, type Material } from './kubeconfig.ts';

export const IN_CLUSTER = 'in-cluster';
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const MAX_BYTES = 1024 * 1024;

/** A login, everything read. PEM texts. */
export type Login = {
  readonly server: URL;
  readonly namespace: string;
  readonly ca?: string;
  readonly token?: string;
  readonly identity?: { readonly cert: string; readonly key: string };
};

/** A file of logins is opened only when the environment file names it, never because a checklist does. */
const isNamed = (connection: string, { values }: Connections): boolean =>
  Object.values(values).includes(connection);

/** What an environment still has to give before a cluster can be asked. */
export const missingLogin = (connection: string, { connections }: NeedsContext): readonly string[] => {
  if (placeholdersIn(connection).length > 0 || isNamed(connection, connections)) return [];
  return [
    `${connection === IN_CLUSTER ? 'service account in-cluster' : `kubeconfig ${connection}`} not named`,
  ];
};

const readText = async (path: string): Promise<string> => {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCodeOf(error) ?? 'unknown';
    throw ourFault(`${path} cannot be read on this worker (${code})`, 'login_unreadable', {
      scope: 'target',
      cause: error,
    });
  }
};

const contentOf = async (material: Material | undefined): Promise<string | undefined> =>
  material && ('text' in material ? material.text : readText(material.path));

/** What a pod is given; `folder` is where Kubernetes puts it. */
export const inClusterLogin = async (
  env: (name: string) => string | undefined,
  folder = SERVICE_ACCOUNT,
): Promise<KubeLogin> => {
  const host = env('KUBERNETES_SERVICE_HOST') ?? '';
  if (host === '')
    throw ourFault('this worker does not run in a cluster: it has no service account', 'not_in_cluster', {
      scope: 'worker',
    });
  const namespace = (await readText(join(folder, 'namespace'))).trim();
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${bracketed}:${env('KUBERNETES_SERVICE_PORT') ?? '443'}`,
    ca: { path: join(folder, 'ca.crt') },
    token: { path: join(folder, 'token') },
    ...(namespace !== '' && { namespace }),
  };
};

const serverOf = (text: string): URL => {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return new URL(text);
  throw ourFault('kubeconfig: the server is not an https address', 'bad_kubeconfig', { scope: 'target' });
};

/** The one kind of login that shows its power: members of this group may do everything, whatever roles say. */
const assertNoMaster = (cert: string | undefined): void => {
  if (cert === undefined) return;
  let subject: string;
  try {
    ({ subject } = new X509Certificate(cert));
  } catch (error) {
    throw ourFault('kubeconfig: the client certificate cannot be read', 'bad_kubeconfig', { cause: error });
  }
  if (!subject.split('\n').includes('O=system:masters')) return;
  throw ourFault(
    'the login may do everything (system:masters); give checks a service account that may only get and list',
    'superuser',
    { scope: 'target' },
  );
};

const tokenFrom = (content: string | undefined): string | undefined => {
  const token = content?.trim() ?? '';
  if (token === '') return undefined;
  if (/^[\x21-\x7e]{1,16384}$/.test(token)) return token;
  throw ourFault('kubeconfig: the token is not one line of plain characters', 'bad_kubeconfig', {
    scope: 'target',
  });
};

const identityFrom = (cert: string | undefined, key: string | undefined) => {
  if (cert === undefined || key === undefined) return undefined;
  assertNoMaster(cert);
  return { cert, key };
};

type Asked = { readonly connection: string; readonly context?: string | undefined };

const findLogin = async (
  { connection, context }: Asked,
  { connections, env }: CheckContext,
): Promise<KubeLogin> => {
  if (!isNamed(connection, connections))
    throw ourFault(`${connection} is not named in the environment file`, 'kubeconfig_not_named');
  if (connection === IN_CLUSTER) return inClusterLogin(env);
  if (!isAbsolute(connection))
    throw ourFault(
      'connection: it is not the absolute path of a kubeconfig, or in-cluster',
      'bad_connection',
    );
  return parseKubeconfig(await readText(connection), { path: connection, context });
};

/** Reads the login a check names, and takes care that its secrets are redacted from then on. */
export const readLogin = async (asked: Asked, context: CheckContext): Promise<Login> => {
  const found = await findLogin(asked, context);
  const [ca, content, cert, key] = await Promise.all(
    [found.ca, found.token, found.cert, found.key].map(contentOf),
  );
  const token = tokenFrom(content);
  for (const secret of [token, key]) if (secret !== undefined) context.conceal(secret);
  const identity = identityFrom(cert, key);
  if (token === undefined && identity === undefined)
    throw ourFault('kubeconfig: it has neither a token nor a client certificate', 'bad_kubeconfig', {
      scope: 'target',
    });
  return {
    server: serverOf(found.server),
    namespace: found.namespace ?? 'default',
    ...stated({ ca, token, identity }),
  };
};
