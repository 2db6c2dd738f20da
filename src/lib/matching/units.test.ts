import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatQuantity,
  formatSize,
  parseDuration,
  parseQuantity,
  parseSize,
} from './units.ts';

describe('parseDuration', () => {
  it.each([
    ['200ms', 200],
    ['2s', 2000],
    ['1.5 h', 5_400_000],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['1h30m', 5_400_000],
    ['1d 2h', 93_600_000],
    ['2w', 1_209_600_000],
    ['+15m', 900_000],
    ['-2h', -7_200_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 M', '5 years', '1h-30m', '- 2h -', 'ms5', '1,5s', 'NaNs', '5mb'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('parseSize', () => {
  it.each([
    ['64B', 64],
    ['64 KB', 64_000],
    ['64KiB', 65_536],
    ['1.5 gib', 1_610_612_736],
    ['2TB', 2e12],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['5', '5m', '5 KBps', 'KB'])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('parseQuantity', () => {
  it('tells plain numbers, durations, sizes and percentages apart', () => {
    expect(parseQuantity('-3.5e2')).toEqual({ kind: 'plain', value: -350 });
    expect(parseQuantity('80 %')).toEqual({ kind: 'percent', value: 80 });
    expect(parseQuantity('5m')).toEqual({ kind: 'duration', value: 300_000 });
    expect(parseQuantity('5MB')).toEqual({ kind: 'size', value: 5_000_000 });
  });

  it.each(['', ' ', '0x10', 'Infinity', 'five', '1 2', '5%%', '1_000'])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe('words for quantities', () => {
  it.each([
    [0.4, '0.4 ms'],
    [240, '240 ms'],
    [2400, '2.4 s'],
    [60_000, '1 min'],
    [5_400_000, '1.5 h'],
    [36 * 3_600_000, '36 h'],
    [6 * 86_400_000, '6 d'],
    [-900_000, '-15 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('writes sizes in powers of 1024 and percentages with their sign', () => {
    expect(formatSize(512)).toBe('512 B');
    expect(formatSize(1.5 * 2 ** 20)).toBe('1.5 MiB');
    expect(formatQuantity({ kind: 'percent', value: 79.99999 })).toBe('80 %');
    expect(formatQuantity({ kind: 'plain', value: 1234567.89 })).toBe('1234567.89');
  });

  it('writes durations that read back within a thousandth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e10, noNaN: true }), (ms) => {
        const read = parseDuration(formatDuration(ms));
        expect(Math.abs((read ?? NaN) - ms) / ms).toBeLessThan(0.001);
      }),
    );
  });
});
