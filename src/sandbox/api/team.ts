import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { defineMethod } from './method.ts';
import type { Method } from './method.ts';

const nothing = z.object({});

const apiTest = defineMethod({
  tier: 4,
  token: 'any',
  args: z.looseObject({ error: z.string().optional() }),
  run: (args) => (args.error === undefined ? ok({ args }) : err({ error: args.error })),
});

const authTest = defineMethod({
  tier: 'frequent',
  args: nothing,
  run: (_args, { ws, baseUrl }) =>
    ok({
      url: `${baseUrl()}/`,
      team: 'Sandbox',
      user: 'tminus',
      team_id: ws.teamId,
      user_id: ws.botUserId,
      bot_id: ws.botId,
      is_enterprise_install: false,
    }),
});

const openConnection = defineMethod({
  // Slack's pages name tier 1 and tier 3 for it; reconnect tests need the larger one.
  tier: 3,
  token: 'app',
  args: nothing,
  run: (_args, engine) => {
    const url = engine.socketUrl();
    return url === undefined ? err({ error: 'too_many_websockets' }) : ok({ url });
  },
});

const teamInfo = defineMethod({
  tier: 3,
  args: nothing,
  run: (_args, { ws }) =>
    ok({ team: { id: ws.teamId, name: 'Sandbox', domain: 'sandbox', email_domain: 'example.com' } }),
});

const botInfo = defineMethod({
  tier: 3,
  args: z.object({ bot: z.string().optional() }),
  run: (args, { ws }) =>
    args.bot === undefined || args.bot === ws.botId
      ? ok({ bot: { id: ws.botId, deleted: false, name: 'tminus', app_id: ws.appId, user_id: ws.botUserId } })
      : err({ error: 'bot_not_found' }),
});

export const teamMethods: Readonly<Record<string, Method>> = {
  'api.test': apiTest,
  'auth.test': authTest,
  'apps.connections.open': openConnection,
  'team.info': teamInfo,
  'bots.info': botInfo,
};
