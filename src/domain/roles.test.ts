import { expect, it } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import { manual, smallChecklist } from '../../test/support/small-checklist.ts';
import type { Environment } from './checklist.ts';
import { openRoles, rolesOf, withNamed } from './roles.ts';

const { checklist } = situationOf({
  yaml: smallChecklist({
    prepare: [
      '{ id: consent, title: The board agrees, approval: { role: board } }',
      '{ id: all, title: All, items: [{ id: one, title: One, owner: dba }] }',
    ],
    verify: [manual('a', 'owner: tester')],
    rest: [
      'sign_off: { roles: [owner, board] }',
      'rollback: { plans: { app: { title: App, default: true, items: [{ id: b, title: B, owner: operator }] } } }',
    ].join('\n'),
  }),
});

const environment: Environment = {
  environment: 'production',
  timeZone: 'UTC',
  workHours: { days: [1], from: 540, to: 1020 },
  fourEyes: true,
  people: { approver: ['@ben'], board: [] },
  systems: {},
};

it('a checklist waits for those who decide first, then for owners wherever they stand, each once', () => {
  expect(rolesOf(checklist)).toEqual(['approver', 'on_call', 'owner', 'board', 'dba', 'tester', 'operator']);
});

it('a role is open where the file names nobody for it', () => {
  expect(openRoles(checklist, environment)).not.toContain('approver');
  expect(openRoles(checklist, environment)).toContain('board');
});

it('who is named holds an open role, and never one of the file', () => {
  const { people } = withNamed(environment, { approver: ['UEVA'], board: ['UEVA'], owner: [] });
  expect(people).toEqual({ approver: ['@ben'], board: ['UEVA'], owner: [] });
});
