import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { requireMember, standsIn, holdersText } from '../actor.ts';
import type { DomainEvent } from '../events.ts';
import type { Refusal } from '../refusal.ts';
import { quoted, refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';
import { momentOf } from '../watch/ladder.ts';
import { namesOf, openRequired } from './open-items.ts';

export type SignOffInput = {
  readonly actor: Actor;
  /** Absent: the first unsigned role this person stands in. */
  readonly role?: string;
  /** Debts this person takes responsibility for. */
  readonly acceptedDebts: readonly string[];
};

/** Whether signatures are asked for now, and if not, why. */
export const signOffOpen = (situation: Situation): boolean => {
  const { deployment, checklist, now } = situation;
  if (deployment.state.kind !== 'watching') return false;
  const { opens } = checklist.signOff;
  if (opens === 'verified') return true;
  // A newer deployment leaves nothing to judge this one by.
  if (opens === 'criteria')
    return deployment.judgedOutcome !== undefined || deployment.supersededBy !== undefined;
  const at = momentOf(opens, deployment.anchors);
  return at !== undefined && now >= at;
};

export const unsignedRoles = ({ checklist, deployment }: Situation): readonly string[] =>
  checklist.signOff.roles.filter(
    (role) => !deployment.signatures.some((signature) => signature.role === role),
  );

/** One signature for one role, over settled work and accepted debts. Never undone. */
export const signOff = (
  situation: Situation,
  input: SignOffInput,
): Result<readonly DomainEvent[], Refusal> => {
  const { actor } = input;
  const role = signerRole(situation, input);
  if (!role.ok) return role;
  const sections = ['prepare', 'deploy', 'verify', 'watch'] as const;
  const open = openRequired(boardOf(situation), sections);
  if (open.length > 0) {
    return err(refusal('items_open', `Not ready to sign. Open required items: ${namesOf(open)}.`));
  }
  const owed = situation.deployment.debts.filter(
    (debt) => debt.acceptedBy === undefined && !input.acceptedDebts.includes(debt.id),
  );
  if (owed.length > 0) {
    const reasons = owed.map((debt) => `${titleOf(situation, debt.itemId)} ("${debt.reason}")`).join(', ');
    return err(refusal('debts_open', `Debts have to be accepted before signing: ${reasons}.`));
  }
  const acceptedDebts = situation.deployment.debts
    .filter((debt) => debt.acceptedBy === undefined)
    .map(({ id }) => id);
  return ok([{ type: 'signed', role: role.value, by: actor.id, acceptedDebts }]);
};

/** The role this person can sign for now. */
const signerRole = (
  situation: Situation,
  input: Omit<SignOffInput, 'acceptedDebts'>,
): Result<string, Refusal> => {
  const member = requireMember(input.actor);
  if (!member.ok) return member;
  return signOffOpen(situation) ? chooseRole(situation, input) : err(refuseNotOpen(situation));
};

/** Why this person's signature would be refused whatever else is ready; undefined: it would not. */
export const mayNotSign = (
  situation: Situation,
  input: Omit<SignOffInput, 'acceptedDebts'>,
): Refusal | undefined => {
  const role = signerRole(situation, input);
  return role.ok ? undefined : role.error;
};

const titleOf = (situation: Situation, itemId: string | null): string =>
  itemId === null
    ? 'Deployed over open items'
    : (boardOf(situation).plan.byId.get(itemId)?.item.title ?? itemId);

const refuseNotOpen = (situation: Situation): Refusal => {
  const { deployment, checklist } = situation;
  if (deployment.state.kind === 'completed')
    return refusal('sign_off_not_open', 'This deployment is completed.');
  const { opens } = checklist.signOff;
  const when =
    opens === 'verified'
      ? 'when verification is done'
      : opens === 'criteria'
        ? 'when the success criteria were judged'
        : 'later after T-0';
  const open = deployment.state.kind === 'verifying' ? openRequired(boardOf(situation), ['verify']) : [];
  const rest = open.length === 0 ? '' : ` Still open there: ${namesOf(open)}.`;
  return refusal('sign_off_not_open', `Sign-off opens ${when}.${rest}`);
};

const chooseRole = (
  situation: Situation,
  { actor, role }: Omit<SignOffInput, 'acceptedDebts'>,
): Result<string, Refusal> => {
  const { roles, samePerson } = situation.checklist.signOff;
  const unsigned = unsignedRoles(situation);
  if (role !== undefined && !roles.includes(role)) {
    return err(
      refusal('role_unknown', `${quoted(role)} is no sign-off role here. Roles: ${roles.join(', ')}.`),
    );
  }
  if (unsigned.length === 0) return err(refusal('already_signed', 'Every role has signed.'));
  if (role !== undefined && !unsigned.includes(role))
    return err(refusal('already_signed', `${role} has already signed.`));
  const own = situation.deployment.signatures.find((signature) => signature.by === actor.id);
  if (own !== undefined && samePerson !== true) {
    return err(
      refusal(
        'second_person_needed',
        `You signed as ${own.role} already; ${unsigned.join(' and ')} needs another person.`,
      ),
    );
  }
  const chosen = role ?? unsigned.find((candidate) => standsIn(actor, candidate, situation));
  if (chosen === undefined || !standsIn(actor, chosen, situation)) {
    const who = unsigned.map((name) => `${name}: ${holdersText(situation, name)}`).join('; ');
    return err(refusal('not_allowed', `You stand in none of the roles that have to sign. Open: ${who}.`));
  }
  return ok(chosen);
};
