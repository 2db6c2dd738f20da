import type { Instant } from '../lib/time.ts';

/**
 * A message that is kept up to date: the card of a deployment, one of its alerts (`ref` is the alert's id), or what an
 * earlier card became (`ref` is its timestamp).
 */
export type KeptMessage = {
  readonly id: string;
  readonly deploymentId: string;
  readonly kind: 'card' | 'alert' | 'pointer';
  readonly ref: string;
  readonly channel: string;
  /** null: not posted yet. */
  readonly ts: string | null;
  readonly permalink: string | null;
  readonly postedAt: Instant | null;
  /** State it shall show; every change adds one. */
  readonly wanted: number;
  readonly shown: number;
  /** null: what is shown is unknown, draw again. */
  readonly shownHash: string | null;
  readonly shownAt: Instant | null;
  /** An earlier drawing did not report its end: it may have posted. */
  readonly isUncertain: boolean;
  /** Slack refused it for good, or nobody needs it any more. What a person does next is tried once more. */
  readonly isGivenUp: boolean;
};

/** How far a message is behind, and who else is. */
export type Pace = {
  readonly wanted: number;
  readonly shown: number;
  /** The state a person waits for. */
  readonly awaited: number;
  readonly shownAt: Instant | null;
  /** Checks of its deployment are under way: more will come by itself. */
  readonly isMeasuring: boolean;
  /** Messages that are behind now and were drawn lately, this one included: they share one budget. */
  readonly cardsBehind: number;
};
