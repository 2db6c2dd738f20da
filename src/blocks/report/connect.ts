import type { PlanItem } from '../../domain/plan.ts';
import type { Scene } from '../scene.ts';
import { countedLines } from './facts.ts';

export type ConnectLine = { readonly title: string; readonly missing: readonly string[] };

const TEN = 10;

/** The checks that would have saved people most: critical before required, watched before once, the file's order last. */
export const connectFirst = (scene: Scene): readonly ConnectLine[] =>
  countedLines(scene)
    .filter(({ applies, item }) => applies && item.body.kind === 'check')
    .flatMap((entry) => {
      const readiness = scene.situation.readiness(entry);
      return readiness.kind === 'not_connected' ? [{ entry, missing: readiness.missing }] : [];
    })
    .toSorted((a, b) => weightOf(b.entry) - weightOf(a.entry))
    .slice(0, TEN)
    .map(({ entry, missing }) => ({ title: entry.item.title, missing }));

const weightOf = ({ item }: PlanItem): number =>
  (item.critical ? 4 : 0) + (item.required ? 2 : 0) + (item.watch ? 1 : 0);
