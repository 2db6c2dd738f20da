import type { Instant } from '../lib/time.ts';
import type { DomainEvent } from './events.ts';
import type { Situation } from './situation.ts';
import type { Board } from './standing.ts';

/** Something the clock will do: when, and what it will then mean. Firing it must end it. */
export type Due = { readonly at: Instant; readonly fire: () => readonly DomainEvent[] };

export type DueSource = (situation: Situation, board: Board) => readonly Due[];
