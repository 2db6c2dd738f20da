import { APPROVER } from '../../domain/actor.ts';
import { ON_CALL } from '../../domain/roles.ts';
import type { Situation } from '../../domain/situation.ts';
import { mentions } from '../text.ts';

/** More people than these are not called at once. */
const MOST_CALLED = 5;

const named = ({ policy }: Situation, role: string): readonly string[] => {
  const holders = policy.holders(role);
  return holders === 'anyone' ? [] : holders;
};

export const called = (ids: readonly string[]): string =>
  mentions([...new Set(ids)].slice(0, MOST_CALLED), { word: 'and', most: MOST_CALLED });

/** Who is called when something broke: who deployed it, and who is on call. */
export const responders = (situation: Situation): readonly string[] => {
  const { deployedBy, goBy, startedBy } = situation.deployment;
  return [...new Set([deployedBy ?? goBy ?? startedBy, ...named(situation, ON_CALL)])];
};

/** Who is asked when the first ones do not answer: the backup role, else the approvers, else whoever is on call. */
export const backups = (situation: Situation): readonly string[] => {
  const first = ['backup', APPROVER, ON_CALL]
    .map((role) => named(situation, role))
    .find((ids) => ids.length > 0);
  return first ?? [situation.deployment.startedBy];
};
