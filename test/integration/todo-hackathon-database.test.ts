import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveChecklist } from '../../src/checklists/effective.ts';
import { runCheck } from '../../src/checks/run-check.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { silentLog } from '../../src/lib/log.ts';
import { substitute } from '../../src/lib/placeholders.ts';
import { checkOf, itemsOf, loadShipped } from '../support/shipped-checklists.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

// The tables as the todo application has them, with two conversations, three messages and one task of the smoke test.
const SCHEMA = `
  create table conversations (id serial primary key, user_id text not null, created_at timestamptz default now());
  create table messages (id serial primary key, conversation_id int not null references conversations, content text);
  create table tasks (id serial primary key, user_id text not null, title text not null, completed bool default false);
  create table users (id text primary key);
  create index idx_conversations_user_id on conversations (user_id);
  create index idx_conversations_created_at on conversations (created_at);
  create index idx_messages_conversation_id on messages (conversation_id);
  create index idx_tasks_user_id on tasks (user_id);
  insert into conversations (user_id) values ('smoke'), ('ana');
  insert into messages (conversation_id, content) values (1, 'a'), (1, 'b'), (2, 'c');
  insert into tasks (user_id, title) values ('smoke', 'Test task 1.1.0');
  analyze conversations; analyze messages; analyze tasks;
`;

/** Needs an extension that a plain server does not have. */
const NOT_HERE = ['slow-queries'];

const READER = `todo_reader_${randomBytes(4).toString('hex')}`;
const PASSWORD = randomBytes(12).toString('hex');

const asAdmin = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

let database: TestDatabase;
let checks: ReadonlyMap<string, CheckDefinition>;

beforeAll(async () => {
  database = await testDatabase();
  await asAdmin(database.url, SCHEMA);
  await asAdmin(
    database.url,
    `create role ${READER} login password '${PASSWORD}'; grant pg_read_all_data, pg_monitor to ${READER}`,
  );
  const { checklist } = await loadShipped('todo-hackathon');
  const pinned = effectiveChecklist(checklist, undefined, 'todo-hackathon').checklist;
  checks = new Map(
    [...itemsOf(pinned).values()].flatMap(({ item }) =>
      item.body.kind === 'check' && item.body.check.kind === 'sql' ? [[item.id, checkOf(item)] as const] : [],
    ),
  );
});

afterAll(async () => {
  await asAdmin(database.url, `drop owned by ${READER}; drop role ${READER}`);
  await database.close();
});

const run = (id: string, known: Readonly<Record<string, Json>>): Promise<CheckResult> => {
  const given = checks.get(id);
  if (given === undefined) throw new Error(`no query named ${id}`);
  // What a deployment fills in before it asks a worker.
  const definition = substitute(given, (name) => known[name]).value as unknown as CheckDefinition;
  const login = new URL(database.url);
  login.username = READER;
  login.password = PASSWORD;
  const connections = {
    values: {},
    secrets: { 'database-url': 'env:TODO_DATABASE_URL' },
    allow: [],
    commands: {},
    fileRoots: [],
  };
  return runCheck(
    { definition, connections },
    { env: () => login.href, now: () => new Date(), signal: new AbortController().signal, log: silentLog },
  );
};

const HEALTHY = {
  'smoke-user-id': 'smoke',
  'deployment.version': '1.1.0',
  'captured.conversations-before': 2,
  'captured.messages-before': 3,
  'captured.tasks-before': 1,
};

describe('the queries of the todo checklist, by a login that only reads', () => {
  test('all pass on a healthy database', async () => {
    const wrong: string[] = [];
    for (const id of checks.keys()) {
      if (NOT_HERE.includes(id)) continue;
      const { outcome, line } = await run(id, HEALTHY);
      if (outcome !== 'pass') wrong.push(`${id}: ${outcome}, ${line}`);
    }
    expect(checks.size).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test('keep the number of rows of each table for later', async () => {
    const { captured } = await run('rows-before', HEALTHY);
    expect(captured).toEqual({ 'conversations-before': 2, 'messages-before': 3, 'tasks-before': 1 });
  });

  test('fail when a row is gone', async () => {
    const { outcome, line } = await run('result-no-data-loss-2', {
      ...HEALTHY,
      'captured.messages-before': 4,
    });
    expect(outcome).toBe('fail');
    expect(line).toContain('3');
  });

  test('fail when the task of this version was not stored', async () => {
    expect((await run('smoke-task-in-database', { ...HEALTHY, 'deployment.version': '1.2.0' })).outcome).toBe(
      'fail',
    );
  });
});
