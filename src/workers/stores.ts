import type { CheckRequest, Effect } from '../domain/check.ts';
import type { StoredChain } from '../domain/judge-chain.ts';
import type { KeptMessage, Pace } from '../domain/kept-message.ts';
import type { Instant } from '../lib/time.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Tx } from '../usecases/stores.ts';

export type Shown = Partial<{
  channel: string;
  ts: string | null;
  permalink: string | null;
  postedAt: Instant;
  shown: number;
  shownHash: string | null;
  shownAt: Instant;
}>;

/** What the processors need of the tables. Repositories fit by shape. */
export type WorkerTx = Tx & {
  readonly runs: {
    claim: (
      id: string,
      now: Instant,
    ) => Promise<
      | {
          request: CheckRequest;
          effect: Effect;
          deploymentId: string;
          itemId: string;
          wasClaimed: boolean;
          sample: number | undefined;
          queuedAt: Instant;
        }
      | undefined
    >;
    listLastGood: (
      deploymentId: string,
      itemIds: readonly string[],
      before: Instant,
    ) => Promise<readonly { readonly itemId: string; readonly at: Instant; readonly line: string }[]>;
  };
  readonly workers: {
    announce: (
      worker: { id: string; runner: string | undefined; envNames: readonly string[] },
      now: Instant,
    ) => Promise<void>;
    leave: (id: string) => Promise<void>;
  };
  readonly audit: {
    read: (chain: string) => Promise<StoredChain>;
  };
  readonly messages: {
    lease: (
      id: string,
      lease: { token: string; now: Instant; ms: number },
    ) => Promise<KeptMessage | undefined>;
    renew: (id: string, lease: { token: string; now: Instant; ms: number }) => Promise<boolean>;
    distrust: (id: string) => Promise<void>;
    drawn: (id: string, token: string, shown: Shown) => Promise<boolean>;
    redrawAt: (id: string, at: Instant) => Promise<void>;
    leaveUncertain: (id: string, token: string, until: Instant) => Promise<void>;
    giveUp: (id: string, token: string, why: string) => Promise<void>;
    find: (deploymentId: string, kind: KeptMessage['kind'], ref: string) => Promise<KeptMessage | undefined>;
    list: (deploymentId: string) => Promise<KeptMessage[]>;
    pace: (id: string, now: Instant) => Promise<Pace | undefined>;
  };
  readonly notices: {
    take: (
      id: string,
      claim: { now: Instant; ms: number },
    ) => Promise<
      | {
          readonly id: string;
          readonly deploymentId: string | null;
          readonly body: JsonObject;
          readonly createdAt: Instant;
          readonly tries: number;
        }
      | undefined
    >;
    hold: (id: string, until: Instant) => Promise<void>;
    leave: (id: string, left: { until: Instant | null; isTry: boolean }) => Promise<void>;
    sent: (id: string, end: { ts: string | null; now: Instant }) => Promise<void>;
    listSent: (
      deploymentId: string,
      before: Instant,
    ) => Promise<readonly { readonly ts: string; readonly body: JsonObject }[]>;
    giveUp: (id: string, why: string) => Promise<void>;
  };
  readonly budget: {
    take: (teamId: string, ask: { reserve: number; now: Instant }) => Promise<number>;
    takePost: (channel: string, now: Instant) => Promise<number>;
    drain: (teamId: string, until: Instant) => Promise<void>;
  };
};

export type WorkerStore = WorkerTx & {
  readonly transact: <T>(work: (tx: WorkerTx) => Promise<T>) => Promise<T>;
};
