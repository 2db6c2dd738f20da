import { describe, expect, it } from 'vitest';
import type { Json } from '../lib/json.ts';
import { holds } from './conditions.ts';

const here = {
  environment: 'production',
  choices: { variants: { publish: 'script' }, parameters: { 'scale-out': true, replicas: 3 } },
};

describe('a condition', () => {
  it.each<[Readonly<Record<string, Json>>, boolean]>([
    [{}, true],
    [{ environment: 'production' }, true],
    [{ environment: { in: ['staging', 'production'] } }, true],
    [{ environment: { ne: 'production' } }, false],
    [{ 'variant.publish': 'script' }, true],
    [{ 'variant.publish': 'vendor' }, false],
    [{ 'parameter.scale-out': true }, true],
    [{ 'parameter.scale-out': 'true' }, false],
    [{ 'parameter.replicas': { gte: 3 } }, true],
    [{ 'variant.publish': 'script', 'parameter.replicas': { gt: 3 } }, false],
  ])('%j holds: %s', (condition, expected) => {
    expect(holds(condition, here)).toBe(expected);
  });

  it('on something without a value holds only when that is what it asks', () => {
    expect(holds({ 'parameter.sentry': true }, here)).toBe(false);
    expect(holds({ 'parameter.sentry': { ne: true } }, here)).toBe(false);
    expect(holds({ 'parameter.sentry': { absent: true } }, here)).toBe(true);
  });
});
