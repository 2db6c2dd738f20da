import type { Deployment, PersonId } from '../../domain/deployment.ts';
import { numberOf } from '../../domain/deployment.ts';
import type { DomainEvent, StateEvent, WatchEvent } from '../../domain/events.ts';
import type { Instant } from '../../lib/time.ts';
import { stated } from '../../lib/stated.ts';
import { plural } from '../text.ts';
import type { PastEvent } from './facts.ts';

/** One moment at which the deployment itself moved. `by` absent: by itself. `why` absent: none was asked for. */
export type Moment = {
  readonly at: Instant;
  readonly what: string;
  readonly by?: PersonId;
  readonly why?: string;
};

/** What moved the deployment, oldest first; items, checks and alerts have tables of their own. */
export const timelineOf = (deployment: Deployment, past: readonly PastEvent[]): readonly Moment[] =>
  past.flatMap(({ at, event }) => {
    const told = momentOf(deployment, event);
    return told === undefined ? [] : [{ at, ...told }];
  });

type Told = Omit<Moment, 'at'>;
type Moving = StateEvent | Extract<WatchEvent, { type: 'superseded' }>;

/** Undefined: no move of the deployment. */
const momentOf = (deployment: Deployment, event: DomainEvent): Told | undefined => {
  const told = WORDS[event.type as Moving['type']];
  // The entry was found by the event's own type.
  return told === undefined ? undefined : told(event as never, deployment);
};

type Words = {
  readonly [T in Moving['type']]?: (event: Extract<Moving, { type: T }>, deployment: Deployment) => Told;
};

const WORDS: Words = {
  deployment_started: ({ by, version }) => ({ what: `started, version ${version ?? 'not set'}`, by }),
  evidence_outdated: ({ by }, { environment }) => ({
    what: `${numberOf(by)} changed ${environment}: measured again`,
  }),
  version_set: ({ by, version }) => ({ what: `version set to ${version}`, by }),
  gate_opened: () => ({ what: 'ready for Go' }),
  gate_closed: () => ({ what: 'not ready for Go any more' }),
  go_deferred: ({ by, itemIds }) => ({
    what: `Go wanted; ${plural(itemIds.length, 'result')} measured again first`,
    by,
  }),
  go_given: ({ by }) => ({ what: 'Go', by }),
  no_go_given: ({ by, reason }) => ({ what: 'on hold', ...stated({ by: by ?? undefined }), why: reason }),
  resumed: ({ by }) => ({ what: 'resumed', by }),
  deployed: ({ by, override }) => ({
    what: override === undefined ? 'Deployed' : 'Deployed over open steps',
    by,
    ...stated({ why: override?.reason }),
  }),
  deployed_undone: ({ by }) => ({ what: 'Deployed taken back', by }),
  verified: () => ({ what: 'verified' }),
  aborted: ({ by, reason, locked }) => ({
    what: locked ? 'aborted, left as it is and locked' : 'aborted',
    by,
    why: reason,
  }),
  rollback_asked: ({ by, reason, ...ask }) => ({
    what: `rollback with data loss asked: ${planText(ask)}`,
    by,
    why: reason,
  }),
  rollback_ask_lapsed: ({ ask: { by, reason } }) => ({
    what: 'nobody confirmed the rollback in time: not done',
    by,
    why: reason,
  }),
  rollback_started: ({ run: { by, reason, ...run } }) => ({
    what: `rollback started: ${planText(run)}`,
    by,
    why: reason,
  }),
  rolled_back: () => ({ what: 'rolled back' }),
  unlocked: ({ by, reason }) => ({ what: 'unlocked by hand', by, why: reason }),
  signed: ({ by, role }) => ({ what: `signed as ${role}`, by }),
  completed: ({ outcome }) => ({ what: `completed: ${outcome}` }),
  superseded: ({ supersededBy }) => ({ what: `${numberOf(supersededBy)} took over the watch` }),
};

type Way = { readonly plans: readonly string[]; readonly targetVersion: string | null };

/** `app, database, back to 1.0.0`. */
const planText = ({ plans, targetVersion }: Way): string =>
  `${plans.join(', ')}, back to ${targetVersion ?? 'the version before'}`;
