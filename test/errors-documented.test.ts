import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TOKEN_REMEDIES } from '../src/cli/doctor/slack-answers.ts';
import { EXPLAINED_CODES } from '../src/cli/explain.ts';
import { REFUSAL_CODES } from '../src/domain/refusal.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Product sources below a folder of src/, each with its text. */
const sources = (folder = ''): readonly string[] =>
  readdirSync(new URL(`src/${folder}`, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => folder !== '' || !/^(sandbox|demo)\//.test(path))
    .map((path) => read(`src/${folder}${path}`));

const document = read('docs/errors.md');

/** Rows of the tables below a heading, as cells. */
const rowsOf = (heading: string): readonly (readonly string[])[] => {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/errors.md has no section "${heading}"`);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Codes of the first column, in the order of the document. */
const documented = (heading: string): readonly string[] =>
  rowsOf(heading).flatMap(([first = '']) => codesIn(first));

const sorted = (words: Iterable<string>): readonly string[] => [...new Set(words)].sort();

const matchesIn = (texts: readonly string[], ...patterns: readonly RegExp[]): readonly string[] =>
  texts.flatMap((text) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, found = '']) => found)),
  );

describe('docs/errors.md', () => {
  it('has exactly the refusals of the code, in their order', () => {
    expect(documented('Refusals')).toEqual(REFUSAL_CODES);
  });

  it('says for every code when it happens and what the person sees', () => {
    for (const heading of [
      'Refusals',
      'Causes of check results',
      'Embedded Postgres',
      'At the terminal',
      'Slack',
    ])
      for (const cells of rowsOf(heading)) {
        expect(cells, cells[0]).toHaveLength(4);
        expect(cells[1], cells[0]).not.toBe('');
        expect(cells[2], cells[0]).not.toBe('');
      }
  });

  it('has exactly the causes the checks give', () => {
    const found = matchesIn(
      sources('checks/'),
      /\bcode: '([a-z_]+)'/g,
      /\b(?:down|refusedLogin)\(\s*'([a-z_]+)'/g,
      /\bourFault\([\s\S]{0,300}?,\s*'([a-z_]+)'/g,
    );
    expect(sorted(documented('Causes of check results'))).toEqual(sorted(found));
  });

  it('has exactly the codes of the embedded Postgres', () => {
    const found = matchesIn([read('src/services/embedded-postgres-error.ts')], /\| '([a-z_]+)'/g);
    expect(found.length).toBeGreaterThan(0);
    expect(sorted(documented('Embedded Postgres'))).toEqual(sorted(found));
  });

  it('has exactly the codes that are explained at the terminal', () => {
    expect(sorted(documented('At the terminal'))).toEqual(sorted(EXPLAINED_CODES));
  });

  it('has exactly what Slack may say of a token, and every problem while running', () => {
    const source = read('src/slack/messenger/problem.ts');
    const kinds = matchesIn([source], /readonly kind: '([a-z_]+)'/g);
    expect(sorted(documented('Slack'))).toEqual(sorted([...Object.keys(TOKEN_REMEDIES), ...kinds]));
    const answers = matchesIn(matchesIn([source], /new Set\(\[([^\]]*)\]/g), /'([a-z_]+)'/g);
    expect(answers.length).toBeGreaterThan(10);
    for (const answer of answers) expect(document, answer).toContain(`\`${answer}\``);
  });

  it('has exactly the log lines a person must act on', () => {
    const texts = sources();
    const found = matchesIn(texts, /\blog\s*\.error\(\s*(?:\{[^}]*\}|\w+),\s*'([a-z_]+)'/g);
    const events = documented('Log lines at level error');
    expect(events).toEqual(expect.arrayContaining([...found]));
    for (const event of events)
      expect(
        texts.some((text) => text.includes(`'${event}'`)),
        event,
      ).toBe(true);
  });
});
