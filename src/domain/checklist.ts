import type { Json, JsonObject } from '../lib/json.ts';
import type { CheckDefinition, Connections, Effect, Expectations } from './check.ts';

/** When an item's evidence can exist. `rollback` is entered by a decision, the others in this order. */
export const STAGES = ['prepare', 'deploy', 'verify', 'watch'] as const;
export type Stage = (typeof STAGES)[number];

/** All must hold; the same matchers as checks, over `environment`, `variant.<group>` and `parameter.<name>`. */
export type Condition = Expectations;

/** Asked when a person confirms. A number outside `expect` fails the item. */
export type EvidenceRequest = {
  readonly kind: 'number' | 'text' | 'link';
  readonly unit?: string;
  readonly expect?: Json;
};

/**
 * What makes an item settle. Exactly one per item: `manual` = a person confirms, `check` = measured,
 * `approval` = only that role and never the starter, `timer` = a wait that settles itself, `parent` = its children.
 */
export type ItemBody =
  | { readonly kind: 'manual'; readonly evidence?: EvidenceRequest }
  | { readonly kind: 'check'; readonly check: CheckDefinition; readonly effect: Effect }
  | { readonly kind: 'approval'; readonly role: string }
  | { readonly kind: 'timer'; readonly durationMs: number }
  | { readonly kind: 'parent'; readonly items: readonly Item[] }
  /** Settles with its twin and is not drawn. */
  | { readonly kind: 'twin'; readonly of: string };

/** One line of a checklist, addressed by `id`, never by index. At most three levels deep. */
export type Item = {
  readonly id: string;
  readonly title: string;
  readonly body: ItemBody;
  /** Role that is waited for; inherited from parent and phase. */
  readonly owner?: string;
  readonly note?: string;
  /** Help linked from Details. */
  readonly link?: string;
  /** Shown to copy, never run. */
  readonly command?: string;
  /** A gate opens only when it is settled. Default: yes in prepare, deploy and verify, else no. */
  readonly required: boolean;
  /** Skipping it is an override by an approver. */
  readonly critical: boolean;
  /** The ladder re-runs it. Only checks that read may say so. */
  readonly watch: boolean;
  /** Due this long after T-0 (negative: before planned Go); absent: due with its stage. */
  readonly at?: Offset;
  readonly when?: Condition;
};

/** `+15m` counts from T-0, `go+30m` and `start+1h` from those anchors; negative ones (`-2h`) from planned Go whatever the anchor. */
export type Offset = { readonly anchor: 'start' | 'go' | 'deployed'; readonly ms: number };

/** A titled group of items. */
export type Phase = {
  readonly id: string;
  readonly title: string;
  readonly owner?: string;
  readonly when?: Condition;
  readonly note?: string;
  readonly items: readonly Item[];
};

export type Parameter = {
  readonly describe: string;
  readonly default?: Json;
  /** Comes only from the worker's environment; never stored, shown or logged. */
  readonly secret: boolean;
  /** Offered in the start modal. */
  readonly ask: boolean;
};

/** Exactly one option holds per deployment. */
export type VariantGroup = {
  readonly title: string;
  readonly options: Readonly<Record<string, { readonly title: string; readonly note?: string }>>;
  readonly default: string;
};

/** One rung, or a series of them, of the schedule after T-0. */
export type LadderRung =
  | { readonly kind: 'at'; readonly offset: Offset; readonly title?: string }
  /** `forMs` absent: until the deployment is completed or superseded. Cron fields are in the environment's time zone. */
  | { readonly kind: 'cron'; readonly cron: string; readonly forMs?: number; readonly title?: string };

export type RollbackPlan = {
  readonly title: string;
  readonly default: boolean;
  /** Needs a second person or the typed word RESTORE. */
  readonly dataLoss: boolean;
  readonly items: readonly Item[];
};

export type Contact = { readonly id: string; readonly title: string; readonly how: string };
export type Reference = {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly link?: string;
};

/** The definition a deployment follows: one file `checklists/<system>.yaml`, with an environment's values put in. */
export type Checklist = {
  readonly formatVersion: 1;
  readonly system: string;
  readonly title: string;
  readonly summary?: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly variants: Readonly<Record<string, VariantGroup>>;
  /** How to read the version that runs now; feeds `version-live`, the proof of a rollback, and `version.at-start`. */
  readonly version?: { readonly check: CheckDefinition; readonly path: string };
  readonly stages: Readonly<Record<Stage, readonly Phase[]>>;
  readonly ladder: readonly LadderRung[];
  readonly criteria?: { readonly at: readonly Offset[]; readonly items: readonly Item[] };
  readonly signOff: {
    readonly opens: 'verified' | 'criteria' | Offset;
    readonly roles: readonly string[];
    /** One person may sign for several roles. Default false. */
    readonly samePerson?: boolean;
  };
  readonly rollback: {
    readonly triggers: readonly string[];
    readonly plans: Readonly<Record<string, RollbackPlan>>;
    readonly after: readonly Item[];
  };
  readonly info: readonly Reference[];
  readonly contacts: readonly Contact[];
};

/** The built-in item of the verify stage that waits until the new version answers. */
export const VERSION_LIVE = 'version-live';

/** The measurement, once after the start, of the version that answers before anything is deployed. No line of the plan. */
export const VERSION_AT_START = 'version.at-start';

/** The one item of the built-in rollback plan, for checklists that name no plan. */
export const PREVIOUS_RUNS = 'previous-version-runs';

/** What stands on a verify item while the version that answers is not the new one. */
export const OLD_VERSION = 'old version answers';

/** Where: one file `checklists/environments/<environment>.yaml`. */
export type Environment = {
  readonly environment: string;
  /** IANA name; default UTC. */
  readonly timeZone: string;
  readonly workHours: WorkHours;
  /** Name (`#deploys`) or id; absent: where the command was typed. */
  readonly channel?: string;
  /** Default: true in `production`, false elsewhere. */
  readonly fourEyes: boolean;
  /** Role -> Slack user ids, `@names`, user group ids or `@handles`. Absent role: any full member of the channel. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly runner?: string;
  readonly systems: Readonly<Record<string, SystemInEnvironment>>;
};

/** Days 1 (Monday) to 7; `from` and `to` are minutes after midnight in the environment's time zone. */
export type WorkHours = { readonly days: readonly number[]; readonly from: number; readonly to: number };

export type SystemInEnvironment = {
  readonly connections: Connections;
  /** When the lock is taken; absent: at the start, or at Go when that is planned more than a day ahead. */
  readonly lockFrom?: 'start' | 'go';
  /** Replaces the checklist's ladder. */
  readonly ladder?: readonly LadderRung[];
  /** Between a first bad result in the watch and the second look that decides, in milliseconds; absent: the common rule. */
  readonly secondLookMs?: number;
  /** Names the start modal may not change: parameters with a fixed value here. */
  readonly channel?: string;
};

/** A checklist with one environment's non-secret values put in, as it is pinned to a deployment. */
export type EffectiveChecklist = Checklist & {
  readonly environment: string;
  readonly connections: Connections;
  readonly timeZone: string;
  readonly workHours: WorkHours;
  /** As in `SystemInEnvironment`. */
  readonly lockFrom?: 'start' | 'go';
  /** As in `SystemInEnvironment`. */
  readonly secondLookMs?: number;
};

/** A problem in a file: where, and what was expected. Lines and columns count from 1; 0 when the place is unknown. */
export type FileProblem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** What conditions can see. */
export type Choices = {
  readonly variants: Readonly<Record<string, string>>;
  readonly parameters: JsonObject;
};
