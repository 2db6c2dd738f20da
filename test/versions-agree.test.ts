import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { parseRange, parseVersion } from '../src/lib/matching/versions.ts';

const part = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3).map(String) },
  { weight: 1, arbitrary: fc.constant('x') },
);
const partial = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => {
  const wild = parts.indexOf('x');
  return (wild === -1 ? parts : parts.slice(0, wild + 1)).join('.');
});
const comparator = fc
  .tuple(fc.constantFrom('', '=', '<', '<=', '>', '>=', '^', '~'), partial)
  .map((pair) => pair.join(''));
const conjunction = fc.oneof(
  fc.array(comparator, { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
  fc.tuple(partial, partial).map(([low, high]) => `${low} - ${high}`),
);
const range = fc.array(conjunction, { minLength: 1, maxLength: 2 }).map((all) => all.join(' || '));
const version = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).map((parts) => parts.join('.'));

describe('ranges', () => {
  it('mean for releases what npm’s own library says they mean', () => {
    fc.assert(
      fc.property(range, version, (text, release) => {
        const ours = parseRange(text)?.(parseVersion(release)!);
        expect([text, release, ours]).toEqual([text, release, semver.satisfies(release, text)]);
      }),
      { numRuns: 5000 },
    );
  });
});
