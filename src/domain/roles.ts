import { APPROVER } from './actor.ts';
import type { Checklist, Environment, Item } from './checklist.ts';
import type { NamedPeople } from './deployment.ts';

/** Who is called when something breaks. */
export const ON_CALL = 'on_call';

/** Every role a deployment of this checklist may wait for, whatever is chosen: those who decide and sign first, then owners. */
export const rolesOf = (checklist: Checklist): readonly string[] => {
  const items = itemsOf(checklist);
  const phases = Object.values(checklist.stages).flat();
  return [
    ...new Set([
      APPROVER,
      ON_CALL,
      ...checklist.signOff.roles,
      ...approvalRoles(checklist),
      ...[...phases, ...items].flatMap(({ owner }) => owner ?? []),
    ]),
  ];
};

/** Roles that give an approval; whoever started never does. */
export const approvalRoles = (checklist: Checklist): readonly string[] =>
  itemsOf(checklist).flatMap(({ body }) => (body.kind === 'approval' ? [body.role] : []));

const itemsOf = ({ stages, criteria, rollback }: Checklist): readonly Item[] =>
  [
    ...Object.values(stages).flatMap((phases) => phases.flatMap(({ items }) => items)),
    ...(criteria?.items ?? []),
    ...Object.values(rollback.plans).flatMap(({ items }) => items),
    ...rollback.after,
  ].flatMap(withChildren);

const withChildren = (item: Item): readonly Item[] => [
  item,
  ...(item.body.kind === 'parent' ? item.body.items.flatMap(withChildren) : []),
];

/** Whether the environment file names people for a role. Only where it does not can somebody be named at a start. */
export const isGiven = ({ people }: Environment, role: string): boolean => (people[role] ?? []).length > 0;

/** Roles of a checklist for which the environment file names nobody. */
export const openRoles = (checklist: Checklist, environment: Environment): readonly string[] =>
  rolesOf(checklist).filter((role) => !isGiven(environment, role));

/** The environment with the people named at a start in its open roles: naming narrows who may act, and never overrides the file. */
export const withNamed = (environment: Environment, named: NamedPeople): Environment => ({
  ...environment,
  people: {
    ...environment.people,
    ...Object.fromEntries(Object.entries(named).filter(([role]) => !isGiven(environment, role))),
  },
});
