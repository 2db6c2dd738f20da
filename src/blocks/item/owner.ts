import type { PersonId } from '../../domain/deployment.ts';
import type { PlanItem } from '../../domain/plan.ts';
import type { Situation } from '../../domain/situation.ts';
import type { Scene } from '../scene.ts';

/** Whether this person may stand in for a role: they are named for it, or nobody is. */
export const holds = ({ policy }: Situation, role: string, viewer: PersonId): boolean => {
  const holders = policy.holders(role);
  return holders === 'anyone' || holders.includes(viewer);
};

/** Lines of a role this person is named for, and lines that wait for anybody. */
export const isOwnedBy = ({ situation }: Scene, { item, owner }: PlanItem, viewer: PersonId): boolean => {
  const role = item.body.kind === 'approval' ? item.body.role : owner;
  return role === undefined || holds(situation, role, viewer);
};
