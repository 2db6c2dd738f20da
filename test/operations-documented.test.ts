import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../src/http/metrics.ts';
// @ts-expect-error -- a lint rule is plain JavaScript and has no types
import { FOLDERS as UNTYPED } from '../tools/folder-rules.js';

const FOLDERS = UNTYPED as Readonly<Record<string, readonly [readonly string[], readonly string[]]>>;

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Rows of all tables of a document whose first cell is one code, as cells. */
const rowsOf = (path: string): readonly (readonly string[])[] =>
  read(path)
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const firstCells = (path: string, pattern: RegExp): readonly string[] =>
  rowsOf(path).flatMap(([first = '']) => pattern.exec(first)?.[1] ?? []);

describe('docs/operations.md', () => {
  it('explains exactly the variables the configuration reads', () => {
    const schema = /const schema = z\.object\(\{([\s\S]*?)\n\}\);/.exec(read('src/config.ts'))?.[1] ?? '';
    const variables = [...schema.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name);
    expect(variables.length).toBeGreaterThan(10);
    expect([...firstCells('docs/operations.md', /^`([A-Z][A-Z_]+)`$/)].sort()).toEqual(variables.sort());
  });

  it('explains exactly the metrics that are ours', async () => {
    const metrics = createMetrics({
      inboxOpen: () => Promise.resolve(0),
      queues: () => Promise.resolve({ checks: 0 }),
      isSlackConnected: () => true,
    });
    const names = [...(await metrics()).text.matchAll(/^# HELP (tminus_\w+)/gm)].map(([, name = '']) => name);
    expect([...firstCells('docs/operations.md', /^`(tminus_\w+)`$/)].sort()).toEqual(names.sort());
  });
});

describe('AGENTS.md', () => {
  it('has a row for every folder with walls, and the walls of the lint rule', () => {
    for (const [folder, [ours]] of Object.entries(FOLDERS)) {
      const row = rowsOf('AGENTS.md').find(([first]) => first === `\`src/${folder}\``);
      expect(row, folder).toBeDefined();
      if (ours.length > 0) expect(row?.[2], folder).toBe(ours.join(', '));
    }
  });

  it('names every script a person would run', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = read('AGENTS.md');
    const partsOfCheck = ['format:check', 'lint', 'typecheck', 'generate:check'];
    for (const name of Object.keys(scripts).filter((script) => !partsOfCheck.includes(script)))
      expect(text, name).toMatch(new RegExp(`\`npm (?:run )?${name}(?: [^\`]*)?\``));
  });
});

describe('the documents', () => {
  it.each(['AGENTS.md', 'docs/operations.md', 'docs/errors.md', 'docs/glossary.md', 'docs/checklists.md'])(
    'link only to what is there, in %s',
    (path) => {
      const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
        ([, link = '']) => link,
      );
      for (const link of links) {
        const target = new URL(link, new URL(`../${path}`, import.meta.url));
        expect(() => readFileSync(target), link).not.toThrow(/ENOENT/);
      }
    },
  );
});
