import type { Json } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import type { Choices } from './checklist.ts';
import type {
  AlertDecision,
  DeploymentOutcome,
  FollowUp,
  Measured,
  NamedPeople,
  PersonId,
  RollbackRun,
  RunReason,
  RungCounts,
  Settled,
} from './deployment.ts';

type By = { readonly by: PersonId };
type Reasoned = By & { readonly reason: string };
type OnItem = { readonly itemId: string };

/** A person, or a timer, settled an item or took that back. */
export type ItemEvent =
  | ({ readonly type: 'item_confirmed'; readonly seen?: string; readonly evidence?: Json } & By & OnItem)
  | ({ readonly type: 'item_skipped'; readonly override: boolean; readonly debtId?: string } & Reasoned &
      OnItem)
  | ({ readonly type: 'item_marked_not_applicable' } & Reasoned & OnItem)
  | ({ readonly type: 'item_failed' } & Reasoned & OnItem)
  | ({ readonly type: 'item_undone'; readonly reason?: string } & By & OnItem)
  | ({ readonly type: 'red_accepted'; readonly debtId: string } & Reasoned & OnItem)
  /** Confirmed in deployment `from`, which was aborted; who and when are as they were there. */
  | ({
      readonly type: 'item_carried_over';
      readonly settled: Extract<Settled, { readonly kind: 'confirmed' }>;
      readonly from: string;
    } & OnItem)
  | ({ readonly type: 'item_noted'; readonly text: string } & By & OnItem)
  | ({ readonly type: 'timer_started' } & OnItem)
  | ({ readonly type: 'timer_elapsed' } & OnItem);

/** Checks were asked for and answered. */
export type CheckEvent =
  | {
      readonly type: 'checks_requested';
      readonly reason: RunReason;
      readonly runs: readonly { readonly runId: string; readonly itemId: string }[];
    }
  /** For the first time in this deployment these can be measured. */
  | { readonly type: 'checks_connected'; readonly itemIds: readonly string[] }
  | ({
      readonly type: 'check_settled';
      readonly measured: Measured;
      readonly captured?: Readonly<Record<string, Json>>;
    } & OnItem)
  /** The run ended, but nothing may be learned from it: asked in an earlier stage, or cancelled. */
  | ({ readonly type: 'check_discarded'; readonly runId: string; readonly why: string } & OnItem);

/** The deployment itself moved. */
export type StateEvent =
  | ({
      readonly type: 'deployment_started';
      readonly version: string | null;
      readonly checklistHash: string;
      readonly choices: Choices;
      /** Absent: nobody was named for a role. */
      readonly named?: NamedPeople;
    } & By)
  /** Deployment `by` changed the environment: what was measured before has to be measured again; `version` runs there now. */
  | { readonly type: 'evidence_outdated'; readonly by: string; readonly version?: string | null }
  /** It answered before anything was deployed; null: no version could be read, `line` says what came instead. */
  | {
      readonly type: 'version_at_start_measured';
      readonly version: string | null;
      readonly line: string;
      readonly runId: string;
      readonly askedAt: Instant;
    }
  /** `itemIds`: what was measured or said of them was about another version and no longer counts. */
  | ({ readonly type: 'version_set'; readonly version: string; readonly itemIds: readonly string[] } & By)
  | { readonly type: 'gate_opened' }
  | { readonly type: 'gate_closed' }
  | ({ readonly type: 'go_deferred'; readonly itemIds: readonly string[] } & By)
  | ({ readonly type: 'go_given'; readonly measured: number; readonly byPeople: number } & By)
  | {
      readonly type: 'no_go_given';
      readonly by: PersonId | null;
      readonly reason: string;
      /** Approval items that have to be given again. */
      readonly clearedApprovals: readonly string[];
    }
  | ({ readonly type: 'resumed' } & By)
  | ({
      readonly type: 'deployed';
      readonly deployedAt: Instant;
      readonly override?: { readonly reason: string; readonly debtId: string };
      readonly followUps: readonly FollowUp[];
    } & By)
  /** `itemIds`: what was measured or said of them after T-0 no longer counts. */
  | ({ readonly type: 'deployed_undone'; readonly itemIds: readonly string[] } & By)
  | { readonly type: 'verified' }
  | ({ readonly type: 'aborted'; readonly locked: boolean } & Reasoned)
  /** With data loss and without the typed word: it waits for a second person. */
  | ({
      readonly type: 'rollback_asked';
      readonly plans: readonly string[];
      readonly targetVersion: string | null;
    } & Reasoned)
  /** Nobody confirmed it in time: it starts nothing any more. */
  | { readonly type: 'rollback_ask_lapsed'; readonly ask: RollbackRun }
  | { readonly type: 'rollback_started'; readonly run: RollbackRun }
  | { readonly type: 'rolled_back' }
  /** Somebody freed its place by hand. */
  | ({ readonly type: 'unlocked' } & Reasoned)
  | ({ readonly type: 'signed'; readonly role: string; readonly acceptedDebts: readonly string[] } & By)
  | {
      readonly type: 'completed';
      readonly outcome: DeploymentOutcome;
      readonly unsigned: readonly string[];
    };

/** After T-0. */
export type WatchEvent =
  | {
      readonly type: 'follow_up_started';
      readonly followUpId: string;
      readonly late: boolean;
      readonly runIds: readonly string[];
    }
  | ({ readonly type: 'follow_up_finished'; readonly followUpId: string } & RungCounts)
  | { readonly type: 'follow_ups_missed'; readonly followUpIds: readonly string[] }
  | { readonly type: 'follow_up_planned'; readonly followUp: FollowUp }
  /** Again while it is suspected: the look could not tell. */
  | ({ readonly type: 'suspected' } & OnItem)
  | ({ readonly type: 'suspicion_cleared' } & OnItem)
  | {
      readonly type: 'alert_fired';
      readonly alertId: string;
      readonly cause: string;
      readonly line: string;
      readonly itemIds: readonly string[];
      readonly since: Instant;
    }
  | { readonly type: 'alert_joined'; readonly alertId: string; readonly itemIds: readonly string[] }
  | ({ readonly type: 'alert_acknowledged'; readonly alertId: string } & By)
  | ({ readonly type: 'alert_taken_over'; readonly alertId: string } & By)
  | { readonly type: 'alert_looked_at'; readonly alertId: string }
  | { readonly type: 'alert_repeated'; readonly alertId: string; readonly toBackup: boolean }
  /** `decided` absent: everything of it was good again. */
  | { readonly type: 'alert_resolved'; readonly alertId: string; readonly decided?: AlertDecision }
  | { readonly type: 'criteria_judged'; readonly outcome: DeploymentOutcome }
  | { readonly type: 'superseded'; readonly supersededBy: string }
  | { readonly type: 'reminded'; readonly key: string };

/** One fact of a deployment's life: appended to its audit chain, and the only thing that changes its state. */
export type DomainEvent = (ItemEvent | CheckEvent | StateEvent | WatchEvent) & {};

export type EventOf<T extends DomainEvent['type']> = Extract<DomainEvent, { type: T }>;
