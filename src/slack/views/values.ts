import type { InputPlace } from '../../blocks/ids.ts';
import type { Values } from '../envelope.ts';

/** A text, or the one that was chosen; undefined where nothing was. */
export const textAt = (values: Values, { block, action }: InputPlace): string | undefined => {
  const value = values[block]?.[action];
  return typeof value === 'string' ? value : undefined;
};

/** In milliseconds. */
export const momentAt = (values: Values, { block, action }: InputPlace): number | undefined => {
  const value = values[block]?.[action];
  return typeof value === 'number' ? value * 1000 : undefined;
};

/** Everything ticked in the groups of boxes called `name.0`, `name.1` …: Slack shows ten boxes together at most. */
export const tickedIn = (values: Values, places: (group: number) => InputPlace): readonly string[] => {
  const ticked: string[] = [];
  for (let group = 0; group < 100; group += 1) {
    const { block, action } = places(group);
    const value = values[block]?.[action];
    if (Array.isArray(value)) ticked.push(...(value as readonly string[]));
  }
  return ticked;
};

/** Texts and single choices of the inputs whose block begins with a prefix, by the rest of its name. */
export const textsUnder = (values: Values, prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([block, actions]) => {
      const [first] = Object.values(actions);
      return block.startsWith(prefix) && typeof first === 'string'
        ? [[block.slice(prefix.length), first]]
        : [];
    }),
  );

/** Whether any of the boxes there is ticked. */
export const isTicked = (values: Values, { block, action }: InputPlace): boolean => {
  const value = values[block]?.[action];
  return Array.isArray(value) && value.length > 0;
};

/** People chosen in the inputs whose block begins with a prefix, by the rest of its name; those left empty are absent. */
export const peopleUnder = (values: Values, prefix: string): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([block, actions]) => {
      const [chosen] = Object.values(actions);
      const isPeople = block.startsWith(prefix) && Array.isArray(chosen) && chosen.length > 0;
      return isPeople ? [[block.slice(prefix.length), chosen as readonly string[]]] : [];
    }),
  );
