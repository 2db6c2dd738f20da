import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/checklists/${name}`, import.meta.url), 'utf8');

const PEOPLE = [
  { id: 'U0ALICE', name: 'alice' },
  { id: 'U0BOB', name: 'bob' },
  { id: 'U0CAROL', name: 'carol' },
  { id: 'U0OTTO', name: 'otto' },
];

/** A role that may read `users` and nothing else, in a database of its own. */
const usersDatabase = async (): Promise<{
  url: string;
  add: () => Promise<unknown>;
  close: () => Promise<void>;
}> => {
  const database: TestDatabase = await testDatabase();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const role = `tiny_reader_${process.pid}`;
  await admin.query('CREATE TABLE users (name text)');
  await admin.query("INSERT INTO users VALUES ('ann'), ('ben'), ('cid')");
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
  await admin.query(`GRANT SELECT ON users TO ${role}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'reader';
  return {
    url: url.href,
    add: () => admin.query("INSERT INTO users VALUES ('smoke')"),
    close: async () => {
      await admin.query(`DROP OWNED BY ${role}`);
      await admin.query(`DROP ROLE ${role}`);
      await admin.end();
      await database.close();
    },
  };
};

describe('the small checklist that shows the format', () => {
  let e2e: E2e;
  let users: Awaited<ReturnType<typeof usersDatabase>>;
  beforeAll(async () => {
    users = await usersDatabase();
    const [tiny, production] = await Promise.all([
      fixture('tiny.yaml'),
      fixture('environments/production.yaml'),
    ]);
    e2e = await startE2e({
      env: { TINY_DATABASE_URL: users.url },
      sandbox: {
        people: PEOPLE,
        channels: [{ id: 'C0DEPLOYS', name: 'deploys', members: PEOPLE.map(({ id }) => id) }],
        userGroups: [{ id: 'S0ONCALL', handle: 'oncall', name: 'On call', users: ['U0OTTO'] }],
      },
      files: (url) => ({
        'tiny.yaml': tiny,
        // As it stands but for the port: several may run at once on one machine.
        'environments/production.yaml': production.replaceAll('127.0.0.1:8099', new URL(url).host),
      }),
    });
  });
  afterAll(async () => {
    await e2e.close();
    await users.close();
  });
  afterEach(() => expectCleanConversation(e2e.app));

  it('is read as its files say: what runs by itself, what is by click, what is by hand, what does not apply', async () => {
    const answer = await e2e.asks('alice', 'start production 1.1.0', 'has started');
    // database-answers, users-before, health, users-after, version-live | create-user | signing-key, pods.
    expect(answer).toContain('5 checks run by themselves, 2 not connected');
    expect(answer).toContain('1 by click');
    const card = await e2e.card('tiny 1.1.0 → production', 'on call <@U0OTTO>', 'lock since');
    expect(card.visibleText).toContain('The signing key is long enough');
    await e2e.asks('alice', 'confirm publish-vendor', 'does not apply');
    await e2e.asks('alice', 'confirm second-instance', 'does not apply');
    await e2e.asks('alice', 'confirm database', 'is settled by its lines');
  });

  it('comes to its gate over measured and confirmed items', async () => {
    await e2e.asks('alice', 'confirm rollback-plan', 'Confirmed');
    await e2e.asks('alice', 'confirm signing-key it has 48 characters', 'Confirmed');
    await e2e.asks(
      'alice',
      'skip load-figures no load test this time',
      'Skipped: The load at peak is known.',
    );
    await e2e.card('Awaiting Go', '2 measured', '2 by people', '1 skipped');
    await e2e.asks('alice', 'go', 'needs a second person');
    await e2e.asks('bob', 'go', 'Go is given');
  });

  it('is deployed and verified against what was captured before', async () => {
    await e2e.card('./deploy.sh 1.1.0', 'npm run deploy');
    await e2e.asks('alice', 'confirm roll-out', 'Confirmed');
    e2e.service.answers['/version'] = { version: '1.1.0' };
    await users.add();
    await e2e.asks('alice', 'deployed', 'is being verified');
    await e2e.card('Verifying', 'All three pods are ready');
    await e2e.asks('alice', 'confirm pods', 'Confirmed');
    await e2e.clicks('alice', 'Run check', 'A new user can be added');
    await e2e.card('Watching', '+6s', '+20s');
  });

  it('is watched by the ladder of its environment, signed, and completed', async () => {
    e2e.clock.forward(6000);
    await e2e.card('+6s ✓');
    await e2e.asks('bob', 'sign-off', 'Signed for tiny #1 as release-manager.');
    await e2e.asks('carol', 'sign-off', 'Signed for tiny #1 as product-owner.');
    e2e.clock.forward(14_000);
    await e2e.card('Completed: healthy', '+20s ✓');
    const report = await eventually('the report', () => e2e.sandbox.files().at(-1));
    expect(report.content).toContain(
      '15 items: 6 measured, 5 by people, 2 not applicable, 1 skipped, 1 open; besides them 1 for reference.',
    );
  });
});
