import { elementsOf, linesOf, optionsOf } from '../limits/walk.ts';
import { canSee } from '../workspace/channels.ts';
import { currentRevision, drawnBlocks, isVisibleTo } from '../workspace/messages.ts';
import { visibleTextOf } from '../workspace/present.ts';
import { stackOf } from '../workspace/views.ts';
import type { Surface } from '../delivery/payloads.ts';
import type { StoredBlock } from '../limits/blocks.ts';
import type { Element } from '../limits/elements.ts';
import type { Option } from '../limits/text.ts';
import type { SandboxTarget } from '../public-types.ts';
import type { Channel, Member, Workspace } from '../workspace/state.ts';

/** Something a person can operate, where it is drawn, and the words around it. */
export type Control = {
  readonly surface: Surface;
  readonly block: StoredBlock;
  readonly element: Element;
  readonly actionId: string;
  /** Text of the block it stands in. */
  readonly rowText: string;
  /** Text of the nearest block above that is not a row of buttons. */
  readonly aboveText: string;
};

/** A person tried to operate what is not there for them. */
export class NotDrawnError extends Error {
  override readonly name = 'NotDrawnError';
}

export const blocksOn = (surface: Surface): readonly StoredBlock[] =>
  surface.kind === 'view' ? surface.view.definition.blocks : drawnBlocks(currentRevision(surface.message));

const textOf = (block: StoredBlock): string => linesOf(block).join(' ');

export const controlsOn = (surface: Surface): Control[] => {
  const blocks = blocksOn(surface);
  return blocks.flatMap((block, index) => {
    const above = blocks.slice(0, index).findLast((candidate) => textOf(candidate) !== '');
    return elementsOf(block).map((element) => ({
      surface,
      block,
      element,
      actionId: element.action_id ?? '',
      rowText: textOf(block),
      aboveText: above === undefined ? '' : textOf(above),
    }));
  });
};

/** What the person sees: the top modal, then messages with the newest first, then App Home. */
export const surfacesFor = (ws: Workspace, person: Member, only?: Channel): Surface[] => {
  const top = stackOf(ws, person.id).at(-1);
  const home = ws.homes.get(person.id);
  const channels = only === undefined ? [...ws.channels.values()] : [only];
  const messages = channels
    .filter((channel) => canSee(channel, person))
    .flatMap((channel) => channel.messages.map((message) => ({ kind: 'message' as const, channel, message })))
    .filter(({ message }) => isVisibleTo(message, person))
    .sort((a, b) => Number(b.message.ts) - Number(a.message.ts));
  if (only !== undefined) return messages;
  return [
    ...(top === undefined ? [] : [{ kind: 'view' as const, view: top }]),
    ...messages,
    ...(home === undefined ? [] : [{ kind: 'view' as const, view: home }]),
  ];
};

const describe = ({ actionId, block, element, rowText }: Control): string => {
  const label = element.type === 'button' ? ` [${element.text.text}]` : '';
  return `${actionId}${label} in ${block.block_id}${rowText === '' ? '' : ` "${rowText.slice(0, 60)}"`}`;
};

const listed = (controls: readonly Control[]): string =>
  controls.length === 0 ? 'nothing' : controls.slice(0, 40).map(describe).join('\n  ');

const isOn = (surface: Surface, target: SandboxTarget): boolean => {
  if (target.viewId !== undefined) return surface.kind === 'view' && surface.view.id === target.viewId;
  if (target.ts !== undefined) return surface.kind === 'message' && surface.message.ts === target.ts;
  return true;
};

const isMeant = ({ element, actionId, block }: Control, target: SandboxTarget): boolean => {
  if (actionId !== target.actionId) return false;
  if (target.blockId !== undefined && block.block_id !== target.blockId) return false;
  return target.value === undefined || (element.type === 'button' && element.value === target.value);
};

/** The one control the target names. Throws NotDrawnError when there is none, or several on the same surface. */
export const findControl = (surfaces: readonly Surface[], target: SandboxTarget): Control => {
  const looked = surfaces.filter((surface) => isOn(surface, target));
  for (const surface of looked) {
    const hits = controlsOn(surface).filter((control) => isMeant(control, target));
    if (hits.length > 1) {
      throw new NotDrawnError(`${target.actionId} stands there ${hits.length} times:\n  ${listed(hits)}`);
    }
    if (hits[0] !== undefined) return hits[0];
  }
  const there = looked.flatMap(controlsOn);
  throw new NotDrawnError(
    `${JSON.stringify(target)} is not drawn for this person. There is:\n  ${listed(there)}`,
  );
};

/** A control with the wanted label: a button's own, or one option of a menu. */
export type Labelled = { readonly control: Control; readonly option: Option | undefined };

const labelled = (surface: Surface, label: string): Labelled[] =>
  controlsOn(surface).flatMap((control): Labelled[] => {
    if (control.element.type === 'button') {
      return control.element.text.text === label ? [{ control, option: undefined }] : [];
    }
    const option = optionsOf(control.element).find(({ text }) => text.text === label);
    return option === undefined ? [] : [{ control, option }];
  });

const surfaceText = (surface: Surface): string => {
  if (surface.kind === 'view') return `${surface.view.definition.title} ${visibleTextOf(blocksOn(surface))}`;
  const revision = currentRevision(surface.message);
  return `${revision.text} ${visibleTextOf(blocksOn(surface))}`;
};

type Nearness = (hit: Labelled, near: string) => boolean;

/** Closest first: the words in the same block, in the block above a row of buttons, anywhere on the surface. */
const NEARNESS: readonly Nearness[] = [
  ({ control }, near) => control.rowText.includes(near),
  ({ control }, near) => control.rowText === '' && control.aboveText.includes(near),
  ({ control }, near) => surfaceText(control.surface).includes(near),
];

const firstWithHits = (found: readonly (readonly Labelled[])[]): readonly Labelled[] =>
  found.find((hits) => hits.length > 0) ?? [];

/** Throws NotDrawnError when nothing fits, or when several on the same surface do. */
export const findLabel = (surfaces: readonly Surface[], label: string, near?: string): Labelled => {
  const found = surfaces.map((surface) => {
    const hits = labelled(surface, label);
    const buttons = hits.filter(({ option }) => option === undefined);
    return buttons.length > 0 ? buttons : hits;
  });
  const ranked =
    near === undefined
      ? [firstWithHits(found)]
      : NEARNESS.map((isNear) => firstWithHits(found.map((hits) => hits.filter((hit) => isNear(hit, near)))));
  const hits = firstWithHits(ranked);
  if (hits.length > 1) {
    const where = listed(hits.map(({ control }) => control));
    throw new NotDrawnError(`"${label}" stands there ${hits.length} times, say near what:\n  ${where}`);
  }
  const [hit] = hits;
  if (hit !== undefined) return hit;
  const there = listed(surfaces.flatMap(controlsOn));
  throw new NotDrawnError(
    `"${label}"${near === undefined ? '' : ` near "${near}"`} is not drawn for this person. There is:\n  ${there}`,
  );
};
