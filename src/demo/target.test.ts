import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testTarget } from '../../test/support/demo-target.ts';
import type { DemoTarget } from './target.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const fixture = testTarget(() => NOW);
let target: DemoTarget;

beforeAll(async () => {
  target = await fixture.start();
});

afterAll(async () => {
  await target.close();
  await fixture.drop();
});

type Extra = { readonly method?: string; readonly body?: unknown; readonly headers?: Record<string, string> };

const ask = async (path: string, { method, body, headers = {} }: Extra = {}) => {
  const answer = await fetch(`${target.url}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
};

const bearer = () => ({ authorization: `Bearer ${target.env['TODO_SMOKE_TOKEN'] ?? ''}` });

const withReader = async <T>(use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: target.env['TODO_DATABASE_URL'] });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

describe('the API', () => {
  test('says that it is healthy, which version it is, and how fast its database is', async () => {
    const { status, body } = await ask('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', version: '1.0.0', database_connected: true });
    expect(body.database_latency_ms).toBeGreaterThanOrEqual(0);
    expect((await ask('/version')).body).toEqual({ version: '1.0.0' });
    expect((await ask('/openapi.json')).body.info.version).toBe('1.0.0');
  });

  test('describes every address it has', async () => {
    const { body } = await ask('/openapi.json');
    expect(body.paths).toHaveProperty(['/api/{user}/tasks', 'get']);
    expect(body.paths).toHaveProperty(['/api/{user}/tasks', 'post']);
    expect(body.paths).not.toHaveProperty(['/health', 'post']);
  });

  test('has a public page, a reference page and figures for Prometheus', async () => {
    const page = await ask('/');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('Todo API 1.0.0');
    expect((await ask('/docs')).body).toContain('GET /health');
    const metrics = await ask('/metrics');
    expect(metrics.body).toMatch(/^http_requests_total\{status="200"\} [1-9]/m);
    expect(metrics.body).toContain('todo_rows{table="users"} 3');
  });

  test('writes tasks, chats and users into its database', async () => {
    const before = await target.state();
    const task = await ask('/api/smoke/tasks', { body: { title: 'buy milk' }, headers: bearer() });
    expect(task.status).toBe(201);
    const chat = await ask('/api/smoke/chat', { body: { message: 'create task: bread' }, headers: bearer() });
    expect(chat.status).toBe(200);
    expect(chat.body.tool_calls).toHaveLength(1);
    const list = await ask('/api/smoke/chat', { body: { message: 'list pending tasks' }, headers: bearer() });
    expect(list.body.response).toContain('bread');
    const user = await ask('/users', { body: { id: 'cleo', name: 'Cleo' }, headers: bearer() });
    expect(user.status).toBe(201);
    const first = await ask('/api/cleo/chat', { body: { message: 'hello' }, headers: bearer() });
    expect((await ask('/api/cleo/conversations', { headers: bearer() })).body).toEqual([
      { id: first.body.conversation_id, messages: 2 },
    ]);
    expect((await ask('/api/smoke/tasks', { headers: bearer() })).body).toMatchObject([
      { title: 'A task that is always there' },
      { title: 'buy milk' },
      { title: 'bread' },
    ]);
    expect(await target.state()).toMatchObject({
      users: before.users + 1,
      tasks: before.tasks + 2,
      conversations: before.conversations + 1,
      messages: before.messages + 6,
    });
  });

  test.each([
    ['no JSON', '/api/smoke/tasks', 'title=x', 400],
    ['JSON that is no object', '/api/smoke/tasks', [1], 422],
    ['a missing field', '/api/smoke/chat', {}, 422],
    ['a field of another type', '/api/smoke/chat', { message: 42 }, 422],
    ['a bad id', '/users', { id: 'No Spaces', name: 'x' }, 422],
    ['a user who is there', '/users', { id: 'ana', name: 'Ana' }, 409],
    ['too much', '/users', { id: 'x'.repeat(70_000) }, 413],
    ['an unknown user', '/api/nobody/tasks', { title: 'x' }, 404],
  ])('refuses %s and says why', async (_what, path, body, status) => {
    const answer = await ask(path, { body, headers: bearer() });
    expect(answer.status).toBe(status);
    expect(answer.body.detail.length).toBeGreaterThan(5);
  });

  test('lets nobody in without the right token', async () => {
    expect((await ask('/api/smoke/tasks')).status).toBe(401);
    expect((await ask('/api/smoke/tasks', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
    expect((await ask('/users', { body: { id: 'x', name: 'x' } })).status).toBe(401);
  });

  test('gives its token for the right password alone', async () => {
    const account = { email: 'smoke@example.com', password: target.env['TODO_SMOKE_PASSWORD'] };
    const answer = await ask('/auth/sign-in', { body: account });
    expect(answer.body).toEqual({ token: target.env['TODO_SMOKE_TOKEN'] });
    expect((await ask('/auth/sign-in', { body: { ...account, password: 'wrong' } })).status).toBe(401);
  });

  test('tells unknown addresses and methods apart', async () => {
    expect((await ask('/nothing')).status).toBe(404);
    expect((await ask('/health', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/%E0%A4%A')).status).toBe(400);
  });

  test('lets pages of its own site call, and of no other', async () => {
    const preflight = (origin: string) =>
      ask('/api/smoke/tasks', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const own = await preflight(target.url);
    expect(own.status).toBe(204);
    expect(own.headers.get('access-control-allow-origin')).toBe(target.url);
    const foreign = await preflight('https://evil.example');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect(foreign.headers.get('strict-transport-security')).toContain('max-age');
  });
});

describe('its database', () => {
  test('can be read by the login for checks, and not written', async () => {
    await withReader(async (client) => {
      const { rows } = await client.query<{ super: string }>(
        "SELECT current_setting('is_superuser') AS super",
      );
      expect(rows[0]?.super).toBe('off');
      expect((await client.query('SELECT * FROM alembic_version')).rowCount).toBe(1);
      await expect(client.query("INSERT INTO users VALUES ('x', 'x', now())")).rejects.toThrow(/read-only/);
      await client.query('SET default_transaction_read_only = off');
      await expect(client.query("INSERT INTO users VALUES ('x', 'x', now())")).rejects.toThrow(/denied/);
      await expect(client.query('SELECT * FROM demo.control')).rejects.toThrow(/denied/);
    });
  });

  test('is migrated by the new version, and the old one lives with that', async () => {
    const look = () =>
      withReader(async (client) => {
        const { rows } = await client.query<{ revision: string; columns: number }>(
          `SELECT (SELECT version_num FROM alembic_version) AS revision,
           (SELECT count(*)::int FROM information_schema.columns WHERE table_name = 'tasks') AS columns`,
        );
        return rows[0]!;
      });
    const before = await look();
    await target.deploy('1.1.0');
    const after = await look();
    expect(after.revision).not.toBe(before.revision);
    expect(after.columns).toBe(before.columns + 1);
    await target.rollBack();
    expect(await look()).toEqual(after);
    expect((await ask('/api/smoke/tasks', { body: { title: 'old code' }, headers: bearer() })).status).toBe(
      201,
    );
  });
});

describe('versions', () => {
  test('go forward with a deployment and back to the one before, not below the first', async () => {
    await target.deploy('1.1.0');
    await target.deploy('1.1.0');
    expect(target.version()).toBe('1.1.0');
    expect((await ask('/version')).body).toEqual({ version: '1.1.0' });
    await target.rollBack();
    expect((await ask('/health')).body.version).toBe('1.0.0');
    await target.rollBack();
    expect(target.version()).toBe('1.0.0');
    await expect(target.deploy('no version')).rejects.toThrow('is not a version');
  });
});

describe('a breakage', () => {
  beforeEach(() => target.heal());

  test('takes the API down, until it is healed', async () => {
    await target.breakIt('api-down');
    expect((await ask('/health')).status).toBe(503);
    expect((await ask('/version')).status).toBe(503);
    await target.heal();
    expect((await ask('/health')).status).toBe(200);
  });

  test('makes the health call slow and nothing else', async () => {
    await target.breakIt('slow');
    const timed = async (path: string) => {
      const since = performance.now();
      await ask(path);
      return performance.now() - since;
    };
    expect(await timed('/health')).toBeGreaterThan(1400);
    await expect.poll(() => timed('/version'), { timeout: 10_000 }).toBeLessThan(1000);
  });

  test('lets another version answer', async () => {
    await target.breakIt('wrong-version');
    expect((await ask('/version')).body).toEqual({ version: '0.9.0' });
    expect(await target.state()).toMatchObject({
      version: '1.0.0',
      answers: '0.9.0',
      broken: ['wrong-version'],
    });
  });

  test('loses rows once however often it is asked for, and healing brings each of them back', async () => {
    const before = await target.state();
    const tasks = (await ask('/api/smoke/tasks', { headers: bearer() })).body;
    await target.breakIt('rows-lost');
    const broken = await target.state();
    expect(broken.tasks).toBe(Math.floor(before.tasks / 2));
    expect(broken.messages).toBe(Math.floor(before.messages / 2));
    await target.breakIt('rows-lost');
    expect((await target.state()).tasks).toBe(broken.tasks);
    await target.heal();
    expect(await target.state()).toEqual(before);
    expect((await ask('/api/smoke/tasks', { headers: bearer() })).body).toEqual(tasks);
  });

  test('of the program is gone with the next start of it; lost rows stay lost', async () => {
    await target.breakIt('api-down');
    await target.breakIt('rows-lost');
    await target.deploy('1.1.0');
    expect((await target.state()).broken).toEqual(['rows-lost']);
    await target.breakIt('slow');
    await target.rollBack();
    expect((await target.state()).broken).toEqual(['rows-lost']);
  });

  test('pressed many times at once is one breakage', async () => {
    await Promise.all(Array.from({ length: 8 }, () => target.breakIt('rows-lost')));
    expect((await target.state()).broken).toEqual(['rows-lost']);
    await target.heal();
    expect((await target.state()).broken).toEqual([]);
  });
});

describe('a restart', () => {
  test('finds version, breakages, rows and address as they were, with fresh passwords', async () => {
    await target.deploy('1.1.0');
    await target.breakIt('rows-lost');
    const [left, url, env] = [await target.state(), target.url, target.env];
    await target.close();
    target = await fixture.start();
    expect(await target.state()).toEqual(left);
    expect(target.url).toBe(url);
    expect(target.env['TODO_DATABASE_URL']).not.toBe(env['TODO_DATABASE_URL']);
    await target.heal();
    expect((await target.state()).tasks).toBeGreaterThan(left.tasks);
  });

  test('takes another address when its own is taken', async () => {
    const second = await fixture.start();
    expect(second.url).not.toBe(target.url);
    await target.close();
    target = second;
  });
});
