import { describe, expect, test } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import type { Readiness } from '../domain/check.ts';
import type { Environment, Item } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { PlanItem } from '../domain/plan.ts';
import { boardOf } from '../domain/standing.ts';
import { DEFAULT_RULES } from '../domain/situation.ts';
import { environmentFor, environmentOf, situate } from './situate.ts';
import type { Files, Loop } from './world.ts';

const { deployment, checklist, policy, calendar } = situationOf();

/** A line of the checklist that is a check, with something else in it. */
const itemOf = (given: Pick<Item, 'body'>): PlanItem => {
  const entry = boardOf(situationOf()).plan.items[0]!;
  return { ...entry, item: { ...entry.item, ...given } };
};

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
  hasRunner: never,
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

const readinessOf = (version: string | null, wanted: string): Readiness => {
  const check = { kind: 'http', params: { url: 'http://a' }, expect: { 'body.version': wanted } };
  const entry = itemOf({ body: { kind: 'check', check, effect: 'read' } });
  const connected: Loop = { ...loop, readiness: () => ({ kind: 'connected' }) };
  return situate(connected, { deployment: { ...deployment, version }, checklist, now: 0 }).readiness(entry);
};

describe('a check of the version', () => {
  test('waits by hand until there is one, instead of breaking', () => {
    const missing = { kind: 'not_connected', missing: ['version not set'] };
    expect(readinessOf(null, '${deployment.version}')).toEqual(missing);
    expect(readinessOf('1.2.0', '${deployment.version}')).toEqual({ kind: 'connected' });
    expect(readinessOf(null, '1.2.0')).toEqual({ kind: 'connected' });
  });
});

const heldIn = (files: Partial<Files>, named?: Deployment['named']) => {
  const known: Loop = {
    ...loop,
    files: () => ({ checklists: new Map(), environments: new Map(), broken: new Map(), ...files }),
    people: {
      ...loop.people,
      policyOf: ({ people }) => ({ ...policy, holders: (role) => people[role] ?? 'anyone' }),
    },
  };
  const place = { ...deployment, environment: 'production', ...(named !== undefined && { named }) };
  return situate(known, { deployment: place, checklist, now: 0 }).policy;
};
const fileNaming = (people: Environment['people']): Partial<Files> => ({
  environments: new Map([['production', { ...environmentOf(loop, 'production'), people }]]),
});
const BROKEN: Partial<Files> = {
  broken: new Map([
    ['environments/production', [{ file: 'production.yaml', line: 1, column: 1, message: 'is no map' }]],
  ]),
};

describe('who was named for a role at the start', () => {
  test('holds it where the file names nobody', () => {
    const { holders } = heldIn(fileNaming({ approver: ['UBEN'] }), { approver: ['UEVA'], dba: ['UEVA'] });
    expect([holders('approver'), holders('dba'), holders('tester')]).toEqual([['UBEN'], ['UEVA'], 'anyone']);
  });

  test('is nobody where the file cannot be read, and a deployment of before names nobody', () => {
    expect(heldIn(BROKEN, { approver: ['UEVA'] }).holders('approver')).toEqual([]);
    expect(
      environmentFor(
        { ...loop, files: () => ({ ...loop.files(), ...BROKEN }) },
        { environment: 'production', named: { approver: ['UEVA'] } },
      ).people,
    ).toEqual({});
    expect(heldIn({}).holders('approver')).toBe('anyone');
  });
});

describe('the rules of a deployment', () => {
  test('are the common ones, with the second look its environment asks for', () => {
    expect(secondLookOf()).toBe(60_000);
    expect(secondLookOf(5000)).toBe(5000);
  });
});
