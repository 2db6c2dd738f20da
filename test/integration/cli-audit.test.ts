import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { storeOn } from '../../src/db/store.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { CliResult } from '../support/cli.ts';
import { runCli } from '../support/cli.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const DEPLOYMENT = 'deployment:todo-7';
const ENVIRONMENT = 'environment:T1:production';

const facts = (...types: readonly string[]) => types.map((type) => ({ type, by: 'U1' }));

let database: TestDatabase;

/** As a superuser who is determined: the guard against changes is a trigger, and triggers can be switched off. */
const tamper = async (...statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('alter table audit_event disable trigger all');
    for (const statement of statements) await client.query(statement);
    await client.query('alter table audit_event enable trigger all');
  } finally {
    await client.end();
  }
};

const verify = (...words: readonly string[]): Promise<CliResult> =>
  runCli(['audit', 'verify', ...words], { DATABASE_URL: database.url });

beforeEach(async () => {
  database = await testDatabase();
  const { db, close } = connect(database.url, { name: 'test', max: 1, log: silentLog });
  await storeOn(db).transact(async ({ audit }) => {
    await audit.append(DEPLOYMENT, facts('deployment_started', 'item_confirmed'), 1_000);
    await audit.append(DEPLOYMENT, facts('go_given', 'deployed'), 2_000);
    await audit.append(ENVIRONMENT, facts('environment_locked'), 3_000);
  });
  await db
    .insertInto('pinned_checklist')
    .values({ hash: 'h', format_version: 1, body: '{}', created_at: new Date(0) })
    .execute();
  await db
    .insertInto('deployment')
    .values({
      id: 'todo-7',
      team_id: 'T1',
      number: 7,
      system: 'todo',
      environment: 'production',
      channel: 'C1',
      state: 'verifying',
      checklist_hash: 'h',
      body: '{}',
      started_at: new Date(0),
      revision: 1,
    })
    .execute();
  await close();
});
afterEach(() => database.close());

describe('tminus audit verify', () => {
  it('finds every chain intact and prints where each one ends', async () => {
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toContain(`intact  ${DEPLOYMENT}  4 events`);
    expect(stdout).toContain(`intact  ${ENVIRONMENT}  1 event`);
    expect(stdout.match(/head [0-9a-f]{64}$/gm)).toHaveLength(2);
    expect(stdout).toContain('2 chains, 5 events: all intact');
  });

  it.each([[DEPLOYMENT], ['todo-7'], ['7'], ['#7']])('takes %s for one chain', async (name) => {
    const { code, stdout } = await verify(name);
    expect(code).toBe(0);
    expect(stdout).toContain(DEPLOYMENT);
    expect(stdout).toContain('1 chain, 4 events: all intact');
  });

  it('says which chains are near when there is none of that name', async () => {
    const { code, stderr } = await verify('deployment:todo-8');
    expect(code).toBe(2);
    expect(stderr).toContain(`did you mean ${DEPLOYMENT}?`);
  });

  it.each([
    {
      what: 'a changed event',
      sql: [
        `update audit_event set text = replace(text, 'U1', 'U2') where chain = '${DEPLOYMENT}' and seq = 2`,
      ],
      says: 'event 2: was changed',
    },
    {
      what: 'an event whose hash was made anew',
      sql: [
        `update audit_event set text = replace(text, 'U1', 'U2') where chain = '${DEPLOYMENT}' and seq = 2`,
        `update audit_event set hash = encode(sha256(convert_to(prev_hash || text, 'UTF8')), 'hex')
         where chain = '${DEPLOYMENT}' and seq = 2`,
      ],
      says: 'event 3: does not follow the event before it',
    },
    {
      what: 'a removed event',
      sql: [`delete from audit_event where chain = '${DEPLOYMENT}' and seq = 2`],
      says: 'event 3: follows 1: events are missing',
    },
    {
      what: 'a cut tail',
      sql: [`delete from audit_event where chain = '${DEPLOYMENT}' and seq >= 3`],
      says: 'the chain ends at 2, its head says 4: the tail was cut',
    },
    {
      what: 'a searchable column that says something else than the hashed text',
      sql: [`update audit_event set type = 'no_go_given' where chain = '${DEPLOYMENT}' and seq = 3`],
      says: 'event 3: stands in a row that says something else',
    },
    {
      what: 'a lost record of where the chain ends',
      sql: [`delete from audit_chain where chain = '${DEPLOYMENT}'`],
      says: 'the record of where the chain ends is gone',
    },
    {
      what: 'a whole chain gone, with its record',
      sql: [
        `delete from audit_event where chain = '${DEPLOYMENT}'`,
        `delete from audit_chain where chain = '${DEPLOYMENT}'`,
      ],
      says: 'the whole chain is gone',
    },
  ])('finds $what', async ({ sql, says }) => {
    await tamper(...sql);
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain(`BROKEN  ${DEPLOYMENT}`);
    expect(stdout).toContain(says);
    expect(stdout).toContain(`intact  ${ENVIRONMENT}`);
    expect(stdout).toContain('2 chains, ');
    expect(stdout).toContain('1 broken');
  });

  it('is the second guard: the table itself refuses a change', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await expect(client.query(`update audit_event set type = 'x'`)).rejects.toThrow('append-only');
    await client.end();
  });
});
