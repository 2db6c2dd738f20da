import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { addMessage, findMessage, removeMessage, reviseMessage } from '../workspace/messages.ts';
import { isEmptyContent, readContent, contentArgs } from './content.ts';
import { flag } from './method.ts';
import type { Result } from '../../lib/result.ts';
import type { Engine } from '../engine.ts';
import type { ResponseGrant } from '../response-urls.ts';
import type { Channel, Message, Workspace } from '../workspace/state.ts';
import type { ApiRefusal } from './refusal.ts';

const replySchema = z.object({
  ...contentArgs,
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: flag.optional(),
  delete_original: flag.optional(),
  thread_ts: z.string().optional(),
});

type Reply = z.infer<typeof replySchema>;

const replace = (ws: Workspace, original: Message, reply: Reply): Result<undefined, ApiRefusal> => {
  const content = readContent(ws, reply);
  if (!content.ok) return content;
  if (isEmptyContent(content.value)) return err({ error: 'no_text' });
  reviseMessage(ws, original, {
    text: content.value.text ?? '',
    blocks: content.value.blocks ?? [],
    attachments: content.value.attachments ?? [],
  });
  return ok(undefined);
};

/** Posts what an app answered to a command or sent to a response_url; ephemeral unless it says in_channel. */
export const postReply = (
  engine: Engine,
  grant: ResponseGrant,
  raw: unknown,
): Result<undefined, ApiRefusal> => {
  const { ws } = engine;
  const parsed = replySchema.safeParse(typeof raw === 'string' ? { text: raw } : raw);
  const channel = ws.channels.get(grant.channel);
  if (!parsed.success || channel === undefined) return err({ error: 'invalid_payload' });
  const content = readContent(ws, parsed.data);
  if (!content.ok) return content;
  if (isEmptyContent(content.value)) return err({ error: 'no_text' });
  addMessage(ws, {
    ...content.value,
    channel,
    author: ws.botUserId,
    origin: 'respond',
    text: content.value.text ?? '',
    metadata: undefined,
    threadTs: parsed.data.thread_ts ?? grant.threadTs,
    ephemeralTo: parsed.data.response_type === 'in_channel' ? undefined : grant.person,
  });
  return ok(undefined);
};

const originalOf = (channel: Channel | undefined, grant: ResponseGrant): Message | undefined =>
  channel === undefined || grant.messageTs === undefined ? undefined : findMessage(channel, grant.messageTs);

/** One POST to a response_url. `expired_url` and `used_url` are told apart from broken content by their names. */
export const respond = (engine: Engine, token: string, raw: unknown): Result<undefined, ApiRefusal> => {
  const grant = engine.responseUrls.find(token);
  if (!grant.ok) return err({ error: grant.error });
  const parsed = replySchema.safeParse(raw);
  if (!parsed.success) return err({ error: 'invalid_payload' });
  const channel = engine.ws.channels.get(grant.value.channel);
  const original = originalOf(channel, grant.value);
  const done = ((): Result<undefined, ApiRefusal> => {
    if (parsed.data.delete_original === true && original !== undefined && channel !== undefined) {
      removeMessage(engine.ws, channel, original);
      return ok(undefined);
    }
    if (parsed.data.replace_original === true && original !== undefined) {
      return replace(engine.ws, original, parsed.data);
    }
    return postReply(engine, grant.value, raw);
  })();
  if (done.ok) engine.responseUrls.spend(token);
  return done;
};
