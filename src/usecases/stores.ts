import type { CheckRequest, CheckResult, Effect } from '../domain/check.ts';
import type { EffectiveChecklist } from '../domain/checklist.ts';
import type { Deployment, RunReason } from '../domain/deployment.ts';
import type { SettledRun } from '../domain/settle/settle-check.ts';
import type { Sample } from '../domain/sampling.ts';
import type { Lock } from '../domain/lock.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Instant } from '../lib/time.ts';
import type { AskedResult, Statement } from './receive.ts';

/** A place was changed by deployment `by`: at its T-0, and once more at the end of its rollback. */
export type PlaceChange = {
  readonly by: string;
  readonly deployedAt: Instant;
  readonly at: Instant;
  /** What runs there since. */
  readonly version: string | null;
};

/** What a worker is asked for. */
export type WantedRun = Pick<NewRun, 'id' | 'zone' | 'effect' | 'request'>;

/** One more measurement of a sampled check; `sample`: how many were taken before. */
export type DueSample = WantedRun & { readonly sample: number };

/** What the use cases need of the tables inside one transaction. Repositories fit by shape. */
export type Tx = {
  readonly inbox: {
    finish: (id: string, end: { outcome: string; now: Instant }) => Promise<boolean>;
    /** Ended, but its person has no answer yet: handled by `finish` once there is one. False: somebody else handled it. */
    leaveOpen: (id: string, outcome: string) => Promise<boolean>;
  };
  readonly outbox: {
    add: (entries: readonly { queue: string; payload: JsonObject }[], now: Instant) => Promise<void>;
  };
  readonly audit: {
    append: (chain: string, facts: readonly { readonly type: string }[], at: Instant) => Promise<void>;
  };
  readonly deployments: {
    lock: (id: string) => Promise<Deployment | undefined>;
    find: (id: string) => Promise<Deployment | undefined>;
    findByNumber: (teamId: string, number: number) => Promise<Deployment | undefined>;
    listLive: (teamId: string, channel?: string) => Promise<Deployment[]>;
    listLiveIds: () => Promise<string[]>;
    listRecent: (
      teamId: string,
      filter: { system?: string; environment?: string; channel?: string; limit: number },
    ) => Promise<Deployment[]>;
    /** What another deployment of the same place did last. */
    findLastChange: (deployment: Deployment) => Promise<PlaceChange | undefined>;
    takeNumber: (teamId: string) => Promise<number>;
    insert: (deployment: Deployment, nextDueAt: Instant | undefined, now: Instant) => Promise<void>;
    save: (
      change: { before: Deployment; after: Deployment; nextDueAt: Instant | undefined },
      now: Instant,
    ) => Promise<void>;
  };
  readonly checklists: {
    pin: (hash: string, checklist: EffectiveChecklist, now: Instant) => Promise<void>;
    get: (hash: string) => Promise<EffectiveChecklist>;
  };
  readonly runs: {
    insert: (runs: readonly NewRun[], now: Instant) => Promise<void>;
    finish: (
      id: string,
      result: CheckResult,
      now: Instant,
    ) => Promise<{ readonly deploymentId: string } | undefined>;
    listFinished: (deploymentId: string, limit: number) => Promise<SettledRun[]>;
    settle: (ids: readonly string[], now: Instant) => Promise<void>;
  };
  readonly samples: {
    hold: (
      id: string,
    ) => Promise<
      | { readonly request: CheckRequest; readonly samples: readonly Sample[]; readonly deploymentId: string }
      | undefined
    >;
    keep: (id: string, samples: readonly Sample[], next: Instant) => Promise<void>;
    takeDue: (now: Instant, limit: number) => Promise<readonly DueSample[]>;
  };
  readonly locks: {
    take: (lock: Lock) => Promise<Lock | undefined>;
    find: (teamId: string, environment: string, system: string) => Promise<Lock | undefined>;
    /** Every lock there is, the oldest first. */
    list: (teamId: string) => Promise<Lock[]>;
    release: (teamId: string, environment: string, system: string) => Promise<Lock | undefined>;
    /** Of every team, taken at `before` or earlier. */
    listHeldSince: (before: Instant) => Promise<Lock[]>;
  };
  readonly messages: {
    want: (message: {
      id: string;
      deploymentId: string;
      kind: 'card' | 'alert';
      ref: string;
      channel: string;
      /** A person did something and waits to see it. */
      isAwaited: boolean;
    }) => Promise<string>;
    /** Makes a card that was posted before `before` a pointer to the next one; returns its id. */
    retireCard: (deploymentId: string, before: Instant) => Promise<string | undefined>;
  };
  readonly notices: {
    insert: (
      notices: readonly { id: string; deploymentId: string | null; body: JsonObject }[],
      now: Instant,
    ) => Promise<void>;
    /** Whether it was said, or is about to be. */
    isKnown: (id: string) => Promise<boolean>;
  };
  readonly meta: {
    /** Writes that somebody is at work now; returns when this was written last. */
    touch: (key: string, now: Instant) => Promise<Instant | undefined>;
  };
  readonly inbound: {
    /** Held until the transaction ends. */
    lock: (id: string) => Promise<AskedResult | undefined>;
    receive: (id: string, statement: Statement, now: Instant) => Promise<void>;
    /** A job was heard of. */
    beat: (id: string, statement: Statement, now: Instant) => Promise<void>;
  };
  readonly wakeRelays: () => Promise<void>;
};

export type NewRun = {
  readonly id: string;
  readonly deploymentId: string;
  readonly itemId: string;
  readonly reason: RunReason;
  readonly effect: Effect;
  readonly request: CheckRequest;
  /** Whose runner does it; absent: a core worker does it. */
  readonly zone?: string;
};

export type Transact = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
