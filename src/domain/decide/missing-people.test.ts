import { expect, it } from 'vitest';
import { situationOf, userId } from '../../../test/support/situation.ts';
import { manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import type { RoleHolders } from '../situation.ts';
import { missingPeople } from './missing-people.ts';

const yaml = smallChecklist({
  prepare: [
    '{ id: consent, title: The board agrees, approval: { role: board } }',
    '{ id: nice, title: Nice to have, approval: { role: board }, required: false }',
  ],
  verify: [manual('a')],
  rest: 'sign_off: { roles: [owner, board] }',
});

const blockers = (people: Readonly<Record<string, readonly string[]>>, fourEyes = true) => {
  const holders = (role: string): RoleHolders => people[role]?.map(userId) ?? 'anyone';
  return missingPeople(situationOf({ yaml, policy: { fourEyes, holders } }));
};

it('nothing is missing where nobody is named, or somebody else is', () => {
  expect(blockers({})).toEqual([]);
  expect(blockers({ approver: ['ana', 'bob'], board: ['bob'], owner: ['ana'] })).toEqual([]);
});

it('names every role without a person at once, with what waits for it and the remedy', () => {
  expect(blockers({ approver: [], board: [], owner: [] })).toEqual([
    {
      code: 'role_without_person',
      message:
        'Roles without a person: approver (Go); board (The board agrees, its signature); owner (its signature). Slack knows nobody of those named under people in environments/production.yaml: correct the names there, or take the role out and any full member counts.',
    },
  ]);
});

it('names a Go and an approval that nobody but the starter could give', () => {
  expect(blockers({ approver: ['ana'], board: ['ana'] })).toEqual([
    {
      code: 'gate_unreachable',
      message:
        'Nobody but you could give Go here, and Go needs a second person. Name another approver in the environment file, or let somebody else start.',
    },
    {
      code: 'gate_unreachable',
      message:
        'Nobody but you could give The board agrees here, and The board agrees needs a second person. Name another board in the environment file, or let somebody else start.',
    },
  ]);
});

it('says to name another one too where the starter was named at the start', () => {
  const holders = (role: string): RoleHolders => (role === 'approver' ? [userId('ana')] : 'anyone');
  const situation = situationOf({
    yaml,
    policy: { fourEyes: true, holders },
    deployment: { named: { approver: [userId('ana')] } },
  });
  expect(missingPeople(situation).map(({ message }) => message)).toEqual([
    'Nobody but you could give Go here, and Go needs a second person. Name another approver too, or let somebody else start.',
  ]);
});

it('without four eyes the starter may give Go, and never an approval', () => {
  expect(blockers({ approver: ['ana'], board: ['ana'] }, false).map(({ message }) => message)).toEqual([
    expect.stringContaining('Nobody but you could give The board agrees'),
  ]);
});
