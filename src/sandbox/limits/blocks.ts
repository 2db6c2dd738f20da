import { z } from 'zod';
import { accessory, actionsElement, imageElement, inputElement } from './elements.ts';
import { richTextBlock } from './rich-text.ts';
import { anyText, mrkdwnText, ownId, plainText, url } from './text.ts';

/** Where blocks are drawn. Some block types exist on some surfaces only. */
export type Surface = 'message' | 'modal' | 'home';

const identified = { block_id: ownId.optional() };

const section = z
  .strictObject({
    type: z.literal('section'),
    ...identified,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'missing required field: text');

const header = z.strictObject({ type: z.literal('header'), ...identified, text: plainText(150) });
const divider = z.strictObject({ type: z.literal('divider'), ...identified });
const context = z.strictObject({
  type: z.literal('context'),
  ...identified,
  elements: z
    .array(z.discriminatedUnion('type', [imageElement, plainText(3000), mrkdwnText(3000)]))
    .min(1)
    .max(10),
});
const actions = z.strictObject({
  type: z.literal('actions'),
  ...identified,
  elements: z.array(actionsElement).min(1).max(25),
});
const image = z.strictObject({
  type: z.literal('image'),
  ...identified,
  alt_text: z.string().min(1).max(2000),
  title: plainText(2000).optional(),
  image_url: url.optional(),
  slack_file: z.strictObject({ id: z.string().optional(), url: url.optional() }).optional(),
});
const input = z.strictObject({
  type: z.literal('input'),
  ...identified,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});
const markdown = z.strictObject({
  type: z.literal('markdown'),
  ...identified,
  text: z.string().min(1).max(12_000),
});

const everywhere = [section, header, divider, context, actions, image, richTextBlock] as const;
const messageBlock = z.discriminatedUnion('type', [...everywhere, markdown]);
const viewBlock = z.discriminatedUnion('type', [...everywhere, input]);

export const messageBlocks = z.array(messageBlock).max(50);
export const viewBlocks = z.array(viewBlock).min(0).max(100);

export type Block = z.infer<typeof messageBlock> | z.infer<typeof viewBlock>;
export type InputBlock = z.infer<typeof input>;

/** A block as the workspace keeps it: ids that the app left out are made up, as Slack does. */
export type StoredBlock = Block & { block_id: string };
