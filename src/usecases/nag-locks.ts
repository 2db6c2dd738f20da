import type { Lock } from '../domain/lock.ts';
import { WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import { HOUR } from '../lib/time.ts';
import { noticeRow, tell } from './notices.ts';
import { environmentOf } from './situate.ts';
import type { Loop } from './world.ts';

/** A place held for longer than this may have been forgotten. */
const HELD_LONG_HOURS = 4;

/** Tells whoever holds a place for long, once and by day there: nobody else can deploy. */
export const nagLocks = async (loop: Loop): Promise<void> => {
  const now = loop.now().getTime();
  const isQuiet = ({ environment }: Lock) =>
    loop.calendarOf(environmentOf(loop, environment)).nextLoudTime(now) > now;
  await loop.transact(async (tx) => {
    for (const lock of await tx.locks.listHeldSince(now - HELD_LONG_HOURS * HOUR)) {
      const id = `lock:${lock.teamId}:${lock.environment}:${lock.system}:${lock.since}`;
      if (isQuiet(lock) || (await tx.notices.isKnown(id))) continue;
      await tell(tx, noticeRow(id, null, { kind: 'direct', person: lock.heldBy, text: nagText(lock) }), now);
    }
  });
};

const nagText = ({ environment, system, deploymentId, reason }: Lock): string => {
  const place = system === WHOLE_ENVIRONMENT ? environment : `${system} in ${environment}`;
  const by = deploymentId === null ? 'You hold' : `${reason}, which you started, holds`;
  return `${by} the lock on ${place} for more than ${HELD_LONG_HOURS} h, and nobody else can deploy there. If it is not needed any more: /deploy unlock ${environment} &lt;reason&gt;`;
};
