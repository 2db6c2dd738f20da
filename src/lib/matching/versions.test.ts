import { describe, expect, it } from 'vitest';
import { compareVersions, formatVersion, parseRange, parseVersion } from './versions.ts';

describe('parseVersion', () => {
  it.each([
    ['PostgreSQL 15.7 (Debian 15.7-1.pgdg120+1) on x86_64', '15.7.0'],
    ['v20.20.2', '20.20.2'],
    ['CockroachDB CCL v23.1.14 (x86_64)', '23.1.14'],
    ['1.2.3-rc.1', '1.2.3-rc.1'],
    ['1.2.3-20', '1.2.3'],
    ['7', '7.0.0'],
    ['2024.01.05', '2024.1.5'],
    ['v1.2.3+build.7', '1.2.3'],
  ])('reads %s as %s', (text, version) => {
    const read = parseVersion(text);
    expect(read && formatVersion(read)).toBe(version);
  });

  it('finds none where there is no digit', () => {
    expect(parseVersion('latest')).toBeUndefined();
  });
});

describe('compareVersions', () => {
  it('puts versions in the order of their releases', () => {
    const ordered = [
      '0.9.9',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-rc.2',
      '1.0.0-rc.10',
      '1.0.0',
      '1.0.10',
      '1.2.0',
    ];
    const shuffled = [...ordered].reverse().map((text) => parseVersion(text)!);
    expect(shuffled.sort(compareVersions).map(formatVersion)).toEqual(ordered);
  });
});

describe('parseRange', () => {
  it.each([
    ['>=1.2 <2', '1.2.0', true],
    ['>=1.2 <2', '2.0.0-rc.1', false],
    ['>=1.2, <2', '1.9.0', true],
    ['>= 1.2 < 2', '1.1.9', false],
    ['^0.2.3', '0.3.0', false],
    ['~1.2', '1.3.0', false],
    ['15.x', '15.9.1', true],
    ['15', '16.0.0', false],
    ['*', '3.1.4', true],
    ['1.2 - 1.4', '1.4.9', true],
    ['^1 || ^3', '3.5.0', true],
    ['=1.2.3', '1.2.3', true],
    ['>1', '1.9.9', false],
    ['<=1.2', '1.2.9', true],
    ['>=1.2', '1.3.0-rc.1', true],
    ['>=1.3.0', '1.3.0-rc.1', false],
  ])('%s on %s is %s', (range, version, holds) => {
    expect(parseRange(range)?.(parseVersion(version)!)).toBe(holds);
  });

  it.each(['', 'newest', '>=', '1.2.3.4', '||', '^1 ||', '>=1 <b', '1.x-rc'])('refuses %j', (range) => {
    expect(parseRange(range)).toBeUndefined();
  });
});
