import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { defineMethod, flag, page, paging } from './method.ts';
import type { Member, Workspace } from '../workspace/state.ts';
import type { Method } from './method.ts';

const memberJson = (ws: Workspace, person: Member): Record<string, unknown> => ({
  id: person.id,
  team_id: ws.teamId,
  name: person.name,
  real_name: person.realName,
  deleted: false,
  tz: 'Europe/Berlin',
  tz_label: 'Central European Time',
  tz_offset: 3600,
  profile: {
    real_name: person.realName,
    display_name: person.name,
    email: `${person.name}@example.com`,
    team: ws.teamId,
  },
  is_admin: false,
  is_owner: false,
  is_bot: false,
  is_app_user: false,
  is_restricted: person.guest,
  is_ultra_restricted: false,
});

const botJson = (ws: Workspace): Record<string, unknown> => ({
  ...memberJson(ws, { id: ws.botUserId, name: 'tminus', realName: 'tminus', guest: false }),
  is_bot: true,
  profile: { real_name: 'tminus', display_name: 'tminus', bot_id: ws.botId, api_app_id: ws.appId },
});

const info = defineMethod({
  tier: 4,
  args: z.object({ user: z.string() }),
  run: (args, { ws }) => {
    if (args.user === ws.botUserId) return ok({ user: botJson(ws) });
    const person = ws.people.get(args.user);
    return person === undefined ? err({ error: 'user_not_found' }) : ok({ user: memberJson(ws, person) });
  },
});

const list = defineMethod({
  tier: 2,
  args: z.object(paging),
  run: (args, { ws }) => {
    const everybody = [...[...ws.people.values()].map((person) => memberJson(ws, person)), botJson(ws)];
    const { items, next } = page(everybody, args);
    return ok({ members: items, response_metadata: { next_cursor: next } });
  },
});

const lookupByEmail = defineMethod({
  tier: 3,
  args: z.object({ email: z.string() }),
  run: (args, { ws }) => {
    const person = [...ws.people.values()].find(({ name }) => `${name}@example.com` === args.email);
    return person === undefined ? err({ error: 'users_not_found' }) : ok({ user: memberJson(ws, person) });
  },
});

const groups = defineMethod({
  tier: 2,
  args: z.object({ include_users: flag.optional(), include_count: flag.optional() }),
  run: (args, { ws }) =>
    ok({
      usergroups: ws.userGroups.map((group) => ({
        id: group.id,
        team_id: ws.teamId,
        is_usergroup: true,
        name: group.name,
        handle: group.handle,
        description: '',
        date_delete: 0,
        ...(args.include_users === true ? { users: group.users } : {}),
        ...(args.include_count === true ? { user_count: group.users.length } : {}),
      })),
    }),
});

const groupUsers = defineMethod({
  tier: 2,
  args: z.object({ usergroup: z.string() }),
  run: (args, { ws }) => {
    const group = ws.userGroups.find(({ id }) => id === args.usergroup);
    return group === undefined ? err({ error: 'no_such_subteam' }) : ok({ users: group.users });
  },
});

export const userMethods: Readonly<Record<string, Method>> = {
  'users.info': info,
  'users.list': list,
  'users.lookupByEmail': lookupByEmail,
  'usergroups.list': groups,
  'usergroups.users.list': groupUsers,
};
