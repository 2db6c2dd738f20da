import type { PlanItem } from '../../domain/plan.ts';
import { readsVersion } from '../../domain/plan.ts';
import { isOutOfReach } from '../../domain/request-checks.ts';
import { needsLine } from '../../domain/settle/confirm-item.ts';
import type { Found } from '../../domain/settle/find-item.ts';
import { isSettleable, refuseSelfSettling } from '../../domain/settle/find-item.ts';
import { refuseUnskippable } from '../../domain/settle/skip-item.ts';
import { isJudgement, isWell } from '../../domain/standing.ts';
import type { Scene } from '../scene.ts';
import { progressIn } from '../scene.ts';

/** What a person can do to an item as it stands. The rules are the domain's; here only what makes sense is offered. */
export type ItemAction =
  | 'confirm'
  /** Confirm that asks something first. */
  | 'confirm_line'
  | 'run'
  | 'rerun'
  | 'accept'
  | 'skip'
  | 'na'
  | 'fail'
  | 'undo'
  | 'details';

/** In the order they are drawn; Details is always the last and always there. */
export const itemActions = (scene: Scene, entry: PlanItem): readonly ItemAction[] =>
  isJudgement(entry) ? [...onJudgement(scene, entry), 'details'] : onItem(scene, entry);

/** It can be done without, and nothing else: the items it looks at settle it. */
const onJudgement = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  if (!isSettleable(entry, scene.situation.deployment)) return [];
  if (progressIn(scene, entry).settled !== undefined) return ['undo'];
  return isWell(scene.board.standing(entry.item.id)) ? [] : [...skipping(scene, entry), 'na'];
};

const onItem = (scene: Scene, entry: PlanItem): readonly ItemAction[] =>
  isOpenToPeople(scene, entry) ? [...actsOn(scene, entry), 'details'] : ['details'];

const isOpenToPeople = (scene: Scene, entry: PlanItem): boolean =>
  isSettleable(entry, scene.situation.deployment) && refuseSelfSettling(foundIn(scene, entry)).ok;

const foundIn = (scene: Scene, entry: PlanItem): Found => ({
  board: scene.board,
  entry,
  progress: progressIn(scene, entry),
});

const actsOn = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  const { settled, accepted } = progressIn(scene, entry);
  if (accepted !== undefined) return ['undo'];
  if (settled !== undefined) return onSettled(scene, entry);
  switch (scene.board.standing(entry.item.id)) {
    case 'red':
      return onRed(scene, entry);
    case 'unclear':
      return onUnclear(scene, entry);
    case 'open':
      return onOpen(scene, entry);
    default:
      return canRun(scene, entry) ? ['rerun'] : onOutOfReach(scene, entry);
  }
};

/** Well when it was measured, and nobody can say whether it still is: a stale gate opens when somebody answers for it. */
const onOutOfReach = (scene: Scene, entry: PlanItem): readonly ItemAction[] =>
  isOutOfReach(scene.situation, entry) && !isRunning(scene, entry) ? skipping(scene, entry) : [];

const onSettled = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  const { deployment } = scene.situation;
  const stands = entry.item.body.kind === 'approval' && deployment.anchors.go !== undefined;
  const undo: readonly ItemAction[] = stands ? [] : ['undo'];
  return progressIn(scene, entry).settled?.kind === 'failed'
    ? [...undo, ...accepting(scene, entry), ...skipping(scene, entry)]
    : undo;
};

const onRed = (scene: Scene, entry: PlanItem): readonly ItemAction[] => [
  ...(canRun(scene, entry) ? (['rerun'] as const) : []),
  ...accepting(scene, entry),
  ...skipping(scene, entry),
];

const onUnclear = (scene: Scene, entry: PlanItem): readonly ItemAction[] => [
  ...(canRun(scene, entry) ? (['rerun'] as const) : []),
  ...(isRunning(scene, entry) || isOnlyMeasured(scene, entry) ? [] : (['confirm_line'] as const)),
  ...accepting(scene, entry),
  ...skipping(scene, entry),
];

const onOpen = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  const { body } = entry.item;
  if (isRunning(scene, entry)) return [];
  const rest: readonly ItemAction[] = [
    ...skipping(scene, entry),
    ...(isUnskippable(scene, entry) ? [] : (['na'] as const)),
    'fail',
  ];
  if (body.kind === 'check' && scene.situation.readiness(entry).kind !== 'not_connected')
    return ['run', ...rest];
  return [asksFirst(scene, entry) ? 'confirm_line' : 'confirm', ...rest];
};

/** True where Confirm opens a dialog: it wants evidence, or a line of what was seen. */
export const asksFirst = (scene: Scene, entry: PlanItem): boolean => {
  const { body } = entry.item;
  const wantsEvidence = body.kind === 'manual' && body.evidence !== undefined;
  return wantsEvidence || needsLine(scene.situation, { entry, progress: progressIn(scene, entry) });
};

const isRunning = (scene: Scene, entry: PlanItem): boolean => progressIn(scene, entry).running !== undefined;

const canRun = (scene: Scene, entry: PlanItem): boolean =>
  entry.item.body.kind === 'check' &&
  !isRunning(scene, entry) &&
  scene.situation.readiness(entry).kind !== 'not_connected';

const isOnlyMeasured = ({ situation }: Scene, entry: PlanItem): boolean =>
  readsVersion(entry) && situation.readiness(entry).kind === 'connected';

const isUnskippable = (scene: Scene, entry: PlanItem): boolean =>
  !refuseUnskippable(scene.situation, foundIn(scene, entry)).ok;

const skipping = (scene: Scene, entry: PlanItem): readonly ItemAction[] =>
  isUnskippable(scene, entry) ? [] : ['skip'];

const accepting = (scene: Scene, entry: PlanItem): readonly ItemAction[] => {
  const { kind } = scene.situation.deployment.state;
  return (kind === 'verifying' || kind === 'watching') && !isUnskippable(scene, entry) ? ['accept'] : [];
};
