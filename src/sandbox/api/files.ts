import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { fileJson } from '../workspace/message-json.ts';
import { addMessage } from '../workspace/messages.ts';
import { defineMethod, readJson, whole } from './method.ts';
import { joinedChannel } from './reach.ts';
import type { Method } from './method.ts';

/** Slack's cap for text snippets. */
const SNIPPET_BYTES = 1024 * 1024;

const getUploadUrl = defineMethod({
  tier: 4,
  args: z.object({
    filename: z.string().min(1),
    length: whole,
    alt_txt: z.string().max(1000).optional(),
    snippet_type: z.string().optional(),
  }),
  run: (args, engine) => {
    if (args.length < 1) return err({ error: 'file_upload_size_restricted' });
    if (args.snippet_type !== undefined && args.length > SNIPPET_BYTES)
      return err({ error: 'snippet_too_large' });
    const id = engine.ws.ids.next('F');
    engine.ws.files.set(id, {
      id,
      name: args.filename,
      title: args.filename,
      length: args.length,
      content: undefined,
      user: engine.ws.botUserId,
      shared: undefined,
    });
    return ok({ upload_url: `${engine.baseUrl()}/upload/v1/${id}`, file_id: id });
  },
});

const filesSchema = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

const completeUpload = defineMethod({
  tier: 4,
  args: z.object({
    files: z.unknown(),
    channel_id: z.string().optional(),
    thread_ts: z.string().optional(),
    initial_comment: z.string().optional(),
  }),
  run: (args, engine) => {
    const { ws } = engine;
    const json = readJson(args.files);
    const wanted = filesSchema.safeParse(json.ok ? json.value : undefined);
    if (!wanted.success) {
      return err({ error: 'invalid_arguments', messages: ['[ERROR] missing required field: files'] });
    }
    const files = wanted.data.flatMap(({ id }) => ws.files.get(id) ?? []);
    if (files.length < wanted.data.length || files.some((file) => file.content === undefined)) {
      return err({ error: 'file_not_found' });
    }
    for (const { id, title } of wanted.data) {
      const file = ws.files.get(id);
      if (file !== undefined && title !== undefined) file.title = title;
    }
    if (args.channel_id !== undefined) {
      const channel = joinedChannel(ws, args.channel_id);
      if (!channel.ok) return channel;
      for (const file of files) file.shared = { channel: channel.value.id, threadTs: args.thread_ts };
      addMessage(ws, {
        channel: channel.value,
        author: ws.botUserId,
        origin: 'api',
        text: args.initial_comment ?? '',
        threadTs: args.thread_ts,
        files: files.map(({ id }) => id),
      });
    }
    return ok({ files: files.map((file) => fileJson(file, engine.baseUrl())) });
  },
});

const info = defineMethod({
  tier: 4,
  args: z.object({ file: z.string() }),
  run: (args, engine) => {
    const file = engine.ws.files.get(args.file);
    if (file?.content === undefined) return err({ error: 'file_not_found' });
    return ok({ file: fileJson(file, engine.baseUrl()), content: file.content.toString('utf8') });
  },
});

export const fileMethods: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
  'files.info': info,
};
