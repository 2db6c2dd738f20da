import type { KnownBlock } from '@slack/types';
import type { PersonId } from '../../domain/deployment.ts';
import { INPUT } from '../ids.ts';
import { context, input } from '../kit.ts';
import { fitted, inline, mentions, plural } from '../text.ts';

export type StartRoles = {
  /** The environment file names nobody for them. `named`: at the last start of the place. */
  readonly open: readonly {
    readonly role: string;
    readonly named: readonly PersonId[];
    readonly isNeverStarter: boolean;
  }[];
  /** The environment file names these people. */
  readonly given: readonly { readonly role: string; readonly holders: readonly PersonId[] }[];
};

/** More would not fit into the dialog; those left out are held by any full member. */
const MOST_ROLES = 10;
/** The id of a block holds the whole name, and Slack takes 255 characters. */
const LONGEST_ROLE = 200;
/** More people do not fit into a line, and nobody feels asked. */
const MOST_NAMED = 10;
const LONGEST_CONTEXT = 1900;

/** Asks for people of the roles that are open, and says who holds the others. */
export const roleInputs = ({ open, given }: StartRoles): KnownBlock[] => {
  const asked = open.filter(({ role }) => role.length <= LONGEST_ROLE).slice(0, MOST_ROLES);
  return [...rolesLine(given, open.length - asked.length), ...asked.map(peopleInput)];
};

const peopleInput = ({ role, named, isNeverStarter }: StartRoles['open'][number]): KnownBlock => {
  const place = INPUT.named(role);
  const initial = named.slice(0, MOST_NAMED);
  return input(
    place,
    {
      label: role,
      element: {
        type: 'multi_users_select',
        action_id: place.action,
        max_selected_items: MOST_NAMED,
        ...(initial.length === 0 ? {} : { initial_users: initial }),
      },
    },
    {
      optional: true,
      hint: `Empty: any full member of the channel${isNeverStarter ? ' but whoever starts' : ''}.`,
    },
  );
};

const rolesLine = (given: StartRoles['given'], leftOut: number): KnownBlock[] => {
  const held = given.map(({ role, holders }) =>
    holders.length === 0 ? `${inline(role, 60)} nobody` : `${inline(role, 60)} ${mentions(holders)}`,
  );
  const parts = [
    ...(held.length === 0
      ? []
      : [`Named in the environment file: ${fitted(held, { max: LONGEST_CONTEXT - 100 })}`]),
    ...(leftOut > 0
      ? [`Not asked here: ${plural(leftOut, 'more role')}, for any full member of the channel`]
      : []),
  ];
  return parts.length === 0 ? [] : [context('roles', parts.join('\n'))];
};
