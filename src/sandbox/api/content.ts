import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { messageBlocks } from '../limits/blocks.ts';
import { checkMessageBlocks } from '../limits/check.ts';
import { storeBlocks } from '../workspace/stored-blocks.ts';
import { readJson } from './method.ts';
import type { Result } from '../../lib/result.ts';
import type { StoredBlock } from '../limits/blocks.ts';
import type { SandboxAttachment, SandboxMetadata } from '../public-types.ts';
import type { Workspace } from '../workspace/state.ts';
import type { ApiRefusal } from './refusal.ts';

/** What a message can be made of, as arguments of chat.* methods, a response_url or the reply to a command. */
export const contentArgs = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  metadata: z.unknown().optional(),
};

type ContentArgs = {
  readonly text?: string | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
};

/** Undefined: the argument was not given. */
export type Content = {
  readonly text: string | undefined;
  readonly blocks: readonly StoredBlock[] | undefined;
  readonly attachments: readonly SandboxAttachment[] | undefined;
  /** null: `{}` was given, which clears it. */
  readonly metadata: SandboxMetadata | null | undefined;
};

const metadataSchema = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});

const attachmentsSchema = z
  .array(
    z.looseObject({
      color: z.string().optional(),
      fallback: z.string().optional(),
      title: z.string().optional(),
      text: z.string().optional(),
      blocks: messageBlocks.optional(),
    }),
  )
  .max(100);

const readBlocks = (ws: Workspace, raw: unknown): Result<StoredBlock[] | undefined, ApiRefusal> => {
  if (raw === undefined || raw === '') return ok(undefined);
  const json = readJson(raw);
  if (!json.ok || !Array.isArray(json.value)) return err({ error: 'invalid_blocks_format' });
  const checked = checkMessageBlocks(json.value, ws.messageCharacters);
  return checked.ok ? ok(storeBlocks(ws.ids, checked.value)) : checked;
};

const readAttachments = (
  ws: Workspace,
  raw: unknown,
): Result<SandboxAttachment[] | undefined, ApiRefusal> => {
  if (raw === undefined || raw === '') return ok(undefined);
  const json = readJson(raw);
  if (json.ok && Array.isArray(json.value) && json.value.length > 100)
    return err({ error: 'too_many_attachments' });
  const parsed = attachmentsSchema.safeParse(json.ok ? json.value : undefined);
  if (!parsed.success) return err({ error: 'invalid_attachments' });
  return ok(
    parsed.data.map(({ blocks, color, fallback, title, text }) => ({
      color,
      fallback,
      title,
      text,
      blocks: blocks === undefined ? undefined : storeBlocks(ws.ids, blocks),
    })),
  );
};

const readMetadata = (raw: unknown): Result<SandboxMetadata | null | undefined, ApiRefusal> => {
  if (raw === undefined || raw === '') return ok(undefined);
  const json = readJson(raw);
  if (!json.ok || typeof json.value !== 'object' || json.value === null) {
    return err({ error: 'invalid_metadata_format' });
  }
  if (Object.keys(json.value).length === 0) return ok(null);
  const parsed = metadataSchema.safeParse(json.value);
  return parsed.success ? ok(parsed.data) : err({ error: 'invalid_metadata_schema' });
};

export const readContent = (ws: Workspace, args: ContentArgs): Result<Content, ApiRefusal> => {
  const blocks = readBlocks(ws, args.blocks);
  if (!blocks.ok) return blocks;
  const attachments = readAttachments(ws, args.attachments);
  if (!attachments.ok) return attachments;
  const metadata = readMetadata(args.metadata);
  if (!metadata.ok) return metadata;
  return ok({
    text: args.text,
    blocks: blocks.value,
    attachments: attachments.value,
    metadata: metadata.value,
  });
};

export const isEmptyContent = ({ text, blocks, attachments }: Content): boolean =>
  (text === undefined || text === '') && (blocks?.length ?? 0) === 0 && (attachments?.length ?? 0) === 0;
