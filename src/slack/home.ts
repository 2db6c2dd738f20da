import { WebClient } from '@slack/web-api';
import type { View } from '@slack/types';
import { header } from '../blocks/kit.ts';
import type { Message } from '../blocks/kit.ts';
import type { Log } from '../lib/log.ts';
import type { Show } from './intent.ts';
import type { Asked } from './listen.ts';
import { quietLogger } from './quiet-logger.ts';

export type HomeDeps = {
  readonly show: (show: Show, asked: Asked) => Promise<Message>;
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
};

/** The home tab: what waits for this person, and everything under way. Drawn when it is opened. */
export const createHome = ({
  show,
  token,
  apiUrl,
  fetch,
  log,
}: HomeDeps): ((person: string) => Promise<void>) => {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    timeout: 2500,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch,
    logger: quietLogger(log),
  });
  return async (person) => {
    const asked = { person: { id: person, name: '' }, triggerId: '' };
    try {
      const mine = await show({ what: 'mine' }, asked);
      const list = await show({ what: 'list' }, asked);
      const blocks = [...named('mine', 'What waits for you', mine), ...named('list', 'Under way', list)];
      await client.views.publish({ user_id: person, view: { type: 'home', blocks } satisfies View });
    } catch (err) {
      log.warn({ err, person }, 'home_not_drawn');
    }
  };
};

/** Two lists on one surface, each below its title: their blocks must not share ids. */
const named = (prefix: string, title: string, { blocks }: Message): Message['blocks'] =>
  [header(title), ...blocks].map((block) => ({
    ...block,
    ...('block_id' in block ? { block_id: `${prefix}.${block.block_id ?? ''}` } : {}),
  }));
