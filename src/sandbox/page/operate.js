import { act } from './api.js';
import { askConfirm } from './confirm.js';
import { hooks } from './hooks.js';
import { state } from './state.js';
import { toast } from './toast.js';

/**
 * Where an element is drawn.
 * @typedef {{ kind: 'message', channel: string, ts: string, values: Values }
 *   | { kind: 'view', viewId: string, values: Values, errors: Record<string, string>, collect: () => Record<string, unknown> }} Surface
 * @typedef {Record<string, Record<string, Record<string, unknown>>>} Values
 * @typedef {{ surface: Surface, block: import('./state.js').Block, element: Record<string, any> }} Spot
 */

/** @param {Spot} spot */
export const keyOf = ({ surface, block, element }) => {
  const where = surface.kind === 'message' ? `${surface.channel} ${surface.ts}` : surface.viewId;
  return [
    where,
    block.block_id,
    element.action_id,
    element.type === 'button' ? (element.value ?? '') : '',
  ].join(' ');
};

/** @param {Spot} spot */
const targetOf = ({ surface, block, element }) => ({
  ...(surface.kind === 'message' ? { channel: surface.channel, ts: surface.ts } : { viewId: surface.viewId }),
  actionId: element.action_id,
  blockId: block.block_id,
  ...(element.type === 'button' && element.value !== undefined ? { value: element.value } : {}),
});

/**
 * Sends one action with a spinner on the element, and a warning triangle when the app did not acknowledge it.
 * @param {Spot} spot
 * @param {() => Promise<{ ok: boolean, error?: string }>} send
 */
const perform = async (spot, send) => {
  const key = keyOf(spot);
  if (state.busy.has(key)) return;
  if (spot.element.confirm !== undefined && !(await askConfirm(spot.element.confirm))) {
    hooks.redraw();
    return;
  }
  state.busy.add(key);
  state.failed.delete(key);
  hooks.redraw();
  try {
    // What was typed so far belongs to the state that the app gets with the action.
    if (spot.surface.kind === 'view') await act('fill', spot.surface.collect());
    const delivery = await send();
    if (!delivery.ok) state.failed.set(key, delivery.error ?? 'failed');
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  } finally {
    state.busy.delete(key);
    await hooks.refresh();
  }
};

/** @param {Spot} spot */
export const press = (spot) => perform(spot, () => act('click', targetOf(spot)));

/** @param {Spot} spot @param {string | string[]} pick */
export const choose = (spot, pick) => perform(spot, () => act('choose', { ...targetOf(spot), pick }));

/** @param {string} error */
export const failureText = (error) =>
  error === 'operation_timeout'
    ? 'The app did not answer within 3 seconds (operation_timeout).'
    : error === 'no_connection'
      ? 'The app is not connected (no_connection).'
      : `The app did not accept this (${error}).`;
