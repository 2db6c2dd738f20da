import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { judge, type Finding } from './judge.ts';
import { MATCHER_NAMES } from './matchers.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

const one = (expectation: Json, actual: Json, baseline?: Json): Finding =>
  judge(
    { v: expectation },
    { v: actual },
    { level: 'fail', now: NOW, ...(baseline !== undefined && { baseline: { v: baseline } }) },
  )[0]!;

const verdict = (expectation: Json, actual: Json): string => one(expectation, actual).verdict;

describe('a matcher', () => {
  it.each<[Json, Json]>([
    [200, 200],
    ['ok', 'ok'],
    [null, null],
    [
      [1, 'a'],
      [1, 'a'],
    ],
    [{ eq: { a: [1], b: 2 } }, { b: 2, a: [1] }],
    [{ ne: '3' }, 3],
    [{ gt: 1 }, 2],
    [{ gte: 2, lt: 3 }, 2],
    [{ lte: '200ms' }, 200],
    [{ lt: '5 MiB' }, 1_000_000],
    [{ lt: '80%' }, 79.9],
    [{ gte: 3 }, '3'],
    [{ gte: '3' }, 3],
    [{ lt: '1s' }, '200ms'],
    [{ gt: '2026-11-20T10:00:00Z' }, '2026-11-20T11:00:00+00:00'],
    [{ gt: '2026-11-20' }, '2026-11-20 00:00:01'],
    [{ between: [1, 5] }, 5],
    [{ between: ['100ms', '1s'] }, 100],
    [{ in: [200, 204] }, 204],
    [{ contains: 'ell' }, 'hello'],
    [{ contains: ['a', 'b'] }, ['b', 'c', 'a']],
    [{ contains: { id: 1 } }, [{ id: 1 }]],
    [{ contains: '/health' }, { '/health': {} }],
    [{ not_contains: 'x' }, 'hello'],
    [{ not_contains: ['x', 'y'] }, ['z']],
    [{ starts: 'Cockroach' }, 'CockroachDB v23'],
    [{ ends: '(head)' }, 'a1b2 (head)'],
    [{ matches: '^\\d+ rows$' }, '12 rows'],
    [{ matches: '(?i)OK' }, 'all ok'],
    [{ exists: true }, null],
    [{ absent: false }, 0],
    [{ empty: true }, ''],
    [{ empty: true }, []],
    [{ empty: true }, null],
    [{ empty: false }, 0],
    [{ length: 5 }, 'hällo'],
    [{ length: 1 }, '😀'],
    [{ length: { gte: 2, lt: 4 } }, [1, 2, 3]],
    [{ every: { gt: 0 } }, [1, 2]],
    [{ every: true }, { a: true, b: true }],
    [{ any: { starts: 'llama' } }, ['qwen', 'llama3']],
    [{ any: { length: { gt: 2 } } }, [[1], [1, 2, 3]]],
    [{ semver: '>=15.2 <16' }, 'PostgreSQL 15.7 (Debian)'],
    [{ semver: '^1.2' }, '1.9.3'],
    [{ age_lt: '24h' }, '2026-11-20T00:00:00Z'],
    [{ age_lt: '1m' }, 59_999],
    [{ age_lt: '1m' }, '2026-11-20T12:04:59Z'],
    [{ days_until_gt: 14 }, '2026-12-20T00:00:00Z'],
    [{ days_until_gt: 14 }, 15],
    [{ type: 'list' }, []],
    [{ type: 'number' }, 3],
    [{ type: 'integer' }, 3],
    [{ type: 'null' }, null],
  ])('%j holds for %j', (expectation, actual) => {
    expect(one(expectation, actual)).toMatchObject({ verdict: 'holds' });
  });

  it.each<[Json, Json]>([
    ['3', 3],
    [3, '3'],
    [true, 'true'],
    [0, null],
    [0, false],
    [
      [1, 2],
      [2, 1],
    ],
    [{ eq: { a: 1 } }, { a: 1, b: 2 }],
    [{ ne: 3 }, 3],
    [{ lt: 5 }, 5],
    [{ lt: 5 }, 'abc'],
    [{ lt: 5 }, true],
    [{ lt: 5 }, '4ms'],
    [{ lt: '5s' }, '4 MiB'],
    [{ gt: '2026-11-20' }, 'soon'],
    [{ between: [1, 5] }, 5.1],
    [{ in: [200, 204] }, '200'],
    [{ contains: 'x' }, 'hello'],
    [{ contains: 'x' }, 5],
    [{ contains: ['a', 'z'] }, ['a']],
    [{ not_contains: ['x', 'a'] }, ['a']],
    [{ not_contains: 'x' }, 5],
    [{ starts: 'a' }, 5],
    [{ matches: 'a' }, ['a']],
    [{ exists: false }, 1],
    [{ absent: true }, null],
    [{ empty: true }, [0]],
    [{ empty: false }, {}],
    [{ length: 2 }, 22],
    [{ every: { gt: 0 } }, [1, 0]],
    [{ any: 3 }, []],
    [{ any: 3 }, 3],
    [{ semver: '^2' }, '1.9'],
    [{ semver: '^2' }, 'none'],
    [{ age_lt: '24h' }, '2026-11-18T00:00:00Z'],
    [{ days_until_gt: 14 }, 14],
    [{ type: 'integer' }, 3.5],
    [{ type: 'string' }, null],
  ])('%j is false for %j', (expectation, actual) => {
    expect(one(expectation, actual)).toMatchObject({ verdict: 'fails' });
  });

  it.each<[string, Json, Json]>([
    ['null is not zero', { lt: 5 }, null],
    ['a backup of tomorrow has no age', { age_lt: '24h' }, '2026-11-21T12:00:00Z'],
    ['nor has one that says so in numbers', { age_lt: '24h' }, -600_000],
    ['null is no time', { age_lt: '1h' }, null],
    ['an empty list proves nothing', { every: { gt: 0 } }, []],
    ['an operand without a value', { gte: '${least-users}' }, 5],
    ['a placeholder deep inside', { in: [1, '${other}'] }, 1],
    ['an unknown matcher', { around: 5 }, 5],
    ['an empty map', {}, 5],
    ['a broken pattern', { matches: '(' }, 'x'],
    ['a broken unit', { lt: '5 parsecs' }, 1],
    ['a broken range', { semver: 'new' }, '1.0.0'],
    ['an empty text to look for', { contains: '' }, 'x'],
    ['nothing to look for', { contains: [] }, []],
    ['a change without an earlier value', { changed_by: '10%' }, 5],
    ['entries that cannot be told', { every: { lt: 5 } }, [1, null]],
  ])('cannot tell: %s', (_name, expectation, actual) => {
    expect(verdict(expectation, actual)).toBe('unknown');
  });

  it('needs the time for ages', () => {
    const [finding] = judge({ v: { age_lt: '1h' } }, { v: '2026-11-20T11:59:00Z' }, { level: 'fail' });
    expect(finding).toMatchObject({ verdict: 'unknown' });
  });

  it('compares with an earlier value', () => {
    expect(one({ changed_by: '10%' }, 108, 100)).toMatchObject({
      verdict: 'holds',
      line: 'v: expected a change of at most 10 %, got 108 after 100 (+8 %)',
    });
    expect(one({ changed_by: 10 }, 85, 100).verdict).toBe('fails');
    expect(one({ changed_by: { gte: '-1%' } }, 250, 100).verdict).toBe('holds');
    expect(one({ changed_by: { gte: '-1%' } }, 98, 100).verdict).toBe('fails');
    expect(one({ changed_by: '10%' }, 0, 0).verdict).toBe('holds');
    expect(one({ changed_by: '10%' }, 5, 0).verdict).toBe('unknown');
    expect(one({ changed_by: '10%' }, 'many', 5).verdict).toBe('unknown');
  });
});

describe('lines for people', () => {
  it.each<[Json, Json, string]>([
    [{ lt: '200ms' }, 240, 'v: expected < 200 ms, got 240 ms'],
    [{ lt: '2s' }, 2000.4, 'v: expected < 2 s, got 2000.4 ms'],
    [{ lt: '1 GiB' }, 1.5 * 2 ** 30, 'v: expected < 1 GiB, got 1.5 GiB'],
    [{ lt: 200 }, 240, 'v: expected < 200, got 240'],
    [{ gte: 3 }, '2', 'v: expected >= 3, got "2" (text read as 2)'],
    [200, 503, 'v: expected 200, got 503'],
    ['3', 3, 'v: expected "3", got 3'],
    [{ in: [200, 204] }, 500, 'v: expected one of 200, 204, got 500'],
    [{ between: ['1s', '5s'] }, 6000, 'v: expected between 1 s and 5 s, got 6 s'],
    [{ length: { gte: 32 } }, [1], 'v: expected length >= 32, got 1'],
    [
      { every: { eq: 'ok' } },
      ['ok', 'bad', 'worse'],
      'v: expected every entry "ok", got "bad" (2 of 3 entries)',
    ],
    [{ any: { gt: 5, lt: 9 } }, [1], 'v: expected at least one entry > 5 and < 9, got [1]'],
    [{ matches: '^ok' }, 'no', 'v: expected to match ^ok, got "no"'],
    [{ semver: '^2' }, 'v1.9', 'v: expected a version in ^2, got "v1.9" (read as 1.9.0)'],
    [{ days_until_gt: 14 }, 6, 'v: expected more than 14 days left, got 6 days'],
    [
      { age_lt: '24h' },
      '2026-11-18T12:00:00Z',
      'v: expected younger than 24 h, got 2 d old ("2026-11-18T12:00:00Z")',
    ],
    [{ exists: false }, 'x', 'v: expected not to exist, got "x"'],
    [{ empty: false }, [], 'v: expected something, got []'],
    [{ type: 'list' }, 'x', 'v: expected type list, got "x" (string)'],
    [{ lt: 5 }, 'abc', 'v: expected < 5, got "abc", which is not a number'],
    [{ lt: 5 }, '${x}', 'v: expected < 5, got "${x}", which is not a number'],
    [{ lt: '${x}' }, 5, 'v: expected < "${x}", got no value for x'],
  ])('%j on %j', (expectation, actual, line) => {
    expect(one(expectation, actual).line).toBe(line);
  });

  it('cut long values', () => {
    expect(one(1, 'x'.repeat(500)).line.length).toBeLessThan(120);
  });
});

describe('judge', () => {
  it('judges every expectation, each matcher on its own', () => {
    const findings = judge(
      { a: { gt: 1, lt: 2 }, b: 1, c: { exists: true } },
      { a: 5, b: 2 },
      { level: 'warn' },
    );
    expect(findings.map(({ path, verdict: of }) => [path, of])).toEqual([
      ['a', 'holds'],
      ['a', 'warns'],
      ['b', 'warns'],
      ['c', 'warns'],
    ]);
  });

  it('never judges what was not measured, whatever the matcher', () => {
    const operands: Readonly<Record<string, Json>> = {
      in: [1],
      between: [0, 1],
      length: 0,
      every: 1,
      any: 1,
    };
    const texts = ['contains', 'not_contains', 'starts', 'ends', 'matches'];
    for (const name of MATCHER_NAMES.filter((matcher) => matcher !== 'exists' && matcher !== 'absent')) {
      const operand =
        operands[name] ??
        (texts.includes(name) ? 'x' : name === 'empty' ? true : name === 'age_lt' ? '1h' : 0);
      const [finding] = judge({ 'nowhere.at[0].all': { [name]: operand } }, {}, { level: 'fail', now: NOW });
      expect([name, finding?.verdict]).toEqual([name, 'unknown']);
    }
  });

  it('answers the question of existence for what is missing', () => {
    const options = { level: 'fail' } as const;
    expect(judge({ x: { exists: true } }, {}, options)[0]?.verdict).toBe('fails');
    expect(judge({ x: { exists: false } }, {}, options)[0]?.verdict).toBe('holds');
    expect(judge({ x: { absent: true } }, {}, options)[0]?.verdict).toBe('holds');
    expect(judge({ x: { absent: false } }, {}, options)[0]?.verdict).toBe('fails');
  });

  it('asks existence of every entry and absence of each', () => {
    const options = { level: 'fail' } as const;
    const list = { items: [{ error: 'x' }, {}], none: [] };
    expect(judge({ 'items[*].error': { absent: true } }, list, options)[0]?.verdict).toBe('fails');
    expect(judge({ 'items[*].error': { exists: true } }, list, options)[0]?.verdict).toBe('fails');
    expect(judge({ 'items[*].other': { absent: true } }, list, options)[0]?.verdict).toBe('holds');
    expect(judge({ 'none[*].id': { absent: true } }, list, options)[0]?.verdict).toBe('holds');
    expect(judge({ 'none[*].id': { exists: true } }, list, options)[0]?.verdict).toBe('fails');
    expect(judge({ 'items[*].error': { every: 'x' } }, list, options)[0]?.verdict).toBe('unknown');
  });

  it('does not throw and never lets something malformed hold', () => {
    const expectations = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(expectations, fc.jsonValue(), (given, observation) => {
        const findings = judge(given as Record<string, Json>, observation as Json, {
          level: 'fail',
          now: NOW,
        });
        for (const finding of findings) expect(finding.line.length).toBeGreaterThan(0);
      }),
    );
    const malformed = fc.record({
      name: fc.constantFrom(...MATCHER_NAMES),
      operand: fc.constantFrom({}, { nope: 1 }),
    });
    fc.assert(
      fc.property(malformed, fc.jsonValue(), ({ name, operand }, actual) => {
        fc.pre(!['eq', 'ne', 'contains', 'not_contains'].includes(name));
        expect(verdict({ [name]: operand }, actual as Json)).toBe('unknown');
      }),
    );
  });

  it('orders numbers as numbers are ordered', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (actual, operand) => {
        expect(verdict({ lt: operand }, actual) === 'holds').toBe(actual < operand);
        expect(verdict({ gte: operand }, actual) === 'holds').toBe(actual >= operand);
        expect(verdict({ between: [operand, operand] }, actual) === 'holds').toBe(actual === operand);
      }),
    );
  });

  it('takes equality as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = JSON.parse(JSON.stringify(value)) as Json;
        fc.pre(!JSON.stringify(copy).includes('${'));
        expect(verdict({ eq: copy }, JSON.parse(JSON.stringify(copy)) as Json)).toBe('holds');
        expect(verdict({ ne: copy }, copy)).toBe('fails');
      }),
    );
  });
});
