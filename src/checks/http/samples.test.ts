import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from './request.ts';
import { percentile, representative } from './samples.ts';

const answers = (...statuses: number[]): HttpAnswer[] =>
  statuses.map((status, position) => ({
    status,
    headers: {},
    body: { value: '' },
    durationMs: position,
    url: new URL('http://a.example'),
    firstByteMs: 1,
    redirects: [],
  }));

describe('percentile', () => {
  it('is the sample that so many do not exceed', () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([50, 95, 99].map((percent) => percentile(samples, percent))).toEqual([50, 95, 99]);
    expect([50, 95, 99].map((percent) => percentile([5, 1, 3], percent))).toEqual([3, 5, 5]);
    expect(percentile([7], 50)).toBe(7);
  });
});

describe('the answer that stands for several', () => {
  it.each([
    [[200, 200, 200], 200, 2],
    [[500, 200, 200, 200], 500, 0],
    [[401, 401, 200, 401], 200, 2],
    [[200, 503], 503, 1],
    [[200, 200, 500, 500, 404], 404, 4],
  ])('of %j is a %i', (statuses, status, position) => {
    expect(representative(answers(...statuses))).toMatchObject({ status, durationMs: position });
  });
});
