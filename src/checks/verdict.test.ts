import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckDefinition } from '../domain/check.ts';
import type { Json } from '../lib/json.ts';
import { MATCHER_NAMES, validateExpectations } from '../lib/matching/matchers.ts';
import type { Measured } from './check.ts';
import { decidingFinding, expectationProblems, reachVerdict, type Verdict } from './verdict.ts';

const judgeIt = (measured: Measured, definition: Partial<CheckDefinition>): Verdict =>
  reachVerdict(measured, {
    definition: { kind: 'http', params: {}, ...definition },
    passes: { status: { lt: 400 } },
    now: new Date(0),
  });

const measured: Measured = { observation: { status: 200, p95: 900, body: { a: 1, token: 'abc' } } };

describe('a verdict', () => {
  it('takes what the kind expects when nothing else is', () => {
    expect(judgeIt(measured, {}).outcome).toBe('pass');
    expect(judgeIt({ observation: { status: 500 } }, {}).outcome).toBe('fail');
    expect(judgeIt({ observation: { status: 500 } }, { expect: { status: 500 } }).outcome).toBe('pass');
    expect(judgeIt({ observation: { status: 500, p95: 1 } }, { warn: { p95: { lt: 5 } } }).outcome).toBe(
      'fail',
    );
  });

  it.each<[string, Partial<CheckDefinition>]>([
    ['fail', { expect: { status: 201, nowhere: 1 }, warn: { p95: { lt: 5 } } }],
    ['inconclusive', { expect: { status: 200, nowhere: 1 }, warn: { p95: { lt: 5 } } }],
    ['inconclusive', { expect: { status: 200 }, warn: { nowhere: 1 } }],
    ['warn', { expect: { status: 200 }, warn: { p95: { lt: '800ms' } } }],
    ['pass', { expect: { status: 200 }, warn: { p95: { lt: '1s' } } }],
    ['inconclusive', { expect: { status: 200 }, capture: { x: 'body.missing' } }],
  ])('is %s for %j', (outcome, definition) => {
    expect(judgeIt(measured, definition).outcome).toBe(outcome);
  });

  it('keeps values also when it is bad: a person may accept it', () => {
    expect(judgeIt(measured, { expect: { status: 201 }, capture: { a: 'body.a' } }).captured).toEqual({
      a: 1,
    });
  });

  it('names the finding that decided and how many there are like it', () => {
    const verdict = judgeIt(measured, { expect: { status: 200, p95: 1, 'body.a': 2 }, warn: { status: 1 } });
    expect(decidingFinding(verdict)).toMatchObject({ finding: { path: 'p95' }, more: 1 });
    expect(decidingFinding(judgeIt(measured, {}))).toBeUndefined();
  });

  it('does not show what stands under a telling name', () => {
    const [finding] = judgeIt(measured, { expect: { 'body.token': { starts: 'x' } } }).findings;
    expect(finding).toEqual({
      path: 'body.token',
      verdict: 'fails',
      line: 'body.token: expected to start with "x", got a value that is not shown',
    });
  });
});

describe('what is not all there', () => {
  const part: Measured = {
    observation: { status: 200, body: 'begins well', rows: [{ n: 1 }], count: 200 },
    incomplete: [
      { key: 'body', reason: 'is larger than 256 KiB' },
      { key: 'rows', reason: 'are more than 200' },
      { key: 'count', reason: 'is more than 200' },
    ],
  };

  it.each([
    { body: { not_contains: 'error' } },
    { body: { absent: true } },
    { 'body.error': { absent: true } },
    { 'body.error': { exists: false } },
    { body: { gt: 5 } },
    { 'rows[*].n': { exists: true } },
    { 'rows[*].n': { contains: 1 } },
    { 'rows[3].n': { exists: false } },
    { body: { ends: 'well' } },
    { body: { matches: 'well$' } },
    { body: 'begins well' },
    { body: { length: { lt: 20 } } },
    { body: { contains: 'begins', not_contains: 'x' } },
    { 'rows[*].n': { every: 1 } },
    { rows: { length: 1 } },
    { count: 200 },
    { count: { lt: 500 } },
  ])('does not let %j hold', (expect_) => {
    expect(judgeIt(part, { expect: expect_ }).outcome).toBe('inconclusive');
  });

  it.each([
    { body: { contains: 'well' } },
    { body: { starts: 'begins' } },
    { 'rows[0].n': 1 },
    { count: { gte: 150 } },
    { status: 200 },
  ])('still judges %j, which the rest cannot change', (expect_) => {
    expect(judgeIt(part, { expect: expect_ }).outcome).toBe('pass');
  });

  it('says why', () => {
    expect(judgeIt(part, { expect: { count: 200 } }).findings[0]?.line).toBe(
      'count: not judged, count is more than 200',
    );
  });

  it('is not judged by its part at all when the whole would be read as something else', () => {
    const incomplete = [{ key: 'body', reason: 'is larger than 256 KiB', isOtherwise: true }];
    const json: Measured = { observation: { body: '{"status": "ok", ' }, incomplete };
    expect(judgeIt(json, { expect: { body: { contains: 'status' } } }).outcome).toBe('inconclusive');
  });

  it('is not kept as if it were the whole', () => {
    const verdict = judgeIt(part, {
      expect: { status: 200 },
      capture: { users: 'count', first: 'rows[0].n' },
    });
    expect(verdict).toMatchObject({ outcome: 'inconclusive', captured: { first: 1 } });
    expect(verdict.captured).not.toHaveProperty('users');
  });
});

const entry = fc.constantFrom<Json>(0, 1, 'a', 'ab', null, { n: 1 }, { n: 2 }, { m: 1 }, {});
const whole = fc.oneof(
  fc.array(entry, { minLength: 1, maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '1', '2', '.', ' ', '-', 's'), minLength: 1, maxLength: 8 }),
  fc.constantFrom('2026-11-20 and more', '12 ms', '1.2.3-rc.1', '15.7.0'),
  fc.nat({ max: 20 }),
);

const partOf = (value: Json, share: number): Json => {
  if (typeof value === 'number') return Math.floor(value * share);
  return typeof value === 'string' || Array.isArray(value)
    ? (value.slice(0, Math.ceil(value.length * share)) as Json)
    : value;
};

const operands: readonly Json[] = [
  ...[true, false, 0, 1, 5, 'a', 'ab', 'b', '1', '24h', '10%', '.', '>=1', '2026-11-20', 'string', 'list'],
  ...[[1, 5], ['a', 'b'], { n: 1 }, { lt: 3 }, { gte: 1 }, { eq: 'a' }, { not_contains: 'b' }],
];
const expectations = MATCHER_NAMES.flatMap((name) => operands.map((operand) => ({ [name]: operand }))).filter(
  (one) => validateExpectations({ v: one }).length === 0,
);
const one = fc.constantFrom(...expectations);
const expectation = fc.oneof(
  one,
  fc.tuple(one, one).map(([first, second]) => ({ ...first, ...second })),
);
const path = fc.constantFrom('v', 'v.n', 'v[0]', 'v[0].n', 'v[1].n', 'v[9]', 'v[*]', 'v[*].n');

describe('a part, whatever is expected', () => {
  it('passes nothing that the whole does not pass', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(whole, share, path, expectation, (all, size, where, expected) => {
        const definition = { expect: { [where]: expected } };
        const cut = { observation: { v: partOf(all, size) }, incomplete: [{ key: 'v', reason: 'is cut' }] };
        if (judgeIt(cut, definition).outcome === 'pass')
          expect(judgeIt({ observation: { v: all } }, definition).outcome).toBe('pass');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('expectationProblems', () => {
  it('lists those of expect, warn and capture', () => {
    const definition = {
      kind: 'http',
      params: {},
      expect: { a: { nope: 1 } },
      warn: {},
      capture: { x: 'a..b' },
    };
    expect(expectationProblems(definition).map((problem) => problem.split(':')[0])).toEqual([
      'expect',
      'warn',
      'capture',
    ]);
  });
});
