import type { EffectiveChecklist } from '../domain/checklist.ts';
import { NO_CLAIMANT } from './claimant.ts';
import { budgetStore } from './budget.ts';
import type { Db } from './connect.ts';
import { deploymentStore } from './deployments.ts';
import type { KeptDeployments } from './kept-deployments.ts';
import { inboundStore } from './inbound.ts';
import { keepDeployments } from './kept-deployments.ts';
import { auditStore, inboxStore, OUTBOX_CHANNEL, outboxStore } from './loop-tables.ts';
import { metaStore } from './meta.ts';
import { noticeStore } from './notices.ts';
import { checklistStore, lockStore, workerStore } from './places.ts';
import { runStore } from './runs.ts';
import { sampleStore } from './samples.ts';
import { messageStore } from './slack-tables.ts';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

type Context = {
  readonly kept: {
    readonly checklists: Map<string, EffectiveChecklist>;
    readonly deployments: KeptDeployments;
  };
  readonly self: number;
};

const storesOn = (db: Kysely<Schema>, { kept, self }: Context) => ({
  inbox: inboxStore(db, self),
  outbox: outboxStore(db),
  audit: auditStore(db),
  deployments: deploymentStore(db, kept.deployments),
  checklists: checklistStore(db, kept.checklists),
  runs: runStore(db, self),
  samples: sampleStore(db),
  locks: lockStore(db),
  workers: workerStore(db),
  messages: messageStore(db),
  notices: noticeStore(db),
  budget: budgetStore(db),
  meta: metaStore(db),
  inbound: inboundStore(db),
  /** Wakes every relay when the transaction commits. */
  wakeRelays: async (): Promise<void> => {
    await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(db);
  },
});

/** All tables, one repository each. */
export type Stores = ReturnType<typeof storesOn>;

/** The repositories outside a transaction, and `transact` for everything that changes more than one row. */
export type Store = Stores & { readonly transact: <T>(work: (tx: Stores) => Promise<T>) => Promise<T> };

export const storeOn = (db: Db, self: number = NO_CLAIMANT): Store => {
  const context: Context = { kept: { checklists: new Map(), deployments: keepDeployments() }, self };
  return {
    ...storesOn(db, context),
    transact: (work) => db.transaction().execute((tx) => work(storesOn(tx, context))),
  };
};
