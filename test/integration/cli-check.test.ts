import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checklistFolder } from '../support/app.ts';
import type { CliResult } from '../support/cli.ts';
import { runCli } from '../support/cli.ts';

// Every command is a process of its own, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const CHECKLIST = `
system: shop
title: Shop
parameters:
  api-url: {describe: Base URL}
  database-url: {describe: Read-only login, secret: true}
  token: {describe: Token of the API, secret: true}
version: {check: {http: {url: "\${api-url}/version"}}, path: body.version}
stages:
  prepare:
    - id: first
      title: First
      items:
        - {id: read, title: Everyone has read the plan}
        - {id: health, title: Health & <heart>, check: {http: {url: "\${api-url}/health"}, expect: {status: 200}, capture: {seen: body.seen}}}
        - {id: rows, title: Rows, check: {sql: {connection: "\${database-url}", query: select 1 as one}}}
        - {id: write, title: Writes, effect: write, check: {http: {url: "\${api-url}/users", method: POST}}}
  verify:
    - id: smoke
      title: Smoke tests
      items:
        - {id: again, title: Seen again, check: {http: {url: "\${api-url}/health"}, expect: {body.seen: "\${captured.seen}"}, retry: {max: 0}}}
        - {id: closed, title: Closed to strangers, check: {http: {url: "\${api-url}/private", headers: {authorization: "Bearer \${token}"}}, expect: {status: 401}, retry: {max: 0}}}
rollback:
  plans:
    app: {title: Application, items: [{id: back, title: Back, check: {http: {url: "\${api-url}/gone"}, expect: {status: 200}, retry: {max: 0}}}]}
`;

type Report = {
  readonly exitCode: number;
  readonly checks: readonly { readonly id: string; readonly outcome: string; readonly line: string }[];
  readonly notRun: readonly { readonly id: string; readonly why: readonly string[] }[];
};

describe('tminus check', () => {
  const answers: Record<string, { status: number; body: unknown }> = {};
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    const { status, body } = answers[request.url ?? ''] ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  let dir: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    dir = await checklistFolder({
      'shop.yaml': CHECKLIST,
      'broken.yaml': 'system: broken\ntitle: [',
      'environments/production.yaml': `environment: production\nsystems: {shop: {values: {api-url: "${url}", database-url: env:SHOP_DATABASE_URL, token: env:SHOP_TOKEN}, connections: {allow: ["${url.slice(7)}"]}}}\n`,
    });
  });
  afterAll(async () => {
    server.close();
    await rm(dir, { recursive: true });
  });

  const healthy = () => {
    answers['/health'] = { status: 200, body: { seen: 'here' } };
    answers['/version'] = { status: 200, body: { version: '1.1.0' } };
    answers['/private'] = { status: 401, body: {} };
    heard.splice(0);
  };
  const check = (...words: readonly string[]): Promise<CliResult> =>
    runCli(['check', ...words], { CHECKLISTS_DIR: dir, SHOP_TOKEN: 'a-token-that-nobody-sees' });
  const reportOf = ({ stdout }: CliResult) => JSON.parse(stdout) as Report;

  it('runs what is connected and only reads, says each line as the card does, and why the rest waits', async () => {
    healthy();
    const { code, stdout, stderr } = await check('shop', 'production', '--version', '1.1.0');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('✓ pass         Health & <heart> · 200');
    expect(stderr).toContain('[health]');
    expect(stdout).toMatch(/^4 pass in \d/);
    expect(stdout).toContain('1 only by click');
    expect(stdout).toContain('1 × database-url not set (SHOP_DATABASE_URL)');
    expect(heard.filter((line) => line.startsWith('POST'))).toEqual([]);
    expect(stdout + stderr).not.toContain('a-token-that-nobody-sees');
  });

  it('fails with 1 when something is wrong, in JSON with what was expected', async () => {
    healthy();
    answers['/private'] = { status: 200, body: {} };
    const result = await check('shop', 'production', '--version', '1.1.0', '--json');
    expect(result.code).toBe(1);
    const report = reportOf(result);
    expect(report.exitCode).toBe(1);
    expect(report.checks.find(({ id }) => id === 'closed')).toMatchObject({
      outcome: 'fail',
      line: 'status: expected 401, got 200',
    });
    expect(report.notRun).toContainEqual(
      expect.objectContaining({ id: 'rows', why: ['database-url not set (SHOP_DATABASE_URL)'] }),
    );
  });

  it('is no pass when something could not be measured: 3', async () => {
    healthy();
    answers['/health'] = { status: 200, body: {} };
    const result = await check('shop', 'production', '--phase', 'first', '--json');
    expect(reportOf(result).checks).toMatchObject([{ id: 'health', outcome: 'inconclusive' }]);
    expect(result.code).toBe(3);
  });

  it('runs one phase, and a way back only when it is named', async () => {
    healthy();
    const result = await check('shop', 'production', '--phase', 'app', '--json');
    expect(reportOf(result).checks.map(({ id }) => id)).toContain('back');
    expect(result.code).toBe(1);
    const all = reportOf(await check('shop', 'production', '--json'));
    expect(all.checks.map(({ id }) => id)).not.toContain('back');
  });

  it('writes JUnit that is well-formed, whatever titles hold', async () => {
    healthy();
    answers['/private'] = { status: 500, body: {} };
    const { stdout, code } = await check('shop', 'production', '--version', '1.1.0', '--junit');
    expect(code).toBe(1);
    expect(stdout).toContain('name="Health &amp; &lt;heart&gt;"');
    expect(stdout).toContain('<failure message="status: expected 401, got 500">');
    expect(stdout).toMatch(/<testsuite name="smoke" tests="2" failures="1" errors="0" skipped="0">/);
    expect(stdout).toMatch(
      /name="Rows" time="0"><skipped message="database-url not set \(SHOP_DATABASE_URL\)"\/>/,
    );
  });

  it.each([
    [['shop'], 'Say which system and which environment'],
    [['shopp', 'production'], 'There is no system "shopp"; did you mean shop?'],
    [['shop', 'prod'], 'There is no environment "prod"'],
    [['shop', 'production', '--phase', 'smok'], 'There is no phase "smok"; did you mean smoke?'],
    [['broken', 'production'], 'broken.yaml:2'],
    [['shop', 'production', '--json=yes'], '--json takes no value'],
  ])('refuses %j', async (words, text) => {
    const { code, stderr } = await check(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });
});
