import type { Json, JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import type { Choices } from './checklist.ts';
import type { Outcome } from './check.ts';

/** A Slack user id. `null` where the clock acted. */
export type PersonId = string;

export type DeploymentState =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'awaiting_go'; readonly since: Instant }
  /** `by` null: nobody answered in time. */
  | { readonly kind: 'held'; readonly by: PersonId | null; readonly reason: string; readonly since: Instant }
  | { readonly kind: 'deploying'; readonly since: Instant }
  | { readonly kind: 'verifying'; readonly since: Instant }
  | { readonly kind: 'watching'; readonly since: Instant }
  | {
      readonly kind: 'completed';
      readonly at: Instant;
      readonly outcome: DeploymentOutcome;
      /** Roles that never signed; empty when all did. */
      readonly unsigned: readonly string[];
    }
  /** `locked`: left as it is in the middle of deploying, so the lock stays. */
  | {
      readonly kind: 'aborted';
      readonly by: PersonId;
      readonly at: Instant;
      readonly reason: string;
      readonly locked: boolean;
    }
  | { readonly kind: 'rolling_back'; readonly since: Instant }
  | { readonly kind: 'rolled_back'; readonly at: Instant };

export type DeploymentOutcome = 'healthy' | 'degraded' | 'failed';

/** How a person (or a timer) settled an item. */
export type Settled =
  | {
      readonly kind: 'confirmed';
      readonly by: PersonId;
      readonly at: Instant;
      /** What was seen, in one line, where a line was asked. */
      readonly seen?: string;
      readonly evidence?: Json;
    }
  | {
      readonly kind: 'skipped';
      readonly by: PersonId;
      readonly at: Instant;
      readonly reason: string;
      /** Skipped although critical or red, by an approver. */
      readonly override: boolean;
    }
  | { readonly kind: 'not_applicable'; readonly by: PersonId; readonly at: Instant; readonly reason: string }
  | { readonly kind: 'failed'; readonly by: PersonId; readonly at: Instant; readonly reason: string }
  | { readonly kind: 'elapsed'; readonly at: Instant };

/** The last result a check settled with. */
export type Measured = {
  readonly runId: string;
  readonly outcome: Outcome;
  readonly line: string;
  /** When the run was asked for: what changed after it is not in the result. */
  readonly askedAt?: Instant;
  readonly at: Instant;
  readonly tries: number;
  readonly cause?: string;
};

/** Why a run was asked for: it decides what the result may change. */
export type RunReason =
  | { readonly kind: 'stage' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'click'; readonly by: PersonId }
  | { readonly kind: 'follow_up'; readonly followUpId: string }
  /** A second look, a minute after a bad result in the watch. */
  | { readonly kind: 'second_look' }
  /** A result came in from outside. */
  | { readonly kind: 'arrival' };

/** What happened to one item in this deployment. Absent in the map: untouched. */
export type ItemProgress = {
  readonly settled?: Settled;
  readonly measured?: Measured;
  readonly running?: { readonly runId: string; readonly since: Instant; readonly reason: RunReason };
  /** A red or unclear result taken on purpose; a debt. `cause`: of the red one; a different red is news. Absent: it was no red. */
  readonly accepted?: {
    readonly by: PersonId;
    readonly at: Instant;
    readonly reason: string;
    readonly cause?: string;
  };
  /** When its wait began, for timers. */
  readonly activeSince?: Instant;
  /** First bad result in the watch, not yet seen twice. */
  readonly suspectSince?: Instant;
  /** Looks at a suspicion that could not tell. Absent: none. */
  readonly suspectLooks?: number;
  /** The last settled state before the current one, kept for Details. */
  readonly notes?: readonly { readonly by: PersonId; readonly at: Instant; readonly text: string }[];
};

/** Something a skip, waiver or override still owes before the final sign-off. */
export type Debt = {
  readonly id: string;
  readonly itemId: string | null;
  readonly kind: 'skip' | 'override' | 'accepted_red' | 'deployed_early';
  readonly by: PersonId;
  readonly at: Instant;
  readonly reason: string;
  readonly acceptedBy?: PersonId;
};

export type Signature = { readonly role: string; readonly by: PersonId; readonly at: Instant };

/** How the checks and lines of a rung stood at its end; nothing but `red` is known of a rung of an older version. */
export type RungCounts = {
  readonly red: number;
  /** Measured by this rung, and not red. */
  readonly measured?: number;
  /** Should have been measured by it and could not: the run was lost or told nothing, or no worker could be asked. */
  readonly unmeasured?: number;
  /** Of the unmeasured: those that waited for the new version, for the old one answered. Absent: none. */
  readonly oldVersion?: number;
};

/** One rung of the ladder. */
export type FollowUp = {
  readonly id: string;
  readonly title: string;
  readonly dueAt: Instant;
  /** Index of the rung in the checklist's ladder; an open series plans its next run from it. */
  readonly rung: number;
  readonly state:
    | { readonly kind: 'planned' }
    | {
        readonly kind: 'running';
        readonly runIds: readonly string[];
        readonly at: Instant;
        readonly late: boolean;
      }
    | ({ readonly kind: 'done'; readonly at: Instant; readonly late: boolean } & RungCounts)
    | { readonly kind: 'missed' }
    | { readonly kind: 'cancelled' };
};

/** What a person made of an item that an alert is about. */
export type AlertDecision = {
  readonly kind: 'accepted' | 'skipped' | 'not applicable';
  readonly by: PersonId;
  readonly reason: string;
};

/** A check that got worse after T-0. One per cause. */
export type Alert = {
  readonly id: string;
  readonly cause: string;
  readonly line: string;
  readonly itemIds: readonly string[];
  /** First bad result. */
  readonly since: Instant;
  readonly firedAt: Instant;
  readonly lastLookAt: Instant;
  readonly pings: number;
  readonly state:
    | { readonly kind: 'firing' }
    | { readonly kind: 'acknowledged'; readonly by: PersonId; readonly at: Instant }
    /** `decided`: a person took it on purpose; it was not good again. */
    | { readonly kind: 'resolved'; readonly at: Instant; readonly decided?: AlertDecision };
  readonly takenBy?: PersonId;
};

export type RollbackRun = {
  readonly plans: readonly string[];
  readonly targetVersion: string | null;
  readonly reason: string;
  readonly by: PersonId;
  readonly at: Instant;
  /** Who had asked for it, where it loses data and `by` confirmed it as the second person. */
  readonly askedBy?: PersonId;
};

/** Planned and actual moments of the three anchors; absent while unknown. */
export type Anchors = {
  readonly start: Instant;
  readonly plannedGo?: Instant;
  readonly go?: Instant;
  /** T-0. */
  readonly deployed?: Instant;
};

/** Role -> who was named for it when a deployment started. */
export type NamedPeople = Readonly<Record<string, readonly PersonId[]>>;

/** One run of a checklist for a system, environment and version. */
export type Deployment = {
  /** `<system>-<n>`, shown as `#<n>`. */
  readonly id: string;
  readonly number: number;
  readonly teamId: string;
  readonly system: string;
  readonly environment: string;
  /** Slack channel the card stands in. */
  readonly channel: string;
  readonly checklistHash: string;
  /** null: "version not set"; Go is refused until it is. */
  readonly version: string | null;
  /** By the records, what ran there before; null: they know none. What was replaced is `previousVersionOf`. */
  readonly previousVersion: string | null;
  /** What answered before Go; absent: not measured. `version` null: no version could be read, and nobody asks again. */
  readonly versionAtStart?: { readonly version: string | null; readonly askedAt: Instant };
  /** The attempt before it in the same place, when that was aborted or rolled back: this one is its re-deployment. */
  readonly redeploys?: { readonly id: string; readonly ended: 'aborted' | 'rolled_back' };
  readonly choices: Choices;
  readonly startedBy: PersonId;
  /** Hold their role wherever the environment file names nobody for it. Absent: nobody was named. */
  readonly named?: NamedPeople;
  readonly goBy?: PersonId;
  readonly deployedBy?: PersonId;
  readonly anchors: Anchors;
  readonly state: DeploymentState;
  readonly items: Readonly<Record<string, ItemProgress>>;
  readonly captured: JsonObject;
  /** Items whose check could be measured here at some time: from then on not measuring it is a gap. Absent: none. */
  readonly connected?: readonly string[];
  readonly debts: readonly Debt[];
  readonly signatures: readonly Signature[];
  readonly followUps: readonly FollowUp[];
  readonly alerts: readonly Alert[];
  readonly rollback?: RollbackRun;
  /**
   * A rollback with data loss that somebody asked for last; whether it still stands says `askedRollback`. `lapsedAt`: the
   * asker was told that nobody confirmed it; absent: not yet.
   */
  readonly rollbackAsked?: RollbackRun & { readonly lapsedAt?: Instant };
  /** Outcome by the criteria so far; absent until they were judged. */
  readonly judgedOutcome?: { readonly outcome: DeploymentOutcome; readonly at: Instant };
  /**
   * Reminder key -> when it was last sent: `go:asked`, `go:backup`, `deployed:1`, `deployed:2`, `sign-off:asked`,
   * `rollback:open`, `item:<id>` for an item with a time of its own and `items:<stage>` for those due with their stage.
   */
  readonly reminded: Readonly<Record<string, Instant>>;
  /** Who freed its place by hand, and when; absent: nobody did since it last took it. */
  readonly unlocked?: { readonly by: PersonId; readonly at: Instant };
  /** Deployment that took over this one's watch. */
  readonly supersededBy?: string;
  readonly supersededAt?: Instant;
  /** Counts transitions; every stored change adds one. */
  readonly revision: number;
};

/** A deployment as people know it, by its id: `#13` of `small-13`. */
export const numberOf = (id: string): string => id.replace(/^.*-(?=\d+$)/, '#');

export const progressOf = (deployment: Deployment, itemId: string): ItemProgress =>
  deployment.items[itemId] ?? {};

/** True in states that nothing but a lock release or a report can follow. */
export const isEnded = (state: DeploymentState): boolean =>
  state.kind === 'completed' || state.kind === 'aborted' || state.kind === 'rolled_back';
