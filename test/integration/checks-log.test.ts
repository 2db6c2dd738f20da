import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineTime, offsetsOf } from '../../src/checks/log/times.ts';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import type { Json } from '../../src/lib/json.ts';
import { httpTarget, type Target } from '../support/http-target.ts';
import { NOW, run } from '../support/checks.ts';

const SECRET = 'tok-5ecret-value-77';
let base: string;
let root: string;

const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const line = (minutes: number, text: string): string => `${ago(minutes)} ${text}\n`;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tminus-log-'));
  root = join(base, 'logs');
  await mkdir(root);
  await writeFile(join(base, 'outside.log'), line(1, 'ERROR outside'));
  await symlink(join(base, 'outside.log'), join(root, 'link.log'));
  await writeFile(
    join(root, 'app.log'),
    line(90, 'ERROR old') +
      line(30, 'INFO started') +
      line(10, `ERROR could not connect with token ${SECRET}`) +
      '  at somewhere, ERROR in a trace\n' +
      line(5, 'WARNING slow: 2020-01-01 00:00:00 was long ago') +
      line(1, 'INFO timed out'),
  );
  await writeFile(join(root, 'bare.log'), 'INFO: one\nERROR: two\n'.repeat(20));
  await writeFile(join(root, 'empty.log'), '');
  await writeFile(join(root, 'stale.log'), line(600, 'INFO the last word'));
  await writeFile(join(root, 'future.log'), line(-120, 'INFO of another zone'));
  await writeFile(join(root, 'large.log'), line(50, `ERROR ${'x'.repeat(900)}`).repeat(10_000));
  await writeFile(join(root, 'breaks.log'), '\n'.repeat(5_000_000));
  await writeFile(join(root, 'long.log'), line(5, `${'x'.repeat(20_000)} ERROR`));
  await writeFile(join(root, 'binary.log'), Buffer.from([0xff, 0xfe, 0, 1, 10, 0x45, 0x52, 0x52]));
});

afterAll(() => rm(base, { recursive: true }));

type Given = Readonly<Record<string, Json>>;

const check = (
  file: string,
  given: Given = {},
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
): Promise<CheckResult> =>
  run({
    kind: 'log',
    params: { file: file.startsWith('/') ? file : join(root, file), ...given },
    with: more,
    connections: { fileRoots: [root], secrets: { token: 'env:TOKEN' } },
    deps: { env: () => SECRET },
  });

describe('a log file', () => {
  it.each<[string, Given, number, number]>([
    ['as a whole', {}, 3, 6],
    ['of the last quarter of an hour', { since: '15m' }, 2, 4],
    ['of its last lines', { lines: 2 }, 0, 2],
    ['of the last lines of a time', { since: '15m', lines: 3 }, 1, 3],
    ['by another pattern', { pattern: '(?i)timed out|slow' }, 2, 6],
  ])('is counted %s', async (_what, given, count, lines) => {
    expect((await check('app.log', given)).observation).toMatchObject({ count, lines });
  });

  it('begins its window at the first young line, whatever later lines hold', async () => {
    const { observation } = await check('app.log', { since: '8m' });
    expect(observation).toMatchObject({ count: 0, lines: 2, span: 5 * 60_000 });
    expect((await check('app.log', { since: '8m' })).line).toBe('0 of 2 lines match');
  });

  it('has further patterns by name', async () => {
    const result = await check(
      'app.log',
      { patterns: { slow: 'slow', started: 'started' } },
      { expect: { 'counts.slow': 1, 'counts.started': { gte: 1 } } },
    );
    expect(result.outcome).toBe('pass');
  });

  it('is shown in lines only when they are asked for, and then redacted', async () => {
    expect((await check('app.log')).observation).not.toHaveProperty('last');
    const result = await check('app.log', { since: '15m', pattern: '${token}' }, { warn: { last: [] } });
    expect(result.observation['last']).toEqual([`${ago(10)} ERROR could not connect with token [redacted]`]);
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it.each<[string, Given, RegExp]>([
    ['bare.log', { since: '15m' }, /no line says when it was written/],
    ['empty.log', {}, /there are 0 lines of at least 1/],
    ['stale.log', { since: '15m' }, /there are 0 lines of at least 1/],
    ['app.log', { at_least: 10 }, /there are 6 lines of at least 10/],
    ['future.log', { since: '15m' }, /2 h in the future/],
    ['large.log', { pattern: 'nothing' }, /longer than the 8 MiB/],
    ['large.log', { since: '1h', pattern: 'nothing' }, /longer than the 8 MiB/],
    ['breaks.log', {}, /more than the 200000 lines/],
    ['breaks.log', { since: '15m' }, /no line says when it was written/],
    ['long.log', { pattern: 'nothing' }, /longer than the 16 KiB/],
    ['gone.log', {}, /is not there/],
  ])('%s with %j is inconclusive, never a pass', async (name, given, reason) => {
    for (const expectation of [{ count: 0 }, { count: { lt: 5 } }, { 'counts.a': 0 }]) {
      const result = await check(name, { ...given, patterns: { a: 'nothing' } }, { expect: expectation });
      expect(result).toMatchObject({ outcome: 'inconclusive', line: expect.stringMatching(reason) });
    }
  });

  it('that is too long says so of what is missing, not of what was found', async () => {
    expect((await check('large.log', {}, { expect: { count: { gte: 100 } } })).outcome).toBe('pass');
    expect((await check('large.log', { lines: 100 }, { expect: { count: 100 } })).outcome).toBe('pass');
    expect((await check('breaks.log', { lines: 100 }, { expect: { lines: 100 } })).outcome).toBe('pass');
    expect((await check('bare.log', { lines: 10 }, { expect: { count: 5 } })).outcome).toBe('pass');
    expect((await check('stale.log', { since: '15m', at_least: 0 })).outcome).toBe('pass');
  });

  it.each([
    ['link.log', 'a link that leads out'],
    ['../outside.log', 'dots'],
    ['/etc/passwd', 'an absolute path'],
    ['/proc/self/environ', 'the environment of the worker'],
  ])('%s is refused: %s', async (name) => {
    expect(await check(name)).toMatchObject({ outcome: 'error', observation: {} });
  });

  it('of anything is counted without harm', async () => {
    expect((await check('binary.log', { pattern: 'ERR' })).observation).toMatchObject({ count: 1, lines: 2 });
    const hostile = await check('large.log', { pattern: '(x+x+)+y' });
    expect(hostile.outcome).toBe('inconclusive');
  });

  it('takes only patterns and zones that there are', () => {
    const { problems } = findKind('log')!;
    expect(problems({ file: '/a', pattern: '(' })).toHaveLength(1);
    expect(problems({ file: '/a', patterns: { a: '(?=b)' } })).toHaveLength(1);
    expect(problems({ file: '/a', time_zone: 'Mars/Olympus' })).toHaveLength(1);
    expect(problems({ file: '/a', loki: { url: 'http://l', query: '{}' } })).not.toEqual([]);
    expect(problems({ loki: { url: 'http://l', query: '{}' } })).toEqual(['loki needs since']);
  });
});

describe('a log that was rotated', () => {
  const rotated = async (names: Readonly<Record<string, string | Buffer>>): Promise<string> => {
    const folder = await mkdtemp(join(root, 'rotated-'));
    for (const [name, text] of Object.entries(names)) await writeFile(join(folder, name), text);
    return join(folder, 'app.log');
  };

  it('is read on where the window reaches further back', async () => {
    const path = await rotated({
      'app.log': line(2, 'ERROR now'),
      'app.log.1': line(12, 'ERROR before') + line(8, 'INFO'),
      'app.log.2.gz': gzipSync(line(200, 'ERROR long ago') + line(13, 'ERROR packed')),
      'app.log.10': line(900, 'ERROR even longer ago'),
      'app.log.swp': line(1, 'ERROR no rotation'),
    });
    expect((await check(path, { since: '5m' })).observation).toMatchObject({ count: 1 });
    expect((await check(path, { since: '15m' })).observation).toMatchObject({ count: 3, lines: 4 });
    expect((await check(path, { lines: 3 })).observation).toMatchObject({ count: 2, lines: 3 });
    expect((await check(path)).observation).toMatchObject({ count: 1, lines: 1 });
  });

  it('is read by dates in names, and while the new file is not there yet', async () => {
    const path = await rotated({
      'app.log-20261119': line(1500, 'ERROR the day before'),
      'app.log-20261120': line(12, 'ERROR before'),
    });
    expect((await check(path, { since: '15m' })).observation).toMatchObject({ count: 1, lines: 1 });
    await appendFile(path, line(1, 'ERROR now'));
    expect((await check(path, { since: '15m' })).observation).toMatchObject({ count: 2 });
  });

  it('into more files than are read is not judged as if those were all', async () => {
    const names = Array.from({ length: 25 }, (_, i) => [`app.log.${i + 1}`, line(i + 2, 'INFO')] as const);
    const path = await rotated({ 'app.log': line(1, 'INFO'), ...Object.fromEntries(names) });
    expect((await check(path, { since: '15m' })).outcome).toBe('pass');
    expect((await check(path, { since: '1h' })).outcome).toBe('inconclusive');
  });

  it('is not unpacked without end, and not followed out of its folder', async () => {
    const path = await rotated({
      'app.log': line(2, 'INFO'),
      'app.log.1.gz': gzipSync(Buffer.alloc(70 * 1024 * 1024, 'x')),
    });
    expect(await check(path, { since: '15m' })).toMatchObject({ outcome: 'inconclusive' });
    const broken = await rotated({ 'app.log': line(2, 'INFO'), 'app.log.1.gz': 'no gzip' });
    expect(await check(broken, { since: '15m' })).toMatchObject({ outcome: 'inconclusive' });
    const linked = await rotated({ 'app.log': line(2, 'INFO') });
    await symlink('/etc/passwd', `${linked}.1`);
    expect(await check(linked, { since: '15m' })).toMatchObject({ outcome: 'error', observation: {} });
  });
});

describe('the time of a line', () => {
  const clock = { now: NOW.getTime(), offsetAt: offsetsOf('UTC') };

  it.each([
    ['2026-11-20T09:30:00Z x', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20 09:30:00,123 ERROR x', '2026-11-20T09:30:00.123Z'],
    ['[2026-11-20T10:30:00.5+01:00] x', '2026-11-20T09:30:00.500Z'],
    ['2026/11/20 09:30:00 [error] 7#7: x', '2026-11-20T09:30:00.000Z'],
    ['INFO  2026-11-20 09:30:00 x', '2026-11-20T09:30:00.000Z'],
    ['Nov 20 09:30:00 host app[1]: x', '2026-11-20T09:30:00.000Z'],
    ['Dec 31 23:59:59 host app[1]: x', '2025-12-31T23:59:59.000Z'],
    ['10.0.0.1 - - [20/Nov/2026:10:30:00 +0100] "GET / HTTP/1.1" 200', '2026-11-20T09:30:00.000Z'],
    ['{"level":30,"time":1795167000000,"msg":"x"}', '2026-11-20T09:30:00.000Z'],
    ['{"timestamp": "2026-11-20T09:30:00Z", "msg": "x"}', '2026-11-20T09:30:00.000Z'],
    ['ts=2026-11-20T09:30:00Z level=info', '2026-11-20T09:30:00.000Z'],
    ['1795167000.25 x', '2026-11-20T09:30:00.250Z'],
    ['ERROR job for 2020-01-01 00:00:00 failed', undefined],
    ['Traceback (most recent call last):', undefined],
    ['2026-99-99T99:99:99Z', undefined],
    ['', undefined],
  ])('%s is %s', (text, time) => {
    const read = lineTime(text, clock);
    expect(read === undefined ? undefined : new Date(read).toISOString()).toBe(time);
  });

  it('without a zone is of the zone that is named', () => {
    const berlin = { now: NOW.getTime(), offsetAt: offsetsOf('Europe/Berlin') };
    const at = (text: string) => new Date(lineTime(text, berlin) ?? NaN).toISOString();
    expect(at('2026-11-20 10:30:00 x')).toBe('2026-11-20T09:30:00.000Z');
    expect(at('2026-07-01 10:30:00 x')).toBe('2026-07-01T08:30:00.000Z');
    expect(at('2026-07-01 10:30:00Z x')).toBe('2026-07-01T10:30:00.000Z');
  });
});

describe('lines of Loki', () => {
  let loki: Target;
  let answer: { status: number; body: string };
  const ns = (minutes: number): string => `${NOW.getTime() - minutes * 60_000}000000`;
  const streams = (...lines: readonly (readonly [string, string])[]): string =>
    JSON.stringify({
      status: 'success',
      data: { resultType: 'streams', result: lines.map((one) => ({ stream: { app: 'a' }, values: [one] })) },
    });

  beforeAll(async () => {
    loki = await httpTarget((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  afterAll(() => loki.close());

  const ask = (more: Given = {}, given: Given = { since: '15m' }): Promise<CheckResult> =>
    run({
      kind: 'log',
      params: { loki: { url: `${loki.url}/prefix`, query: '{app="shop"}', ...more }, ...given },
      connections: { values: { loki: loki.url }, secrets: { token: 'env:TOKEN' } },
      deps: { env: () => SECRET },
    });

  it('are counted, and asked for as they have to be', async () => {
    answer = { status: 200, body: streams([ns(1), 'INFO b'], [ns(3), `ERROR ${SECRET}`]) };
    const result = await ask({ auth: '${token}', tenant: 'shop' });
    expect(result).toMatchObject({ outcome: 'fail', observation: { count: 1, lines: 2, span: 180_000 } });
    expect(JSON.stringify(result)).not.toContain(SECRET);
    const { url = '', headers } = loki.requests.at(-1)!;
    const { pathname, searchParams } = new URL(url, loki.url);
    expect(pathname).toBe('/prefix/loki/api/v1/query_range');
    expect(searchParams.get('start')).toBe(ns(15));
    expect(headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-scope-orgid': 'shop' });
  });

  it.each<[string, { status: number; body: string }, Given, string, RegExp]>([
    ['none', { status: 200, body: streams() }, {}, 'inconclusive', /0 lines of at least 1/],
    [
      'more than the limit',
      { status: 200, body: streams(['1', 'a'], ['2', 'b']) },
      { limit: 1 },
      'inconclusive',
      /more than 1 lines/,
    ],
    [
      'numbers',
      { status: 200, body: '{"status":"success","data":{"resultType":"matrix","result":[]}}' },
      {},
      'inconclusive',
      /no lines/,
    ],
    [
      'half an answer',
      { status: 200, body: streams(['1', 'a']).slice(0, -5) },
      {},
      'inconclusive',
      /no lines/,
    ],
    ['a wrong query', { status: 400, body: 'parse error' }, {}, 'error', /does not understand the query/],
    ['a refused login', { status: 401, body: '' }, {}, 'error', /refuses the login/],
    ['an outage', { status: 502, body: '<html>' }, {}, 'fail', /does not answer like Loki/],
    ['too much', { status: 200, body: `{"a":"${'x'.repeat(300_000)}"}` }, {}, 'error', /larger than/],
  ])('%s: %j', async (_what, given, more, outcome, reason) => {
    answer = given;
    expect(await ask(more)).toMatchObject({ outcome, line: expect.stringMatching(reason) });
  });

  it('are only asked of a host that is allowed', async () => {
    expect(await ask({ url: 'http://169.254.169.254' })).toMatchObject({ outcome: 'error' });
  });
});
