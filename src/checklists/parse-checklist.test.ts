import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseChecklist } from './parse-checklist.ts';
import type { KindRules } from './rules/checks.ts';

const kinds: KindRules = {
  http: (params) => [
    ...(params['url'] === undefined ? ['url: expected a URL'] : []),
    ...(typeof params['samples'] === 'string' ? ['samples: expected a number'] : []),
    ...Object.keys(params)
      .filter((key) => !['url', 'samples'].includes(key))
      .map((key) => `Unrecognized key: "${key}"`),
  ],
};

const problems = (text: string): string[] => {
  const parsed = parseChecklist(text, { name: 'bad', kinds });
  return parsed.ok ? [] : parsed.error.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

const startingWith = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);

const head = 'system: bad\ntitle: Bad\n';

/** A file with these items in one phase of prepare; the first item stands on line 8. */
const withItems = (...items: readonly string[]): string =>
  `${head}stages:\n  prepare:\n  - id: only\n    title: Only\n    items:\n${items.map((item) => `    - ${item}\n`).join('')}`;

type BadFile = { readonly refuses: string; readonly file: string; readonly problems: readonly string[] };

const badFiles = parse(
  readFileSync(new URL('../../test/fixtures/bad-checklists.yaml', import.meta.url), 'utf8'),
) as readonly BadFile[];

describe('a checklist file', () => {
  it.each(badFiles)('is refused for $refuses', ({ file, problems: named }) => {
    const expected = named.map((line): unknown =>
      line.endsWith('…') ? expect.stringMatching(startingWith(line.slice(0, -1))) : line,
    );
    expect(problems(file)).toEqual(expected);
  });
});

describe('YAML', () => {
  it('refuses aliases that unfold without end', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `x${n + 1}: &x${n + 1} [${Array(10).fill(`*x${n}`).join(', ')}]\n`,
    );
    expect(problems(`x0: &x0 lol\n${levels.join('')}`)).toContainEqual(
      expect.stringContaining('aliases unfold to more than 10000 values'),
    );
  });

  it('refuses a text of brackets', () => {
    expect(problems('['.repeat(5000)).length).toBeGreaterThan(0);
  });

  it('finds the place of a value behind an alias', () => {
    expect(
      problems(
        `${head}stages:\n  prepare: &all\n  - {id: a, titel: A, items: [{id: b, title: B}]}\n  watch: *all\n`,
      ),
    ).toContain('5:13 titel: unknown key; did you mean title?');
  });
});

describe('keys and values', () => {
  it('lists every problem at once', () => {
    expect(problems('title: 1\nstages: {prepare: 2}\nfoo: 3\n')).toEqual([
      '1:1 system is missing: expected text',
      '1:8 title: expected text, got a number',
      '2:19 prepare: expected a list, got a number',
      expect.stringMatching(/^3:1 foo: unknown key/),
    ]);
  });

  it('takes empty sections as absent', () => {
    expect(
      problems(
        `${head}stages:\n  prepare:\nparameters:\nroles:\nvariants:\nladder:\nrollback:\ninfo:\ncontacts:\n`,
      ),
    ).toEqual([]);
  });
});

describe('references inside a file', () => {
  it('takes roles as they come when the file declares none', () => {
    expect(problems(withItems('{id: a, title: A, owner: anybody}'))).toEqual([]);
  });

  it('knows approver and on_call without a declaration', () => {
    const roles = `roles: {lead: x}\n`;
    expect(problems(`${head}${roles}stages: {}\nsign_off: {roles: [approver, on_call]}\n`)).toEqual([]);
  });

  it('lets an item use what an earlier stage captured', () => {
    const before = '{id: p, title: P, items: [{id: a, title: A, check: {tcp: {}, capture: {n: open}}}]}';
    const after =
      '{id: q, title: Q, items: [{id: b, title: B, check: {tcp: {}, expect: {open: "${captured.n}"}}}]}';
    expect(problems(`${head}stages:\n  verify: [${after}]\n  prepare: [${before}]\n`)).toEqual([]);
  });

  it('lets a state check judge stages, phases, items and one of several checks', () => {
    expect(
      problems(
        withItems(
          '{id: a, title: A, checks: [{tcp: {}}]}',
          '{id: b, title: B, check: {state: {of: [prepare, only, a, a-1]}}}',
        ),
      ),
    ).toEqual([]);
  });
});

describe('checks', () => {
  it.each([
    [
      'a check that writes',
      'effect: write, check: {http: {url: http://a}, sampling: {count: 3, interval: 1s}}',
      'the effect write',
    ],
    ['a load', 'check: {load: {url: http://a}, sampling: {count: 3, interval: 1s}}', 'the effect load'],
    [
      'what is captured',
      'check: {http: {url: http://a}, capture: {n: status}, sampling: {count: 3, interval: 1s}}',
      'keeps no values',
    ],
    [
      'longer than a look waits',
      'check: {http: {url: http://a}, sampling: {count: 10, interval: 1m}}',
      'at most 4 minutes',
    ],
    ['a hurry', 'check: {http: {url: http://a}, sampling: {count: 10, interval: 10ms}}', 'at least 1s'],
    [
      'more measured than measurements',
      'check: {http: {url: http://a}, sampling: {count: 3, interval: 1s, min_samples: 4}}',
      'at most count',
    ],
  ])('are not measured several times: %s', (_what, item, why) => {
    expect(problems(withItems(`{id: a, title: A, ${item}}`))).toEqual([expect.stringContaining(why)]);
  });

  it('take a kind nobody knows with any parameters, or none', () => {
    expect(
      problems(
        withItems(
          '{id: a, title: A, check: {s3: {any: [1, {of: it}]}}}',
          '{id: b, title: B, check: {redis: }}',
        ),
      ),
    ).toEqual([]);
  });

  it('do not judge a parameter that is a placeholder', () => {
    const parameters = 'parameters: {n: {describe: N}}\n';
    const items = withItems('{id: a, title: A, check: {http: {url: x, samples: "${n}"}}}');
    expect(problems(items.replace(head, head + parameters))).toEqual([]);
  });

  it('judge a placeholder in an expectation by its default', () => {
    const items = withItems('{id: a, title: A, check: {tcp: {}, expect: {duration: {lt: "${limit}"}}}}');
    const file = (limit: string) =>
      items.replace(head, `${head}parameters: {limit: {describe: L${limit}}}\n`);
    expect(problems(file(''))).toEqual([]);
    expect(problems(file(', default: 2s'))).toEqual([]);
    expect(problems(file(', default: soon'))).toEqual([expect.stringMatching(/^9:61 expect: duration: lt /)]);
  });
});

describe('times', () => {
  const ladder = (rungs: string) => `${head}stages: {}\nladder: ${rungs}\n`;

  it.each(['*/15 8-18 * * mon-fri', '0 9 1,15 jan-mar *', '5 0 * * 0', '0 10 * * MON,wed', '0 0 * * 7'])(
    'take the series %s',
    (cron) => {
      expect(problems(ladder(`[{cron: "${cron}"}]`))).toEqual([]);
    },
  );
});

describe('secrets', () => {
  const key = ['sk', 'abcdefghijklmnop1234'].join('-');
  it.each([
    ['a password in a URL', 'postgres://app:hunter22@db/x', 'a password inside a URL'],
    ['a password with a slash-free user', 'redis://:hunter22@db:6379', 'a password inside a URL'],
    ['an API key', key, 'an API key'],
    ['a GitHub token', `ghp_${'a1'.repeat(18)}`, 'a GitHub token'],
    ['a Slack token', `xoxb-${'1234567890'.repeat(2)}`, 'a Slack token'],
    ['an AWS key', `AKIA${'ABCD1234'.repeat(2)}`, 'an AWS access key'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----', 'a private key'],
  ])('refuse %s and never repeat it', (_, secret, what) => {
    const [problem, ...more] = problems(withItems(`{id: a, title: A, note: "${secret}"}`));
    expect(problem).toBe(`8:32 ${what} stands in the file: secrets come only as env:NAME of the worker`);
    expect(more).toEqual([]);
  });

  it('are found in comments and in files that are no checklist', () => {
    expect(problems(`# ${key}\n- 1\n`)).toEqual([
      '1:3 an API key stands in the file: secrets come only as env:NAME of the worker',
    ]);
  });

  it('do not show through other messages', () => {
    const text = problems(`a: ${key}\n${key}: 1\n${key}: 2\nb: *${key}\nc: !${key} x\n`).join('\n');
    expect(text).not.toBe('');
    expect(text).not.toContain(key);
  });

  it.each([
    'postgres://app:${password}@db/x',
    'postgres://app:$PGPASSWORD@db/x',
    'postgres://app:***@db/x',
    'postgres://app:<password>@db/x',
    'task-management-of-the-release',
    'https://host:8080/a@b',
  ])('are not seen in %s', (text) => {
    const parameters = 'parameters: {password: {describe: P, secret: true}}\n';
    expect(
      problems(withItems(`{id: a, title: A, note: "${text}"}`).replace(head, head + parameters)),
    ).toEqual([]);
  });

  it('have no default and are never asked for', () => {
    expect(
      problems(`${head}stages: {}\nparameters: {key: {describe: K, secret: true, default: x, ask: true}}\n`),
    ).toEqual([
      '4:47 default: a secret has none; its value comes as env:NAME from the environment file',
      '4:59 ask: a secret is never typed in Slack',
    ]);
  });
});
