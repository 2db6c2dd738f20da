import { z } from 'zod';
import { closedPayload, submissionPayload } from '../delivery/payloads.ts';
import { checkView } from '../limits/check.ts';
import { elementsOf } from '../limits/walk.ts';
import { enter, entryFor } from '../workspace/element-values.ts';
import { clearStack, dropView, openView, replaceView, stackOf } from '../workspace/views.ts';
import { formErrors } from './form-checks.ts';
import type { Engine } from '../engine.ts';
import type { StoredBlock } from '../limits/blocks.ts';
import type { Delivery } from '../public-types.ts';
import type { Member, View } from '../workspace/state.ts';

const labelOf = (block: StoredBlock): string => (block.type === 'input' ? block.label.text : '');

const fieldNames = (view: View): string =>
  view.definition.blocks
    .filter((block) => elementsOf(block).length > 0)
    .map((block) => (labelOf(block) === '' ? block.block_id : `${block.block_id} ("${labelOf(block)}")`))
    .join(', ');

const findField = (view: View, key: string): StoredBlock => {
  const { blocks } = view.definition;
  const found =
    blocks.find((block) => block.block_id === key) ?? blocks.find((block) => labelOf(block) === key);
  if (found === undefined || elementsOf(found).length === 0) {
    throw new Error(`"${view.definition.title}" has no field "${key}"; there are: ${fieldNames(view)}`);
  }
  return found;
};

/** Types into fields; keys are block ids or visible labels. Throws on a field or option that is not there. */
export const fillView = (engine: Engine, view: View, values: Record<string, unknown>): void => {
  for (const [key, value] of Object.entries(values)) {
    const block = findField(view, key);
    const element = elementsOf(block).find((candidate) => candidate.type !== 'button');
    if (element === undefined) throw new Error(`"${key}" holds buttons only.`);
    const entry = entryFor(element, value);
    if (!entry.ok) throw new Error(`"${key}": ${entry.error}`);
    enter(view.entered, { blockId: block.block_id, actionId: element.action_id ?? '' }, entry.value);
  }
  engine.ws.changed();
};

const answerSchema = z.discriminatedUnion('response_action', [
  z.object({
    response_action: z.literal('errors'),
    errors: z.record(z.string(), z.string()).refine((errors) => Object.keys(errors).length > 0),
  }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

type Outcome = { readonly errors?: Record<string, string>; readonly error?: string };

const showErrors = (engine: Engine, view: View, errors: Record<string, string>): Outcome => {
  const inputs = view.definition.blocks.filter((block) => block.type === 'input');
  const stray = Object.keys(errors).filter((id) => !inputs.some((block) => block.block_id === id));
  // Slack shows nothing at all for a block that is not there, and the person believes it went through.
  if (stray.length > 0) return { error: `no input block ${stray.join(', ')}` };
  view.errors = errors;
  engine.ws.changed();
  return { errors };
};

const showView = (
  engine: Engine,
  view: View,
  { how, raw }: { how: 'update' | 'push'; raw: unknown },
): Outcome => {
  const definition = checkView(raw);
  if (!definition.ok)
    return { error: [definition.error.error, ...(definition.error.messages ?? [])].join(' ') };
  const shown =
    how === 'update'
      ? replaceView(engine.ws, view, { definition: definition.value, hash: undefined })
      : openView(engine.ws, { person: view.person, definition: definition.value, how });
  return shown.ok ? {} : { error: shown.error.error };
};

/** Does what the app's ack says: nothing said closes the modal. */
const applyAnswer = (engine: Engine, view: View, body: unknown): Outcome => {
  if (body === undefined || body === '') {
    dropView(engine.ws, view);
    return {};
  }
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return { error: 'invalid_response_action' };
  switch (parsed.data.response_action) {
    case 'errors':
      return showErrors(engine, view, parsed.data.errors);
    case 'update':
    case 'push':
      return showView(engine, view, { how: parsed.data.response_action, raw: parsed.data.view });
    case 'clear':
      clearStack(engine.ws, view.person);
      return {};
  }
};

export const submitView = async (engine: Engine, person: Member, view: View): Promise<Delivery> => {
  if (view.definition.submit === undefined)
    throw new Error(`"${view.definition.title}" has no submit button.`);
  const missing = formErrors(view);
  view.errors = missing;
  engine.ws.changed();
  if (Object.keys(missing).length > 0) return { ok: false, ackMs: 0, errors: missing };
  const delivery = await engine.courier.deliver({
    kind: 'view_submission',
    name: view.definition.callbackId,
    payload: submissionPayload(engine, person, view),
  });
  if (!delivery.ok) return delivery;
  const outcome = applyAnswer(engine, view, delivery.body);
  const isClean = outcome.errors === undefined && outcome.error === undefined;
  return { ...delivery, ...outcome, ok: isClean };
};

/** Closes the top modal (all of them when it says clear_on_close); the app hears of it only when it asked to. */
export const closeView = async (engine: Engine, person: Member, view: View): Promise<Delivery> => {
  const isCleared = view.definition.clearOnClose;
  const closed = isCleared ? [...stackOf(engine.ws, person.id)] : [view];
  if (isCleared) clearStack(engine.ws, person.id);
  else dropView(engine.ws, view);
  const told = closed.filter(({ definition }) => definition.notifyOnClose);
  const deliveries = await Promise.all(
    told.map((each) =>
      engine.courier.deliver({
        kind: 'view_closed',
        name: each.definition.callbackId,
        payload: closedPayload(engine, person, { view: each, isCleared }),
      }),
    ),
  );
  return deliveries.at(-1) ?? { ok: true, ackMs: 0 };
};
