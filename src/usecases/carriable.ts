import { carryOver, isCarriable } from '../domain/decide/carry-over.ts';
import type { Deployment, PersonId } from '../domain/deployment.ts';
import type { Instant } from '../lib/time.ts';
import { environmentOf, situate } from './situate.ts';
import { unstarted } from './unstarted.ts';
import type { Loop } from './world.ts';

/** Confirmations of an aborted attempt that the next start of the place could keep. */
export type Carriable = {
  readonly from: string;
  readonly confirmations: number;
  readonly abortedBy: PersonId;
  readonly abortedAt: Instant;
};

/** What could be kept of the newest attempt of a place; undefined: it was not aborted lately, or nothing is left of it. */
export const carriableOf = async (loop: Loop, attempt: Deployment): Promise<Carriable | undefined> => {
  const { system, environment, choices, state } = attempt;
  const now = loop.now().getTime();
  const file = loop.files().checklists.get(system);
  if (file === undefined || state.kind !== 'aborted' || !isCarriable(attempt, now)) return undefined;
  const { checklist, hash } = loop.effective(file, environmentOf(loop, environment), system);
  const deployment = unstarted(loop, { system, environment, checklistHash: hash, choices });
  const before = await loop.transact((tx) => tx.checklists.get(attempt.checklistHash));
  const kept = carryOver(situate(loop, { deployment, checklist, now }), {
    deployment: attempt,
    checklist: before,
  });
  return kept.length === 0
    ? undefined
    : { from: attempt.id, confirmations: kept.length, abortedBy: state.by, abortedAt: state.at };
};
