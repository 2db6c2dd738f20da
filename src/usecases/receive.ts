import { resultArrived } from '../domain/settle/result-arrived.ts';
import { transition } from '../domain/transition.ts';
import { ok } from '../lib/result.ts';
import type { Instant } from '../lib/time.ts';
import { logTransition } from './act.ts';
import type { Addressed } from './inbound-address.ts';
import { persist } from './persist.ts';
import { situate } from './situate.ts';
import type { Tx } from './stores.ts';
import type { Loop } from './world.ts';

/** What another system says of itself. */
export type Statement = {
  readonly state: 'pass' | 'fail';
  /** Empty: it said nothing. */
  readonly line: string;
  readonly metrics: Readonly<Record<string, number | string | boolean>>;
};

/** One result that was asked for. */
export type AskedResult = {
  readonly id: string;
  readonly deploymentId: string;
  readonly itemId: string;
  readonly expiresAt: Instant;
  /** Absent: nothing has come in. */
  readonly received?: { readonly at: Instant; readonly statement: Statement };
};

/** What became of a statement. `used`: another one came first; `expired`: too late; `over`: nobody waits for it any more. */
export type Reception = 'taken' | 'unknown' | 'used' | 'expired' | 'over';

type Arrival = { readonly addressed: Addressed; readonly statement: Statement };

/** Takes in what another system reports to an address of ours; a result has its item measured again. */
export const receive = async (loop: Loop, { addressed, statement }: Arrival): Promise<Reception> => {
  if (addressed.kind === 'result') return receiveResult(loop, { addressed, statement });
  await loop.transact((tx) => tx.inbound.beat(addressed.id, statement, loop.now().getTime()));
  return 'taken';
};

const receiveResult = async (
  loop: Loop,
  { addressed, statement }: Arrival & { readonly addressed: Extract<Addressed, { kind: 'result' }> },
): Promise<Reception> => {
  const { reception, moved } = await loop.transact(async (tx) => {
    const now = loop.now().getTime();
    const asked = await tx.inbound.lock(addressed.id);
    const refused = refusalOf(asked, now);
    if (asked === undefined || refused !== undefined) return { reception: refused ?? 'unknown' };
    return measureAgain(loop, tx, { asked, statement });
  });
  if (moved?.ok === true) logTransition(loop, moved.value);
  return reception;
};

const refusalOf = (asked: AskedResult | undefined, now: Instant): Reception | undefined => {
  if (asked === undefined) return 'unknown';
  if (asked.received !== undefined) return 'used';
  return asked.expiresAt <= now ? 'expired' : undefined;
};

const measureAgain = async (
  loop: Loop,
  tx: Tx,
  { asked, statement }: { asked: AskedResult; statement: Statement },
): Promise<{ reception: Reception; moved?: ReturnType<typeof transition> }> => {
  const deployment = await tx.deployments.lock(asked.deploymentId);
  if (deployment === undefined) return { reception: 'unknown' };
  const checklist = await tx.checklists.get(deployment.checklistHash);
  const situation = situate(loop, { deployment, checklist, now: loop.now().getTime() });
  const events = resultArrived(situation, asked.itemId);
  if (events === undefined) return { reception: 'over' };
  await tx.inbound.receive(asked.id, statement, situation.now);
  const moved = transition(situation, () => ok(events));
  if (moved.ok) await persist(loop, tx, { situation, change: moved.value });
  return { reception: 'taken', moved };
};
