import type { Json } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { Path } from '../source.ts';
import type { Report } from '../walk.ts';
import { checksOfItem, itemsOf } from '../walk.ts';

/** Values every deployment has without a parameter. */
export const DEPLOYMENT_VALUES: readonly string[] = ['deployment.version', 'deployment.previous'];

/** Names of captured values are written `captured.<name>`. */
export const CAPTURED = 'captured.';

/** Keys that hold no text with placeholders: declarations, and what is read before a value is known. */
const DECLARATIONS: ReadonlySet<string> = new Set([
  'system',
  'parameters',
  'roles',
  'variants',
  'ladder',
  'sign_off',
]);

/** Every `${name}` is a parameter, a value of the deployment, or captured by an item that stands earlier. */
export const checkPlaceholders = (content: Json, raw: RawChecklist, report: Report): void => {
  const parameters = Object.keys(raw.parameters ?? {});
  const known = new Set([...parameters, ...DEPLOYMENT_VALUES]);
  const captured = capturedBy(raw);
  for (const { name, path } of placesOf(content)) {
    if (known.has(name)) continue;
    if (name.startsWith(CAPTURED)) {
      const problem = captureProblem(name.slice(CAPTURED.length), path, captured);
      if (problem !== undefined) report(path, problem);
    } else {
      const isShell = /^[A-Z][A-Z0-9_]*$/.test(name);
      const hint = isShell ? `; a variable of the shell is written $${name}` : didYouMean(name, [...known]);
      report(path, `\${${name}}: no parameter ${name} is declared${hint}`);
    }
  }
};

type Capture = { readonly name: string; readonly order: number };
type Captured = { readonly all: readonly Capture[]; readonly orderAt: (path: Path) => number };

/** Which item captures what, and in which order items come. */
const capturedBy = (raw: RawChecklist): Captured => {
  const order = new Map<string, number>();
  const all: Capture[] = [];
  for (const [index, placed] of itemsOf(raw).entries()) {
    order.set(placed.path.join('/'), index);
    for (const { raw: check } of checksOfItem(placed))
      for (const name of Object.keys(check.capture ?? {})) all.push({ name, order: index });
  }
  const orderAt = (path: Path): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = order.get(path.slice(0, length).join('/'));
      if (found !== undefined) return found;
    }
    return Infinity; // outside the items: shown at any time
  };
  return { all, orderAt };
};

const captureProblem = (name: string, path: Path, { all, orderAt }: Captured): string | undefined => {
  const same = all.filter((capture) => capture.name === name);
  if (same.length === 0)
    return `\${${CAPTURED}${name}}: no check captures ${name}${didYouMean(
      name,
      all.map((capture) => capture.name),
    )}`;
  return same.some(({ order }) => order < orderAt(path))
    ? undefined
    : `\${${CAPTURED}${name}}: ${name} is captured only by this item or a later one`;
};

type PlaceholderPlace = { readonly name: string; readonly path: Path };

const placesOf = (content: Json): readonly PlaceholderPlace[] =>
  isJsonObject(content)
    ? Object.entries(content).flatMap(([key, value]) => (DECLARATIONS.has(key) ? [] : placesIn(value, [key])))
    : [];

const placesIn = (value: Json, path: Path): readonly PlaceholderPlace[] => {
  if (typeof value === 'string') return placeholdersIn(value).map((name) => ({ name, path }));
  if (Array.isArray(value)) return value.flatMap((entry: Json, index) => placesIn(entry, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => placesIn(entry, [...path, key]));
};
