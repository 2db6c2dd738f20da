import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { run } from '../support/checks.ts';
import { httpTarget, type Target } from '../support/http-target.ts';

const TOKEN = 'session-token-of-the-target';

let target: Target;
let other: Target;
let tasks: Set<string>;
let asked: string[];

const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** A small service with a login and tasks. */
const service = (request: IncomingMessage, response: ServerResponse): void => {
  const line = `${request.method ?? ''} ${request.url ?? ''}`;
  asked.push(line);
  const isIn = request.headers.authorization === `Bearer ${TOKEN}`;
  if (line === 'POST /login')
    json(response, { token: TOKEN, next: '/tasks', away: other.url, up: '../admin' });
  else if (line === 'GET /hang') return;
  else if (line === 'GET /page')
    response.end(
      '<script src="/a.js"></script><LINK rel=stylesheet href=/b.css><!-- <script src="/c.js"> -->',
    );
  else if (/^GET \/(?:a\.js|b\.css)$/.test(line))
    response.writeHead(line.includes('b.css') ? 404 : 200).end();
  else if (!isIn) json(response, { detail: 'no' }, 401);
  else if (line === 'POST /tasks') {
    tasks.add('t/1');
    json(response, { id: 't/1' }, 201);
  } else if (line === 'DELETE /tasks/t%2F1') {
    tasks.delete('t/1');
    response.writeHead(204).end();
  } else if (line === 'GET /tasks') json(response, { tasks: [...tasks], echo: TOKEN });
  else json(response, { detail: 'no such page' }, 404);
};

beforeAll(async () => {
  target = await httpTarget(service);
  other = await httpTarget((_request, response) => void response.end('other'));
});

beforeEach(() => {
  tasks = new Set();
  asked = [];
});

afterAll(() => Promise.all([target.close(), other.close()]));

const sequence = (
  params: Record<string, Json>,
  definition: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> =>
  run({
    kind: 'http_sequence',
    params: JSON.parse(JSON.stringify(params).replaceAll('BASE', target.url)) as Record<string, Json>,
    with: definition,
    connections: { allow: ['127.0.0.1'] },
  });

const login = {
  title: 'sign in',
  url: 'BASE/login',
  method: 'POST',
  json: {},
  keep: { session: 'body.token' },
};
const create = {
  title: 'create',
  url: 'BASE/tasks',
  method: 'POST',
  auth: { kept: 'session' },
  expect: { status: 201 },
  keep: { task: 'body.id' },
};
const remove = { title: 'remove', url: 'BASE/tasks/{task}', method: 'DELETE', auth: { kept: 'session' } };

describe('a sequence', () => {
  it('uses what a step kept in later ones, and cleans up behind itself', async () => {
    const list = {
      url: 'BASE/tasks',
      headers: { authorization: 'Bearer {session}' },
      expect: { 'body.tasks': { contains: 't/1' } },
    };
    const result = await sequence(
      { steps: [login, create, list], cleanup: [remove] },
      { expect: { 'steps[2].status': 200, 'cleanup[0].status': 204, completed: 3 } },
    );
    expect(result).toMatchObject({ outcome: 'pass', line: expect.stringMatching(/^3 steps in /) });
    expect(asked).toEqual(['POST /login', 'POST /tasks', 'GET /tasks', 'DELETE /tasks/t%2F1']);
    expect(tasks.size).toBe(0);
  });

  it('leaves no trace of what it kept', async () => {
    const list = { url: 'BASE/tasks', auth: { kept: 'session' }, expect: { 'body.echo': 'another' } };
    const result = await sequence({ steps: [login, list] }, { capture: { taken: 'steps[0].body.token' } });
    expect(result.outcome).toBe('fail');
    expect(JSON.stringify(result)).not.toContain(TOKEN);
  });

  it('names the step that failed, makes none after it, and cleans up all the same', async () => {
    const wrong = { title: 'look', url: 'BASE/nowhere', auth: { kept: 'session' } };
    const result = await sequence({ steps: [login, create, wrong, login], cleanup: [remove] });
    expect(result).toMatchObject({
      outcome: 'fail',
      line: 'step 3 "look": status: expected < 400, got 404',
      observation: { completed: 2, cleanup: [{ status: 204 }] },
    });
    expect(asked).toHaveLength(4);
    expect(tasks.size).toBe(0);
  });

  it('says so when there was nothing to keep', async () => {
    const result = await sequence({
      steps: [{ ...login, keep: { session: 'body.jwt' } }, create],
      cleanup: [remove],
    });
    expect(result).toMatchObject({
      outcome: 'inconclusive',
      line: 'step 1 "sign in": session: nothing to keep at body.jwt',
      observation: { cleanup: [{ skipped: true }] },
    });
  });

  it('cleans up when the deadline passed', async () => {
    const result = await sequence(
      { steps: [login, create, { title: 'wait', url: 'BASE/hang' }], cleanup: [remove] },
      { timeoutMs: 900 },
    );
    expect(result).toMatchObject({ outcome: 'timed_out', line: 'step 3 "wait": no answer within 600 ms' });
    expect(tasks.size).toBe(0);
  });

  it('cleans up when the worker is told to stop', async () => {
    const controller = new AbortController();
    const running = run({
      kind: 'http_sequence',
      params: JSON.parse(
        JSON.stringify({ steps: [login, create, { url: 'BASE/hang' }], cleanup: [remove] }).replaceAll(
          'BASE',
          target.url,
        ),
      ) as Record<string, Json>,
      connections: { allow: ['127.0.0.1'] },
      deps: { signal: controller.signal },
    });
    await expect.poll(() => asked.includes('GET /hang'), { timeout: 5000 }).toBe(true);
    controller.abort();
    expect((await running).outcome).toBe('inconclusive');
    await expect.poll(() => tasks.size, { timeout: 5000 }).toBe(0);
  });

  it('tells what it could not clean up', async () => {
    const result = await sequence({
      steps: [login, create],
      cleanup: [{ ...remove, title: 'undo', url: 'BASE/gone/{task}' }],
    });
    expect(result).toMatchObject({
      outcome: 'fail',
      line: 'cleanup 1 "undo": status: expected < 400, got 404',
    });
  });

  it('asks what a page names, and is as good as the worst of it', async () => {
    const page = { url: 'BASE/page', collect: ['script[src]', 'link[rel=stylesheet][href]'] };
    const result = await sequence({ steps: [page, { title: 'assets', each: 'collected' }] });
    expect(result).toMatchObject({
      outcome: 'fail',
      line: 'step 2 "assets": status: expected < 400, got 404',
    });
    expect(asked).toEqual(['GET /page', 'GET /a.js', 'GET /b.css']);
  });

  it('that a target leads astray goes no further', async () => {
    const keeping = (keep: Json) => ({ ...login, keep });
    expect(
      await sequence({ steps: [keeping({ to: 'body.away' }), { url: '{to}', auth: 'secret-login' }] }),
    ).toMatchObject({ outcome: 'error', line: 'step 2: what was kept as to leads to another origin' });
    expect(await sequence({ steps: [keeping({ to: 'body.up' }), { url: 'BASE/tasks/{to}' }] })).toMatchObject(
      {
        outcome: 'fail',
        line: 'step 2: what was kept as to is no part of a URL',
      },
    );
    expect(other.requests).toHaveLength(0);
    expect(
      (
        await sequence({
          steps: [
            { ...login, keep: { session: 'body.token', to: 'body.next' } },
            { url: '{to}', auth: { kept: 'session' } },
          ],
        })
      ).outcome,
    ).toBe('pass');
  });

  it.each<[string, Json, string]>([
    ['an unknown name', [{ url: 'BASE/{nobody}' }], 'http_sequence: steps.0: no earlier step keeps nobody'],
    [
      'a name kept too late',
      [{ url: 'BASE/{session}' }, login],
      'http_sequence: steps.0: no earlier step keeps session',
    ],
    [
      'neither url nor each',
      [{ title: 'x' }],
      'http_sequence: steps.0.url: has to stand, or each instead of it',
    ],
    ['a key nobody knows', [{ url: 'BASE/', wait: 1 }], 'http_sequence: steps.0: unknown wait'],
    [
      'a broken expectation',
      [{ url: 'BASE/', expect: { status: { about: 1 } } }],
      'http_sequence: steps.0.expect: status: unknown matcher "about"',
    ],
    [
      'a login for what a page names',
      [{ each: 'collected', auth: 'x' }],
      'http_sequence: steps.0.each: goes with GET',
    ],
  ])('with %s is an error that says so', async (_name, steps, line) => {
    expect(await sequence({ steps })).toMatchObject({
      outcome: 'error',
      line: expect.stringContaining(line),
    });
    expect(asked).toEqual([]);
  });
});
