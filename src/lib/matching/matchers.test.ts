import { describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { expectationInWords, parseMatcher, validateExpectations } from './matchers.ts';

describe('validateExpectations', () => {
  it.each<[string, Json]>([
    ['status', 200],
    ['body.list', [1, 2]],
    ['p95', { lt: '200ms' }],
    ['rows[0].n', { gte: '${least-users}' }],
    ['x', { between: ['${low}', 5] }],
    ['x', { matches: '^${prefix}' }],
    ['x', { every: { length: { gte: 2 } } }],
    ['x', { changed_by: { gte: '-5%', lte: '+10%' } }],
    ['x', { eq: { any: 'object' } }],
    ['x', { days_until_gt: 14 }],
  ])('has nothing to say of %s: %j', (path, expectation) => {
    expect(validateExpectations({ [path]: expectation })).toEqual([]);
  });

  it.each<[string, Json, string]>([
    ['a..b', 1, 'path "a..b": expected a key at character 3'],
    ['a', { ltt: 5 }, 'a: unknown matcher "ltt" (a whole object is compared with {eq: ...})'],
    ['a', { status: 'healthy' }, 'a: unknown matcher "status" (a whole object is compared with {eq: ...})'],
    ['a', {}, 'a: an empty map expects nothing'],
    ['a', { matches: '(?=x)' }, 'a: matches pattern "(?=x)": look-around is not supported'],
    ['a', { lt: '5 parsecs' }, 'a: lt needs a number, a number with a unit (200ms, 5 GiB, 80%) or a time'],
    ['a', { between: [1] }, 'a: between needs a list of two: [lowest, highest], both included'],
    ['a', { in: [] }, 'a: in needs a list of values'],
    ['a', { exists: 'yes' }, 'a: exists needs true or false'],
    ['a', { type: 'text' }, 'a: type needs one of string, number, integer, boolean, null, list, object'],
    ['a', { semver: 'newest' }, 'a: semver needs a range such as ">=1.2 <2", ^1.2 or 15.x'],
    ['a', { age_lt: 5 }, 'a: age_lt needs a duration such as 24h'],
    ['a', { days_until_gt: '2w' }, 'a: days_until_gt needs a number of days'],
    [
      'a',
      { every: { nope: 1 } },
      'a: every unknown matcher "nope" (a whole object is compared with {eq: ...})',
    ],
    ['a', { length: 'long' }, 'a: length needs a number or a matcher'],
    ['a', { starts: 5 }, 'a: starts needs a text'],
    ['a', { contains: '' }, 'a: contains needs what to look for'],
    [
      'a',
      { changed_by: { eq: 5 } },
      'a: changed_by needs a percentage such as 10%, or {gte: "-5%", lte: "+10%"}',
    ],
  ])('says what is wrong with %s: %j', (path, expectation, problem) => {
    expect(validateExpectations({ [path]: expectation })).toEqual([problem]);
  });

  it('lists every problem, and that nothing is expected', () => {
    expect(validateExpectations({ 'a..b': { nope: 1 }, c: {} })).toHaveLength(3);
    expect(validateExpectations({})).toEqual(['an empty map expects nothing']);
  });
});

describe('parseMatcher', () => {
  it('reads bare values and lists as eq', () => {
    expect(parseMatcher([1])).toMatchObject({ ok: true, value: [{ name: 'eq', operand: [1] }] });
    expect(parseMatcher({ gt: 1, lt: 5 })).toMatchObject({
      ok: true,
      value: [{ name: 'gt' }, { name: 'lt' }],
    });
  });

  it('knows no matcher by the name of what every object has', () => {
    expect(parseMatcher(JSON.parse('{"constructor": 1}') as Json)).toMatchObject({ ok: false });
    expect(parseMatcher(JSON.parse('{"__proto__": 1}') as Json)).toMatchObject({ ok: false });
  });
});

describe('expectationInWords', () => {
  it('joins matchers', () => {
    expect(expectationInWords({ gte: '1s', lt: '5s' })).toBe('>= 1 s and < 5 s');
  });
});
