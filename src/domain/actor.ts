import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Refusal } from './refusal.ts';
import { refusal } from './refusal.ts';
import type { Actor, Situation } from './situation.ts';

export const APPROVER = 'approver';

/** People outside the channel and guests may look, not act. */
export const requireMember = (actor: Actor): Result<void, Refusal> =>
  actor.isFullMember
    ? ok(undefined)
    : err(
        actor.refused ??
          refusal('guest', 'Guests cannot act on a deployment. Ask a full member of this channel.'),
      );

/** True when nobody is named for the role (anyone counts) or the person is. */
export const standsIn = (actor: Actor, role: string, { policy }: Situation): boolean =>
  policy.holders(role) === 'anyone' || actor.roles.includes(role);

export type Decided = {
  readonly role: string;
  /** The decision in words, to begin a sentence with. */
  readonly what: string;
  /** The starter is refused even where four eyes are off. */
  readonly neverStarter?: boolean;
};

/**
 * A decision that needs a second pair of eyes: by a holder of the role and, where four eyes are asked, not by the
 * starter.
 */
export const requireSecondPerson = (
  situation: Situation,
  actor: Actor,
  { role, what, neverStarter = situation.policy.fourEyes }: Decided,
): Result<void, Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  if (neverStarter && actor.id === situation.deployment.startedBy) {
    const who = holdersText(situation, role, actor.id);
    return err(
      refusal(
        'second_person_needed',
        `You started this deployment: ${what} needs a second person. Ask ${who}.`,
      ),
    );
  }
  return standsIn(actor, role, situation)
    ? ok(undefined)
    : err(refusal('not_allowed', `${what} is given by ${holdersText(situation, role)}. Ask one of them.`));
};

/** The holders as mentions, for an answer: `<@U1> or <@U2>`; `any other full member of this channel` when nobody is named. */
export const holdersText = (situation: Situation, role: string, except?: string): string => {
  const holders = situation.policy.holders(role);
  const named = holders === 'anyone' ? [] : holders.filter((id) => id !== except);
  if (named.length > 0) return named.map((id) => `<@${id}>`).join(' or ');
  return holders === 'anyone'
    ? 'any other full member of this channel'
    : `somebody with the role ${role} (nobody else is named)`;
};
