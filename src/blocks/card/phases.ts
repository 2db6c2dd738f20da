import type { KnownBlock } from '@slack/types';
import type { PlanItem, Section } from '../../domain/plan.ts';
import { isWell } from '../../domain/standing.ts';
import { context } from '../kit.ts';
import type { Scene } from '../scene.ts';
import { focusOf, isRedYet, linesOf } from '../scene.ts';
import { bar, fitted, inline, plural } from '../text.ts';
import type { Detail } from './detail.ts';

/** How a phase stands, over its lines that apply. */
export type PhaseCount = {
  readonly phaseId: string;
  readonly title: string;
  readonly total: number;
  readonly done: number;
  readonly red: number;
};

export const phaseCounts = (
  scene: Scene,
  sections: readonly Section[] = focusOf(scene),
): readonly PhaseCount[] => {
  const phases = new Map<string, PlanItem[]>();
  for (const entry of linesOf(scene, sections)) {
    phases.set(entry.phaseId, [...(phases.get(entry.phaseId) ?? []), entry]);
  }
  return [...phases].map(([phaseId, lines]) => {
    const standings = lines.map(({ item }) => scene.board.standing(item.id));
    return {
      phaseId,
      title: lines[0]?.phaseTitle ?? phaseId,
      total: lines.length,
      done: standings.filter(isWell).length,
      red: standings.filter((standing) => standing === 'red').length,
    };
  });
};

const ALL: readonly Section[] = ['prepare', 'deploy', 'verify', 'watch', 'criteria', 'rollback'];

/** Every phase that can be opened: of the current stage those with open lines first, then the other stages in their order. */
export const phasesToOpen = (scene: Scene): readonly PhaseCount[] => {
  const now = phaseCounts(scene).toSorted((a, b) => Number(a.done === a.total) - Number(b.done === b.total));
  const shown = new Set(now.map(({ phaseId }) => phaseId));
  return [...now, ...phaseCounts(scene, ALL).filter(({ phaseId }) => !shown.has(phaseId))];
};

/** `Environment ████████ 22/22 · Database ██████░░ 10/12 1 red · 3 more done`; none when the stage has no lines. */
export const phaseBlocks = (scene: Scene, { list }: Detail): KnownBlock[] => {
  const counts = phaseCounts(scene);
  const open = counts.filter(({ done, total }) => done < total);
  const done = counts.length - open.length;
  const ended =
    done === 0
      ? undefined
      : open.length === 0
        ? `${plural(done, 'phase')} of this stage done`
        : `${done} more done`;
  const texts = open.map((count) => phaseText(scene, count));
  const parts = [fitted(texts, { max: list }), ended].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? [] : [context('phases', parts.join(' · '))];
};

const phaseText = (scene: Scene, { title, done, total, red }: PhaseCount): string => {
  const bad = red === 0 ? '' : ` ${red} ${isRedYet(scene) ? 'red' : 'not yet'}`;
  return `${inline(title, 40)} ${bar(done, total)} ${done}/${total}${bad}`;
};
