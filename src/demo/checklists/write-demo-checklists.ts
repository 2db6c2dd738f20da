import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { JsonObject } from '../../lib/json.ts';
import type { DemoTarget } from '../target.ts';
import type { DemoPeople } from './environments.ts';
import { productionEnvironment, stagingEnvironment } from './environments.ts';

export type DemoChecklistsOptions = {
  /** The CHECKLISTS_DIR to make; files of the same names in it are written anew, others are left alone. */
  readonly dir: string;
  readonly target: Pick<DemoTarget, 'url'>;
  /** Who stands in which role; `DEMO_PEOPLE` fits the people of the local workspace. */
  readonly people: DemoPeople;
  /** When the demo begins: it is morning there, whatever the hour. */
  readonly now: Date;
};

const FILES = new URL('files/', import.meta.url);
const SHIPPED = 'checklists/todo-hackathon.yaml';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (cause: unknown) => {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
      throw cause;
    },
  );

/** The nearest folder above this file that has the shipped checklists: the compiled files lie one level deeper. */
const shippedChecklist = async (folder = dirname(fileURLToPath(import.meta.url))): Promise<string> => {
  const path = join(folder, SHIPPED);
  if (await exists(path)) return path;
  const above = dirname(folder);
  if (above === folder) throw new Error(`${SHIPPED} is missing: is the installation complete?`);
  return shippedChecklist(above);
};

/** Settings of the application as the shipped checklist wants them. */
const settings = (url: string): string =>
  Object.entries({
    ENVIRONMENT: 'production',
    DEBUG: 'False',
    LOG_LEVEL: 'INFO',
    LOG_FORMAT: 'json',
    DATABASE_URL: 'postgres://127.0.0.1/tminus_demo_target',
    DATABASE_POOL_SIZE: '20',
    DATABASE_MAX_OVERFLOW: '40',
    OPENAI_API_KEY: 'none-in-the-demo',
    OPENAI_MODEL: 'gpt-4-turbo',
    MCP_SERVER_HOST: '0.0.0.0',
    MCP_SERVER_PORT: '5555',
    JWT_ALGORITHM: 'HS256',
    JWT_EXPIRATION_HOURS: '24',
    ALLOWED_ORIGINS: url,
    CORS_ALLOW_CREDENTIALS: 'true',
    CORS_ALLOW_METHODS: 'GET,POST,PUT,DELETE,OPTIONS',
    HEALTH_CHECK_INTERVAL_SECONDS: '60',
    METRICS_ENABLED: 'true',
    SECRET_KEY: randomBytes(32).toString('hex'),
    BETTER_AUTH_SECRET: randomBytes(32).toString('hex'),
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const RELEASE_NOTES = `# Release notes

## 1.1.0

- Tasks can have a due date.

## 1.0.0

- Tasks, conversations and an assistant that understands "create task: ...".
`;

const environmentText = (environment: JsonObject): string =>
  `# Written by the demo at every start; the documentation of the format is docs/checklists.md.\n${stringify(environment)}`;

/**
 * Makes the checklist folder of the demo: the system `todo`, a copy of the shipped `todo-hackathon`, the environments
 * `production` (connected to `target`; secrets are its `env`) and `staging` (nothing connected), and below `host` the
 * files that stand for those of the application's host.
 */
export const writeDemoChecklists = async ({
  dir,
  target,
  people,
  now,
}: DemoChecklistsOptions): Promise<void> => {
  // Checks take absolute paths only.
  const hostDir = resolve(dir, 'host');
  const where = { url: target.url, hostDir, node: process.execPath };
  await mkdir(hostDir, { recursive: true, mode: 0o700 });
  await mkdir(join(dir, 'environments'), { recursive: true });
  await copyFile(new URL('todo.yaml', FILES), join(dir, 'todo.yaml'));
  await copyFile(await shippedChecklist(), join(dir, 'todo-hackathon.yaml'));
  await copyFile(new URL('documented-addresses.mjs', FILES), join(hostDir, 'documented-addresses.mjs'));
  await writeFile(join(hostDir, '.env'), settings(target.url), { mode: 0o600 });
  await writeFile(join(hostDir, 'RELEASE_NOTES.md'), RELEASE_NOTES);
  const environments = {
    production: productionEnvironment(where, people, now),
    staging: stagingEnvironment(now),
  };
  for (const [name, environment] of Object.entries(environments))
    await writeFile(join(dir, 'environments', `${name}.yaml`), environmentText(environment));
};
