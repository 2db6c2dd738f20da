import { z } from 'zod';

const characters = (max: number) => z.string().min(1).max(max);

export const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: characters(max), emoji: z.boolean().optional() });

export const mrkdwnText = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: characters(max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwnText(max)]);

export type TextObject = z.infer<ReturnType<typeof anyText>>;

/** Ids a bot chooses itself (action_id, block_id, callback_id, external_id). */
export const ownId = z.string().min(1).max(255);

export const url = z.string().min(1).max(3000);

export const confirmDialog = z.strictObject({
  title: plainText(100).optional(),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

// Slack's own pages disagree on 75 or 150 for an option's value; the smaller one is safe under both.
const optionOf = <Text extends z.ZodType>(text: Text) =>
  z.strictObject({
    text,
    value: z.string().min(1).max(75),
    description: plainText(75).optional(),
    url: url.optional(),
  });

export const plainOption = optionOf(plainText(75));
export const anyOption = optionOf(anyText(75));

export type Option = z.infer<typeof anyOption>;

export const plainOptionGroup = z.strictObject({
  label: plainText(75),
  options: z.array(plainOption).min(1).max(100),
});
