import { describe, expect, it } from 'vitest';
import type { CheckDefinition } from '../domain/check.ts';
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
