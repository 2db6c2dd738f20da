import { elapse } from '../domain/elapse.ts';
import { ok } from '../lib/result.ts';
import { act } from './act.ts';
import type { Loop } from './world.ts';

/** The clock looks at a deployment: everything due until now happens. */
export const passTime = async (loop: Loop, deploymentId: string): Promise<void> => {
  await act(loop, { deploymentId, decide: (situation) => ok(elapse(situation)) });
};
