import { blockActionsPayload } from '../delivery/payloads.ts';
import { choicesOf, enter, entryFor, stateValues } from '../workspace/element-values.ts';
import { blocksOn } from './controls.ts';
import { optionsOf } from '../limits/walk.ts';
import type { Surface } from '../delivery/payloads.ts';
import type { Engine } from '../engine.ts';
import type { Delivery } from '../public-types.ts';
import type { Entry } from '../workspace/element-values.ts';
import type { Entered, Member } from '../workspace/state.ts';
import type { Control } from './controls.ts';

/** What this person entered on this surface: kept with the modal, or per person for a message. */
export const enteredOn = (engine: Engine, person: Member, surface: Surface): Entered => {
  if (surface.kind === 'view') return surface.view.entered;
  return choicesOf(engine.ws, { person: person.id, channel: surface.channel.id, ts: surface.message.ts });
};

const send = (
  engine: Engine,
  person: Member,
  { control, action }: { control: Control; action: Record<string, unknown> },
): Promise<Delivery> => {
  const { surface } = control;
  const values = stateValues(blocksOn(surface), enteredOn(engine, person, surface));
  return engine.courier.deliver({
    kind: 'block_actions',
    name: control.actionId,
    payload: blockActionsPayload(engine, person, { surface, action, values }),
  });
};

export const press = (engine: Engine, person: Member, control: Control): Promise<Delivery> => {
  const { element, block, actionId } = control;
  if (element.type !== 'button') throw new Error(`${actionId} is a ${element.type}: use choose.`);
  const { text, value, style, url, confirm } = element;
  return send(engine, person, {
    control,
    action: {
      type: 'button',
      action_id: actionId,
      block_id: block.block_id,
      text,
      value,
      style,
      url,
      confirm,
    },
  });
};

/** An overflow menu keeps no state: its pick exists in the action only. */
const pickFromOverflow = (control: Control, value: string | readonly string[]): Entry => {
  const wanted = typeof value === 'string' ? value : (value[0] ?? '');
  const options = optionsOf(control.element);
  const option =
    options.find((candidate) => candidate.value === wanted) ??
    options.find((candidate) => candidate.text.text === wanted);
  if (option === undefined) throw new Error(`"${wanted}" is not offered by ${control.actionId}.`);
  return { type: 'overflow', selected_option: option };
};

export const pick = async (
  engine: Engine,
  person: Member,
  { control, value }: { control: Control; value: string | readonly string[] },
): Promise<Delivery> => {
  const { element, block, actionId, surface } = control;
  const at = { blockId: block.block_id, actionId };
  if (element.type === 'button') throw new Error(`${actionId} is a button: use click.`);
  const where = { action_id: actionId, block_id: block.block_id };
  if (element.type === 'overflow') {
    return send(engine, person, { control, action: { ...where, ...pickFromOverflow(control, value) } });
  }
  const entry = entryFor(element, value);
  if (!entry.ok) throw new Error(`${actionId}: ${entry.error}`);
  enter(enteredOn(engine, person, surface), at, entry.value);
  engine.ws.changed();
  const isSilent = block.type === 'input' && block.dispatch_action !== true;
  if (isSilent) return { ok: true, ackMs: 0 };
  return send(engine, person, { control, action: { ...where, ...entry.value } });
};
