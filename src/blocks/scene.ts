import type { Instant } from '../lib/time.ts';
import { MINUTE } from '../lib/time.ts';
import type { ItemProgress } from '../domain/deployment.ts';
import { progressOf } from '../domain/deployment.ts';
import type { PlanItem, Section } from '../domain/plan.ts';
import type { Situation } from '../domain/situation.ts';
import type { Board } from '../domain/standing.ts';
import { boardOf, isLeaf } from '../domain/standing.ts';

/** A situation together with how its items stand, worked out once for everything that is drawn from it. */
export type Scene = { readonly situation: Situation; readonly board: Board };

export const sceneOf = (situation: Situation): Scene => ({ situation, board: boardOf(situation) });

export const progressIn = ({ situation }: Scene, { item }: PlanItem): ItemProgress =>
  progressOf(situation.deployment, item.id);

/** Lines of these sections that stand for themselves and apply here, in the order of the file; of plans only the chosen ones. */
export const linesOf = (scene: Scene, sections: readonly Section[]): readonly PlanItem[] => {
  const plans = scene.situation.deployment.rollback?.plans ?? [];
  return scene.board.plan.items.filter(
    (entry) =>
      sections.includes(entry.section) &&
      entry.applies &&
      isLeaf(entry) &&
      (entry.section !== 'rollback' || plans.includes(entry.phaseId)),
  );
};

/** The section the work is in now. `watching` keeps an eye on what was verified. */
export const focusOf = ({ situation }: Scene): readonly Section[] => {
  switch (situation.deployment.state.kind) {
    case 'preparing':
    case 'awaiting_go':
    case 'held':
      return ['prepare'];
    case 'deploying':
      return ['deploy'];
    case 'verifying':
      return ['verify'];
    case 'watching':
      return ['verify', 'watch', 'criteria'];
    case 'rolling_back':
      return ['rollback'];
    case 'rolled_back':
      return ['after'];
    case 'completed':
    case 'aborted':
      return [];
  }
};

/** While preparing nothing is red, only "not yet": nobody has promised anything so far. */
export const isRedYet = ({ situation }: Scene): boolean => {
  const { kind } = situation.deployment.state;
  return kind !== 'preparing' && kind !== 'held';
};

/** How long a settled row keeps its place, struck out, so that nothing moves under a thumb. */
export const ROW_STAYS_MS = MINUTE;

/** When a person last decided about an item; undefined while nobody did. */
export const decidedAt = ({ settled, accepted }: ItemProgress): Instant | undefined =>
  accepted?.at ?? settled?.at;

export const isRecent = ({ situation }: Scene, at: Instant | undefined): boolean =>
  at !== undefined && situation.now - at < ROW_STAYS_MS;
