import { idsOf, openRequired } from '../../domain/decide/open-items.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { isJudgement, notYetWell } from '../../domain/standing.ts';
import type { Scene } from '../scene.ts';
import { focusOf } from '../scene.ts';
import { inline } from '../text.ts';

/** What keeps a judgement open and is not work of the stage already, which the card names anyway. */
export const blockersOf = (scene: Scene, entry: PlanItem): readonly PlanItem[] => {
  const named = new Set(openRequired(scene.board, focusOf(scene)));
  return notYetWell(scene.board, entry).filter((other) => !named.has(other));
};

/** Required judgements that the open work of the stage alone will not settle: somebody has to look elsewhere. */
export const stuckJudgements = (scene: Scene): readonly PlanItem[] =>
  openRequired(scene.board, focusOf(scene)).filter(
    (entry) =>
      isJudgement(entry) &&
      (notYetWell(scene.board, entry).length === 0 || blockersOf(scene, entry).length > 0),
  );

/** What it waits for, by id: so people type it, too. */
export const judgementText = (scene: Scene, entry: PlanItem): string => {
  const blockers = blockersOf(scene, entry);
  return blockers.length === 0 ? 'it does not hold' : `waits for ${inline(idsOf(blockers), 300)}`;
};

/** In the watch: what the sign-off asks for and no stage under way shows any more. */
export const openBefore = (scene: Scene): readonly PlanItem[] =>
  scene.situation.deployment.state.kind === 'watching'
    ? openRequired(scene.board, ['prepare', 'deploy', 'verify', 'watch']).filter(
        (entry) => !isJudgement(entry),
      )
    : [];
