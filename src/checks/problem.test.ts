import { describe, expect, it } from 'vitest';
import { CheckProblem, errorCodeOf, isBug, problemOf } from './problem.ts';

const coded = (code: string): Error => Object.assign(new Error('raw text'), { code });

describe('an error of the network', () => {
  it.each([
    ['ECONNREFUSED', 'fail', true],
    ['ENOTFOUND', 'fail', true],
    ['ECONNRESET', 'fail', true],
    ['EAI_AGAIN', 'error', true],
    ['ENETUNREACH', 'error', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'timed_out', true],
    ['CERT_HAS_EXPIRED', 'fail', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'fail', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'fail', false],
    ['HPE_INVALID_CONSTANT', 'fail', false],
    ['UND_ERR_INVALID_ARG', 'error', false],
    ['ESOMETHING', 'error', false],
  ])('%s is %s', (code, outcome, isTransport) => {
    const problem = problemOf(coded(code), 'api:443');
    expect(problem).toMatchObject({ outcome, isTransport });
    expect(problem.message).toMatch(/^api:443/);
    expect(problem.message).not.toContain('raw text');
  });

  it('is found in the cause and among several', () => {
    expect(errorCodeOf(new Error('a', { cause: coded('ECONNREFUSED') }))).toBe('ECONNREFUSED');
    expect(errorCodeOf(new AggregateError([coded('ECONNREFUSED'), coded('X')]))).toBe('ECONNREFUSED');
    expect(errorCodeOf('text')).toBeUndefined();
  });

  it('stays what it is when it is already in our terms', () => {
    const problem = new CheckProblem('x', { outcome: 'fail', code: 'y' });
    expect(problemOf(problem, 'z')).toBe(problem);
  });

  it('that nobody foresaw is a bug, and no name of an object is taken for a code', () => {
    expect(isBug(problemOf(new TypeError('x'), 'y'))).toBe(true);
    expect(isBug(problemOf(coded('constructor'), 'y'))).toBe(true);
    expect(isBug(problemOf(coded('ECONNREFUSED'), 'y'))).toBe(false);
  });
});
