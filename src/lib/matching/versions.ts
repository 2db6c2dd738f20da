import { coerce, compare, parse, Range, SemVer } from 'semver';

/** A version as read from text. */
export type Version = SemVer;

// Dates as versions have leading zeros (2024.01.05), and pre-releases stand in line with releases.
const READING = { includePrerelease: true, loose: true };

// 15.7-1 is the first Debian package of 15.7, not something before it.
const withoutRevision = (version: SemVer): SemVer =>
  typeof version.prerelease[0] === 'number'
    ? new SemVer(`${version.major}.${version.minor}.${version.patch}`)
    : version;

/** The first version in a text: "PostgreSQL 15.7 (Debian)" is 15.7.0. Undefined: no digit in it. */
export const parseVersion = (text: string): Version | undefined => {
  const found = coerce(text, READING);
  return found ? withoutRevision(found) : undefined;
};

/** A version that is written in full and nothing else: `1.2.3-rc.1`, `v1.2.3`. Undefined: anything else. */
export const exactVersion = (text: string): Version | undefined => parse(text.trim()) ?? undefined;

/** As people write it: `15.7.0`, `1.2.3-rc.1`. */
export const formatVersion = ({ version }: Version): string => version;

/** Negative, zero or positive; a pre-release stands before its release. */
export const compareVersions = (left: Version, right: Version): number => compare(left, right);

const rangeOf = (text: string): Range | undefined => {
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    return undefined; // not a range: that is the answer
  }
};

/**
 * A range as npm writes it: `>=1.2 <2`, `^1.2.3`, `~1.2`, `1.x`, `1.2 - 1.4`, `||` between alternatives; commas may stand
 * for spaces. Versions stand in one line, pre-releases too: `1.3.0-rc.1` lies in `>=1.2`. Undefined: not a range.
 */
export const parseRange = (text: string): ((version: Version) => boolean) | undefined => {
  // For npm nothing at all is every version; here somebody forgot to write it.
  if (text.split('||').some((part) => part.trim() === '')) return undefined;
  const range = rangeOf(text.replaceAll(',', ' '));
  return range && ((version) => range.test(version));
};
