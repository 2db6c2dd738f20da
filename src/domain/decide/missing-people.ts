import { APPROVER } from '../actor.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';

/** What only certain people can do: a Go, an approval or a signature. */
type Needed = {
  readonly role: string;
  readonly what: string;
  /** Whoever started can do it too. */
  readonly byStarter: boolean;
};

/** What nobody could decide later, told before it begins: roles without a person, and what only the starter could give. */
export const missingPeople = (situation: Situation): readonly Refusal[] => {
  const needed = decisionsOf(situation);
  const empty = needed.filter(({ role }) => othersIn(situation, role)?.length === 0);
  const nobody = empty.filter(({ role }) => situation.policy.holders(role).length === 0);
  const onlyStarter = empty.filter((need) => !nobody.includes(need) && !need.byStarter);
  return [
    ...(nobody.length === 0 ? [] : [rolesWithoutPerson(situation, nobody)]),
    ...onlyStarter.map((need) => onlyByStarter(situation, need)),
  ];
};

const decisionsOf = (situation: Situation): readonly Needed[] => [
  { role: APPROVER, what: 'Go', byStarter: !situation.policy.fourEyes },
  ...boardOf(situation).plan.items.flatMap(({ item, applies, section }): Needed[] =>
    item.body.kind === 'approval' && applies && item.required && section !== 'rollback'
      ? [{ role: item.body.role, what: item.title, byStarter: false }]
      : [],
  ),
  ...situation.checklist.signOff.roles.map((role) => ({ role, what: 'its signature', byStarter: true })),
];

/** The people of a role without the starter; undefined where nobody is named and any full member counts. */
const othersIn = ({ policy, deployment }: Situation, role: string): readonly string[] | undefined => {
  const holders = policy.holders(role);
  return holders === 'anyone' ? undefined : holders.filter((id) => id !== deployment.startedBy);
};

const rolesWithoutPerson = (
  { deployment }: Pick<Situation, 'deployment'>,
  nobody: readonly Needed[],
): Refusal => {
  const roles = [...new Set(nobody.map(({ role }) => role))].map((role) => {
    const whats = nobody.filter((need) => need.role === role).map(({ what }) => what);
    return `${role} (${[...new Set(whats)].join(', ')})`;
  });
  return refusal(
    'role_without_person',
    `Roles without a person: ${roles.join('; ')}. Slack knows nobody of those named under people in environments/${deployment.environment}.yaml: correct the names there, or take the role out and any full member counts.`,
  );
};

const onlyByStarter = (
  { deployment: { named } }: Pick<Situation, 'deployment'>,
  { role, what }: Needed,
): Refusal =>
  refusal(
    'gate_unreachable',
    `Nobody but you could give ${what} here, and ${what} needs a second person. Name another ${role} ${named?.[role] === undefined ? 'in the environment file' : 'too'}, or let somebody else start.`,
  );
