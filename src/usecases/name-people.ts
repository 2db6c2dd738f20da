import type { Checklist, Environment } from '../domain/checklist.ts';
import type { NamedPeople, PersonId } from '../domain/deployment.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import { openRoles } from '../domain/roles.ts';
import type { Actor } from '../domain/situation.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import type { Loop } from './world.ts';

type Start = {
  readonly named: NamedPeople;
  readonly checklist: Checklist;
  readonly environment: Environment;
  /** Channel of the deployment: who acts has to be in it. */
  readonly channel: string;
};

/** The people named for open roles at a start, none left out in silence: whoever could not act there is refused, beside the role. */
export const namePeople = async (loop: Loop, start: Start): Promise<Result<NamedPeople, Refusal>> => {
  const named = Object.fromEntries(Object.entries(start.named).filter(([, people]) => people.length > 0));
  const open = openRoles(start.checklist, start.environment);
  const problems = await Promise.all(
    Object.entries(named).map(async ([role, people]) => {
      const problem = open.includes(role) ? await unfitIn(loop, people, start) : notOpen(role, start);
      return problem === '' ? [] : [[role, problem] as const];
    }),
  );
  const byRole = Object.fromEntries(problems.flat());
  const lines = Object.entries(byRole).map(([role, problem]) => `${role}: ${problem}`);
  if (lines.length === 0) return ok(named);
  const refused = refusal('person_unfit', lines.join('\n'));
  // A role that is not open any more has no field any more: the dialog was drawn again while it was being sent.
  return err(Object.keys(named).every((role) => open.includes(role)) ? { ...refused, byRole } : refused);
};

const notOpen = (role: string, { checklist, environment }: Start): string =>
  `In ${environment.environment} ${checklist.system} has no open role ${role}: nobody can be named for it here. Leave it empty.`;

const unfitIn = async (
  loop: Loop,
  people: readonly PersonId[],
  { environment, channel }: Start,
): Promise<string> => {
  const actors = await Promise.all(
    people.map((id) => loop.people.actor({ id, name: '' }, environment, { channel, from: undefined })),
  );
  return actors.flatMap((actor) => (actor.isFullMember ? [] : [unfitText(actor)])).join(' ');
};

const unfitText = ({ id, refused }: Actor): string => {
  switch (refused?.code) {
    case undefined:
      return `<@${id}> is a guest, a bot or not active any more, and cannot act. Name a full member of the channel.`;
    case 'not_a_member':
      return `<@${id}> is not in the channel of the deployment. Invite them first, or name somebody who is there.`;
    default:
      return `Slack did not say who <@${id}> is. Try again in a moment.`;
  }
};
