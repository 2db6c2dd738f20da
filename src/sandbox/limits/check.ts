import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { messageBlocks, viewBlocks } from './blocks.ts';
import { describeProblem, problemsOf } from './problems.ts';
import { uniquenessProblems } from './unique.ts';
import { charactersOf } from './walk.ts';
import { ownId, plainText } from './text.ts';
import type { Result } from '../../lib/result.ts';
import type { ApiRefusal } from '../api/refusal.ts';
import type { Block } from './blocks.ts';
import type { Problem } from './problems.ts';

const REPORT = { reportInput: true } as const;

const view = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    blocks: viewBlocks,
    private_metadata: z.string().max(3000).optional(),
    callback_id: ownId.optional(),
    external_id: ownId.optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('home'),
    blocks: viewBlocks,
    private_metadata: z.string().max(3000).optional(),
    callback_id: ownId.optional(),
    external_id: ownId.optional(),
  }),
]);

/** A view as an app hands it over, checked. */
export type ViewDefinition = z.infer<typeof view>;

/** 250 KB of JSON, the documented size of a view. */
const VIEW_BYTES = 250 * 1024;

const invalidBlocks = (problems: readonly Problem[]): ApiRefusal => ({
  error: 'invalid_blocks',
  errors: problems.map(describeProblem),
  messages: problems.map((problem) => `[ERROR] ${describeProblem(problem)}`),
});

const invalidArguments = (problems: readonly Problem[]): ApiRefusal => ({
  error: 'invalid_arguments',
  messages: problems.map((problem) => `[ERROR] ${describeProblem(problem)}`),
});

/** `maxCharacters` is the undocumented cap on all readable text of one message, which Slack answers with msg_blocks_too_long. */
export const checkMessageBlocks = (raw: unknown, maxCharacters: number): Result<Block[], ApiRefusal> => {
  const parsed = messageBlocks.safeParse(raw, REPORT);
  if (!parsed.success) return err(invalidBlocks(problemsOf('/blocks', parsed.error)));
  const problems = uniquenessProblems('/blocks', parsed.data);
  if (problems.length > 0) return err(invalidBlocks(problems));
  if (charactersOf(parsed.data) > maxCharacters) return err({ error: 'msg_blocks_too_long' });
  return ok(parsed.data);
};

export const checkView = (raw: unknown): Result<ViewDefinition, ApiRefusal> => {
  const parsed = view.safeParse(raw, REPORT);
  if (!parsed.success) return err(invalidArguments(problemsOf('/view', parsed.error)));
  const definition = parsed.data;
  if (Buffer.byteLength(JSON.stringify(definition)) > VIEW_BYTES) return err({ error: 'view_too_large' });
  const problems = uniquenessProblems('/view/blocks', definition.blocks);
  const hasInput = definition.blocks.some((block) => block.type === 'input');
  if (definition.type === 'modal' && hasInput && definition.submit === undefined) {
    problems.push({ message: 'missing required field: submit', pointer: '/view' });
  }
  return problems.length > 0 ? err(invalidArguments(problems)) : ok(definition);
};
