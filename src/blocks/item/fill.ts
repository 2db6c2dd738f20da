import type { Json } from '../../lib/json.ts';
import { substitute } from '../../lib/placeholders.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { previousVersionOf } from '../../domain/previous-version.ts';
import { codeBlock } from '../text.ts';
import type { Scene } from '../scene.ts';

/**
 * A checklist's text with what this deployment knows put in: the versions, what was asked at start, what was captured.
 * Names without a value stay as they are written, so that nobody copies a command with a hole in it.
 */
export const filled = ({ situation: { deployment } }: Scene, text: string): string => {
  const { version, rollback, captured, choices } = deployment;
  const known = new Map<string, Json | null | undefined>([
    ['deployment.version', version],
    ['deployment.previous', rollback?.targetVersion ?? previousVersionOf(deployment)],
    ...Object.entries(captured).map(([name, value]) => [`captured.${name}`, value] as const),
    ...Object.entries(choices.parameters),
  ]);
  const { value } = substitute(text, (name) => known.get(name) ?? undefined);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The command of an item to copy, whole or not at all: half a command is worse than none. Undefined: it has none that fits. */
export const commandBlock = (scene: Scene, { item }: PlanItem, max: number): string | undefined => {
  if (item.command === undefined) return undefined;
  const block = codeBlock(filled(scene, item.command), Infinity);
  return block.length <= max ? block : undefined;
};
