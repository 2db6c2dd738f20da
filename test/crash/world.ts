import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { verifyChain } from '../../src/domain/audit.ts';
import type { Delivery, Sandbox, SandboxMessage, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { APP_TOKEN, BOT_TOKEN, checklistFolder, eventually as eventuallyIn } from '../support/app.ts';
import { testDatabase } from '../support/postgres.ts';
import type { Bot } from './bot.ts';
import { startBot } from './bot.ts';

/** A checklist `tiny` with these lines of YAML, phase by phase, in its first stage. */
export const TINY = (...phases: readonly string[]): string => `
system: tiny
title: Tiny web service
parameters:
  api-url: {describe: Base URL, default: "http://127.0.0.1:9"}
stages:
  prepare:
${phases.map((items, index) => `    - {id: phase-${index + 1}, title: Phase ${index + 1}, items: [${items.replaceAll('\n', ' ')}]}`).join('\n')}
`;

/** A local workspace and a database in the test's process, for bots that come and go. */
export type World = {
  readonly sandbox: Sandbox;
  readonly databaseUrl: string;
  readonly sql: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** Starts a bot; every bot still alive is killed at `close`. */
  readonly startBot: (env?: Readonly<Record<string, string>>) => Promise<Bot>;
  readonly close: () => Promise<void>;
};

export type WorldOptions = {
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly sandbox?: Partial<SandboxOptions>;
};

export const createWorld = async (options: WorldOptions): Promise<World> => {
  const database = await testDatabase();
  const dir = await checklistFolder(options.files);
  const folder = await mkdtemp(join(tmpdir(), 'tminus-crash-'));
  const sandbox = await startSandbox({
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    ...options.sandbox,
  });
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  // `pool.end()` does not wait until its connections are gone: dropping the database may end one the hard way.
  pool.on('error', () => undefined);
  const bots: Bot[] = [];
  return {
    sandbox,
    databaseUrl: database.url,
    sql: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...values])).rows,
    startBot: async (env = {}) => {
      const bot = await startBot({
        folder,
        env: {
          SLACK_BOT_TOKEN: BOT_TOKEN,
          SLACK_APP_TOKEN: APP_TOKEN,
          SLACK_API_URL: sandbox.apiUrl,
          DATABASE_URL: database.url,
          CHECKLISTS_DIR: dir,
          ...options.env,
          ...env,
        },
      });
      bots.push(bot);
      return bot;
    },
    close: async () => {
      await Promise.all(bots.filter((bot) => bot.isAlive()).map((bot) => bot.kill('SIGKILL')));
      await sandbox.close();
      await pool.end();
      await database.close();
      await rm(dir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type Open = { readonly what: string; readonly count: string };

const OPEN = `
  select 'inbox' as what, count(*) from inbox where handled_at is null
  union all select 'outbox', count(*) from outbox where done_at is null
  union all select 'messages behind', count(*) from slack_message where wanted > shown and given_up is null
  union all select 'messages being drawn', count(*) from slack_message where lease is not null
  union all select 'notices', count(*) from notice where sent_at is null and given_up is null
  union all select 'runs', count(*) from check_run where state <> 'settled'`;

/** Waits until nothing is left to do: every row that asks for work is done. */
export const converged = async ({ sql }: World, withinMs = 60_000): Promise<void> => {
  let open: readonly Open[] = [];
  try {
    await eventually(
      'nothing left to do',
      async () => {
        open = (await sql<Open>(OPEN)).filter(({ count }) => count !== '0');
        return open.length === 0;
      },
      withinMs,
    );
  } catch (cause) {
    throw new Error(`Left after ${withinMs} ms: ${JSON.stringify(open)}`, { cause });
  }
};

type Link = { seq: number; type: string; text: string; prev_hash: string; hash: string; at: Date };

/** The events of a deployment's chain, after its hashes were proven. */
export const auditOf = async (
  { sql }: World,
  deploymentId: string,
): Promise<readonly { readonly type: string; readonly itemId?: string }[]> => {
  const chain = `deployment:${deploymentId}`;
  const links = await sql<Link>('select * from audit_event where chain = $1 order by seq', [chain]);
  const [head] = await sql<{ seq: number; head: string }>(
    'select seq, head from audit_chain where chain = $1',
    [chain],
  );
  const problems = verifyChain(
    links.map(({ prev_hash, at, ...link }) => ({ ...link, chain, at: at.getTime(), prevHash: prev_hash })),
    { seq: head?.seq ?? 0, hash: head?.head ?? '' },
  );
  if (problems.length > 0)
    throw new Error(`The chain of ${deploymentId} is broken: ${JSON.stringify(problems)}`);
  return links.map(({ text }) => (JSON.parse(text) as { event: { type: string; itemId?: string } }).event);
};

type Button = { readonly actionId: string; readonly blockId: string };

/** The button of an item on a message; undefined: it does not stand there. Block ids end in the item's id. */
export const buttonOf = (
  { blocks }: SandboxMessage,
  { itemId, actionId }: { itemId: string; actionId: string },
): Button | undefined =>
  blocks
    .map((block) => block as { block_id?: string; elements?: { action_id?: string }[] })
    .filter(({ elements = [] }) => elements.some(({ action_id }) => action_id === actionId))
    .flatMap(({ block_id = '' }) =>
      block_id.endsWith(`.${itemId}`) ? [{ actionId, blockId: block_id }] : [],
    )[0];

/** Presses the button of an item on a deployment's card, and not that of another one's. */
export const press = (
  { sandbox }: World,
  title: string,
  which: { itemId: string; actionId: string },
): Promise<Delivery> => {
  const [card] = cardsWith(sandbox, title);
  const button = card === undefined ? undefined : buttonOf(card, which);
  if (card === undefined || button === undefined)
    throw new Error(`No ${which.actionId} of ${which.itemId} on the card of ${title}`);
  return sandbox.as('ana').click({ channel: '#deploys', ts: card.ts, ...button });
};

/** Cards in #deploys whose text contains this: what the bot posted at the top level. */
export const cardsWith = (sandbox: Sandbox, text: string): readonly SandboxMessage[] =>
  sandbox
    .messages('#deploys')
    .filter(
      ({ threadTs, metadata, visibleText }) =>
        threadTs === undefined && metadata !== undefined && visibleText.includes(text),
    );

/** Types `/deploy start production <version>` and waits for the card; returns its deployment. */
export const startDeployment = async (
  world: World,
  version: string,
): Promise<{ readonly title: string; readonly deploymentId: string }> => {
  const title = `tiny ${version} → production`;
  await world.sandbox.as('ana').command(`/deploy start production ${version}`, '#deploys');
  await eventually(`the card of ${version}`, () => cardsWith(world.sandbox, title)[0]);
  const [found] = await world.sql<{ id: string }>('select id from deployment where version = $1', [version]);
  return { title, deploymentId: found!.id };
};

/** An environment in which many deployments can be prepared side by side. */
export const ENVIRONMENT = (values = ''): string => `
environment: production
channel: "#deploys"
systems: {tiny: {lock_from: go${values === '' ? '' : `, values: {${values}}`}}}
`;

/** Waits for a condition for longer than a busy machine needs; it is met in milliseconds on an idle one. */
export const eventually = <T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> => eventuallyIn(what, ask, withinMs);
