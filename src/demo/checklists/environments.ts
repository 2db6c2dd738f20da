import type { Json, JsonObject } from '../../lib/json.ts';

/** Role -> names of people as the environment file writes them, `@ana`. */
export type DemoPeople = Readonly<Record<string, readonly string[]>>;

/** The people of the local workspace. Whoever starts needs another one for Go. */
export const DEMO_PEOPLE: DemoPeople = {
  approver: ['@ben', '@eva'],
  'release-manager': ['@ana', '@ben'],
  'product-owner': ['@eva'],
  on_call: ['@omar'],
  // Roles of the shipped checklist.
  'devops-lead': ['@ana'],
  'devops-dba': ['@ben'],
  'backend-lead': ['@ben'],
  'frontend-lead': ['@eva'],
  'ops-team': ['@omar'],
  'engineering-manager': ['@eva'],
};

/** Channel of the local workspace that everybody is a member of. */
export const DEMO_CHANNEL = '#deploys';

/** Where the two systems of the demo find what they are about. */
export type Where = {
  readonly url: string;
  /** Folder with `.env`, `RELEASE_NOTES.md` and the script of the `command` check. */
  readonly hostDir: string;
  /** Program that runs the script: absolute. */
  readonly node: string;
};

/** Morning, wherever the demo runs: there are hours in which nobody is written to, and a demo has none. */
const MORNING = 10;

/** A zone where the clock on the wall shows ten now; the sign in the name of such a zone is that of the difference west. */
export const morningZone = (now: Date): string => {
  const east = ((MORNING - now.getUTCHours() + 36) % 24) - 12;
  if (east === 0) return 'UTC';
  return `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
};

/** Seconds instead of days: a demo sees every kind of rung within minutes. */
const LADDER: readonly Json[] = [
  { at: '+10s' },
  { at: '+25s' },
  { at: '+1m' },
  { cron: '* * * * *', for: '10m', title: 'Every minute' },
  { cron: '0 10 * * mon', title: 'Weekly' },
];

const todo = ({ url, hostDir, node }: Where): JsonObject => ({
  channel: DEMO_CHANNEL,
  values: {
    'api-url': url,
    'api-port': Number(new URL(url).port),
    'database-url': 'env:TODO_DATABASE_URL',
    'smoke-token': 'env:TODO_SMOKE_TOKEN',
    'host-dir': hostDir,
  },
  allow: [new URL(url).host],
  commands: { 'documented-addresses': [node, `${hostDir}/documented-addresses.mjs`, '${1}'] },
  env_source: { dotenv: `${hostDir}/.env` },
  files: [hostDir],
  ladder: LADDER,
  second_look: '5s',
});

/** The shipped checklist, pointed at the same application as far as that has what it asks for. */
const todoHackathon = ({ url, hostDir }: Where): JsonObject => ({
  values: {
    'api-base-url': url,
    'frontend-url': url,
    'database-url': 'env:TODO_DATABASE_URL',
    'smoke-user-id': 'smoke',
    'smoke-token': 'env:TODO_SMOKE_TOKEN',
    'smoke-email': 'smoke@example.com',
    'smoke-password': 'env:TODO_SMOKE_PASSWORD',
    'login-path': '/auth/sign-in',
  },
  env_source: { dotenv: `${hostDir}/.env` },
});

const hours = (now: Date): JsonObject => ({
  time_zone: morningZone(now),
  work_hours: { days: 'mon-sun', from: '08:00', to: '22:00' },
});

/** Everything is connected, and Go needs a second person. */
export const productionEnvironment = (where: Where, people: DemoPeople, now: Date): JsonObject => ({
  environment: 'production',
  ...hours(now),
  channel: DEMO_CHANNEL,
  four_eyes: true,
  people,
  systems: { todo: todo(where), 'todo-hackathon': todoHackathon(where) },
});

/** The first day of an installation: nothing is connected, so everything is for people and nothing is red. */
export const stagingEnvironment = (now: Date): JsonObject => ({
  environment: 'staging',
  ...hours(now),
  channel: DEMO_CHANNEL,
  systems: { todo: { channel: DEMO_CHANNEL } },
});
