import { describe, expect, test } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import { DEFAULT_RULES } from '../domain/situation.ts';
import { situate } from './situate.ts';
import type { Loop } from './world.ts';

const { deployment, checklist, policy, calendar } = situationOf();

const never = (): never => {
  throw new Error('not asked here');
};

const loop: Loop = {
  teamId: 'T1',
  transact: never,
  files: () => ({ checklists: new Map(), environments: new Map(), broken: new Map() }),
  people: { policyOf: () => policy, actor: never, channelId: never, nameOf: never },
  effective: never,
  holds: never,
  readiness: never,
  hasEnv: never,
  calendarOf: () => calendar,
  rules: DEFAULT_RULES,
  now: never,
  newId: never,
  log: { error: never, warn: never, info: never, debug: never },
};

const secondLookOf = (secondLookMs?: number): number => {
  const pinned = { ...checklist, ...(secondLookMs !== undefined && { secondLookMs }) };
  return situate(loop, { deployment, checklist: pinned, now: 0 }).rules.secondLook;
};

describe('the rules of a deployment', () => {
  test('are the common ones, with the second look its environment asks for', () => {
    expect(secondLookOf()).toBe(60_000);
    expect(secondLookOf(5000)).toBe(5000);
  });
});
