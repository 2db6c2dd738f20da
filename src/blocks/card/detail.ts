import type { Situation } from '../../domain/situation.ts';
import type { Instant } from '../../lib/time.ts';

/** What the card is drawn from. */
export type CardInput = {
  readonly situation: Situation;
  /** Absent: nothing is locked. `holderText` says who holds it when it is not this deployment; plain words. */
  readonly lock?: { readonly since: Instant; readonly holderText?: string };
  /** Alert id -> link to its message. */
  readonly alertLinks?: Readonly<Record<string, string>>;
  /** Link to the card this one replaces. */
  readonly oldCard?: string;
};

/** How much of everything is drawn, in rows and characters; each level says the same in less room. */
export type Detail = {
  readonly rows: number;
  readonly title: number;
  readonly line: number;
  readonly command: number;
  /** Characters of a zone that lists things: phases, skipped items, ladder. */
  readonly list: number;
  readonly options: number;
};

export const DETAILS: readonly Detail[] = [
  { rows: 5, title: 80, line: 150, command: 300, list: 600, options: 25 },
  { rows: 5, title: 70, line: 90, command: 150, list: 450, options: 20 },
  { rows: 4, title: 60, line: 60, command: 80, list: 350, options: 15 },
  { rows: 3, title: 40, line: 40, command: 60, list: 250, options: 10 },
];
