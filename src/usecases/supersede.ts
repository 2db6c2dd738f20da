import type { Deployment } from '../domain/deployment.ts';
import { ok } from '../lib/result.ts';
import { act } from './act.ts';
import type { Loop } from './world.ts';

/** A newer T-0 takes over the watch of older deployments of the same place. */
export const supersedeOlder = async (loop: Loop, newer: Deployment): Promise<void> => {
  const live = await loop.transact((tx) => tx.deployments.listLive(newer.teamId));
  const older = live.filter(
    ({ id, system, environment, anchors, supersededBy }) =>
      id !== newer.id &&
      system === newer.system &&
      environment === newer.environment &&
      anchors.deployed !== undefined &&
      anchors.deployed <= (newer.anchors.deployed ?? 0) &&
      supersededBy === undefined,
  );
  for (const { id } of older) {
    await act(loop, {
      deploymentId: id,
      decide: ({ deployment }) =>
        ok(deployment.supersededBy === undefined ? [{ type: 'superseded', supersededBy: newer.id }] : []),
    });
  }
};
