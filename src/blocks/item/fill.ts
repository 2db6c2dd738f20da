import type { Json } from '../../lib/json.ts';
import { substitute } from '../../lib/placeholders.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { previousVersionOf } from '../../domain/previous-version.ts';
import { codeBlock, inline } from '../text.ts';
import type { Scene } from '../scene.ts';

/** What this deployment knows of the names in a checklist's texts: the versions, what was asked at start, what was captured. */
const fill = ({ situation: { deployment } }: Scene, text: string): { value: Json; missing: string[] } => {
  const { version, rollback, captured, choices } = deployment;
  const known = new Map<string, Json | null | undefined>([
    ['deployment.version', version],
    ['deployment.previous', rollback?.targetVersion ?? previousVersionOf(deployment)],
    ...Object.entries(captured).map(([name, value]) => [`${CAPTURED}${name}`, value] as const),
    ...Object.entries(choices.parameters),
  ]);
  return substitute(text, (name) => known.get(name) ?? undefined);
};

const CAPTURED = 'captured.';

/** Nothing a shell would run: whoever copies it must notice. */
const HOLES: Readonly<Record<string, string>> = {
  'deployment.version': '<version not set>',
  'deployment.previous': '<previous version unknown>',
};

const holeFor = (name: string): string =>
  HOLES[name] ??
  (name.startsWith(CAPTURED) ? `<${name.slice(CAPTURED.length)}: not captured yet>` : `<${name}>`);

/** A checklist's text with what is known put in. What is not known stands there in words: `<previous version unknown>`. */
export const filled = (scene: Scene, text: string): string => {
  const { value, missing } = fill(scene, text);
  const words = missing.length === 0 ? value : substitute(value, holeFor).value;
  return typeof words === 'string' ? words : JSON.stringify(words);
};

/** How what is missing in a command comes there, a line each. */
const remedies = (scene: Scene, command: string): readonly string[] =>
  fill(scene, command).missing.map((name) => {
    if (name === 'deployment.version')
      return inline(`Set the version: /deploy version <v> #${scene.situation.deployment.number}`, 100);
    if (name === 'deployment.previous')
      return 'Which version ran before is not known: put it in by hand when you copy.';
    return inline(`Put ${holeFor(name)} in by hand when you copy.`, 150);
  });

/** The command of an item to copy, whole or not at all: half a command is worse than none. Undefined: it has none that fits. */
export const commandBlock = (scene: Scene, { item }: PlanItem, max: number): string | undefined => {
  if (item.command === undefined) return undefined;
  const block = codeBlock(filled(scene, item.command), Infinity);
  const lines = [block, ...remedies(scene, item.command)].join('\n');
  return lines.length <= max ? lines : undefined;
};
