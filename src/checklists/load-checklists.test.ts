import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadChecklists } from './load-checklists.ts';
import type { LoadedChecklists, LoadOptions } from './load-checklists.ts';

const fixtures = fileURLToPath(new URL('../../test/fixtures/checklists', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'checklists-'));
});
afterAll(() => rm(root, { recursive: true }));

const load = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  options?: LoadOptions,
): Promise<LoadedChecklists> => {
  const dir = await mkdtemp(join(root, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  }
  return loadChecklists(dir, options);
};

const lines = ({ problems }: LoadedChecklists): string[] =>
  problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);

const good = 'system: good\ntitle: Good\nstages: {}\n';

describe('a folder of checklists', () => {
  it('loads the example without a problem', async () => {
    const loaded = await loadChecklists(fixtures);
    expect(lines(loaded)).toEqual([]);
    expect([...loaded.checklists.keys()]).toEqual(['tiny']);
    expect([...loaded.environments.keys()]).toEqual(['production']);
    expect(loaded.broken.size).toBe(0);
  });

  it('takes .yml too and leaves other files alone', async () => {
    const loaded = await load({ 'good.yml': good, 'schema.json': '{', 'notes.md': '[', '.hidden.yaml': '[' });
    expect([...loaded.checklists.keys()]).toEqual(['good']);
    expect(lines(loaded)).toEqual([]);
  });

  it('keeps the good files when one is bad, and says which is broken', async () => {
    const loaded = await load({
      'good.yaml': good,
      'bad.yaml': 'system: bad\n',
      'environments/staging.yaml': 'environment: staging\nsystems: {good: }\n',
      'environments/broken.yaml': 'environment: [\n',
    });
    expect([...loaded.checklists.keys()]).toEqual(['good']);
    expect([...loaded.environments.keys()]).toEqual(['staging']);
    expect([...loaded.broken.keys()]).toEqual(['bad', 'environments/broken']);
    expect(loaded.broken.get('bad')).toHaveLength(2);
  });

  it('reports a folder that is not there', async () => {
    const loaded = await loadChecklists(join(root, 'nowhere'));
    expect(loaded.problems).toEqual([
      { file: join(root, 'nowhere'), line: 0, column: 0, message: 'no such folder' },
    ]);
  });

  it('reports an environments folder that is a file', async () => {
    expect(lines(await load({ 'good.yaml': good, environments: '' }))).toEqual([
      'environments/:0:0 the folder cannot be read: ENOTDIR',
    ]);
  });

  it('does not take an environments folder that cannot be read for an empty one', async () => {
    expect([...(await load({ 'good.yaml': good, environments: '' })).broken.keys()]).toEqual([
      'environments/',
    ]);
    expect([...(await loadChecklists(join(root, 'nowhere'))).broken.keys()]).toEqual(['environments/']);
    expect((await load({ 'good.yaml': good })).broken.size).toBe(0);
  });

  it('reports a file that is no file, a dangling link and one that is no text', async () => {
    const dir = await mkdtemp(join(root, 'odd-'));
    await mkdir(join(dir, 'folder.yaml'));
    await symlink(join(dir, 'gone'), join(dir, 'link.yaml'));
    await writeFile(join(dir, 'bytes.yaml'), new Uint8Array([0x61, 0xff, 0xfe]));
    expect(lines(await loadChecklists(dir))).toEqual([
      'bytes.yaml:0:0 not UTF-8 text',
      'folder.yaml:0:0 expected a file',
      'link.yaml:0:0 cannot be read: ENOENT',
    ]);
  });

  it('refuses a file over 1 MiB and takes one just below', async () => {
    const filled = (bytes: number) => good + '#'.repeat(bytes - good.length);
    expect(lines(await load({ 'good.yaml': filled(2 ** 20 + 1) }))).toEqual([
      'good.yaml:0:0 larger than 1 MiB, expected a checklist a person can read',
    ]);
    expect(lines(await load({ 'good.yaml': filled(2 ** 20) }))).toEqual([]);
  });

  it('refuses the same system in two files', async () => {
    const loaded = await load({ 'good.yaml': good, 'good.yml': good });
    expect(lines(loaded)).toEqual(['good.yml:0:0 good.yaml stands beside good.yml: expected one of them']);
    expect(loaded.checklists.size).toBe(1);
  });

  it('returns for whatever bytes a file holds', { timeout: 120_000 }, async () => {
    const words = fc.constantFrom(
      ...[
        'system: bad',
        'title: x',
        'stages:',
        ' prepare:',
        '- id: a',
        'check: {',
        '}',
        '[',
        ']',
        '&a',
        '*a',
        '<<',
        ': ',
        '\n',
        '  ',
        '"',
        '|',
        '!!',
        '${a}',
        '- ',
        '? ',
      ],
    );
    const text = fc
      .array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 40 })
      .map((parts) => parts.join(''));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      text.map((one) => new TextEncoder().encode(one)),
    );
    const dir = await mkdtemp(join(root, 'bytes-'));
    await mkdir(join(dir, 'environments'));
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await writeFile(join(dir, 'bad.yaml'), content);
        await writeFile(join(dir, 'environments', 'bad.yaml'), content);
        const { problems, broken } = await loadChecklists(dir);
        for (const { line, column, message } of problems) {
          expect(line).toBeGreaterThanOrEqual(0);
          expect(column).toBeGreaterThanOrEqual(0);
          expect(message).not.toBe('');
        }
        expect(problems.length).toBeGreaterThanOrEqual(broken.size);
      }),
      { numRuns: 400 },
    );
  });

  it('returns for the example with some of its bytes changed', { timeout: 120_000 }, async () => {
    const whole = await readFile(join(fixtures, 'tiny.yaml'), 'utf8');
    const part = fc.oneof(
      fc.constantFrom('', '\n', '  ', ': ', '- ', '{', '}', '[', ']', '*', '&', 'null', '${', '1e9'),
      fc.string(),
    );
    const edit = fc.tuple(fc.nat(whole.length), fc.nat(30), part);
    const dir = await mkdtemp(join(root, 'edited-'));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const changed = edits.reduce(
          (text, [at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop),
          whole,
        );
        await writeFile(join(dir, 'tiny.yaml'), changed);
        const { checklists, broken, problems } = await loadChecklists(dir);
        expect(checklists.size + broken.size).toBe(1);
        expect(problems.length > 0).toBe(broken.size === 1);
      }),
      { numRuns: 150 },
    );
  });

  it('returns for whatever JSON stands where a checklist is expected', { timeout: 120_000 }, async () => {
    const keys = fc.constantFrom(
      'system',
      'title',
      'stages',
      'prepare',
      'items',
      'id',
      'check',
      'checks',
      'http',
      'expect',
      'when',
      'ladder',
      'at',
      'parameters',
      'roles',
      'variants',
      'options',
      'systems',
      'values',
      'people',
      'environment',
      'same_as',
      'rollback',
      'plans',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.constant('bad'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const dir = await mkdtemp(join(root, 'json-'));
    await mkdir(join(dir, 'environments'));
    await fc.assert(
      fc.asyncProperty(tree, async (content) => {
        const text = JSON.stringify({ system: 'bad', title: 'x', stages: {}, ...(content as object) });
        await writeFile(join(dir, 'bad.yaml'), text);
        await writeFile(
          join(dir, 'environments', 'bad.yaml'),
          JSON.stringify({ environment: 'bad', ...(content as object) }),
        );
        const { checklists, broken } = await loadChecklists(dir);
        expect(checklists.size + [...broken.keys()].filter((name) => name === 'bad').length).toBe(1);
      }),
      { numRuns: 400 },
    );
  });
});
