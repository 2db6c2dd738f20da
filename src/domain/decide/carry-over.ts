import type { Json } from '../../lib/json.ts';
import { canonicalJson } from '../../lib/json.ts';
import { DAY } from '../../lib/time.ts';
import type { EffectiveChecklist, Item } from '../checklist.ts';
import type { Deployment } from '../deployment.ts';
import { progressOf } from '../deployment.ts';
import type { EventOf } from '../events.ts';
import type { PlanItem } from '../plan.ts';
import { planOf } from '../plan.ts';
import type { Situation } from '../situation.ts';
import { namesVersion } from './set-version.ts';

/** An attempt that was aborted, with the checklist it followed. */
export type Attempt = { readonly deployment: Deployment; readonly checklist: EffectiveChecklist };

/** Confirmations are worth something for this long after their attempt was aborted. */
const KEPT = DAY;

/** True while what people confirmed in an aborted attempt may count for the next one of the same place. */
export const isCarriable = ({ state }: Deployment, now: number): boolean =>
  state.kind === 'aborted' && now - state.at < KEPT;

/**
 * What people confirmed in the preparation of an aborted attempt, for a deployment that begins now: who and when are
 * kept. Nothing measured, no approval, and no line that reads or asks otherwise than it did.
 */
export const carryOver = (
  situation: Situation,
  attempt: Attempt,
): readonly EventOf<'item_carried_over'>[] => {
  const { checklist, deployment, holds } = situation;
  const before = planOf(attempt.checklist, attempt.deployment.choices, holds).byId;
  const isSameVersion = attempt.deployment.version === deployment.version;
  return planOf(checklist, deployment.choices, holds).items.flatMap((entry) => {
    if (!isSameVersion && namesVersion(entry.item)) return [];
    const { settled } = progressOf(attempt.deployment, entry.item.id);
    const isKept = isByHand(situation, entry) && isSame(entry, before.get(entry.item.id));
    return isKept && settled?.kind === 'confirmed'
      ? [{ type: 'item_carried_over', itemId: entry.item.id, settled, from: attempt.deployment.id }]
      : [];
  });
};

const isByHand = (situation: Situation, entry: PlanItem): boolean => {
  const { applies, section, item } = entry;
  if (!applies || section !== 'prepare') return false;
  return (
    item.body.kind === 'manual' ||
    (item.body.kind === 'check' && situation.readiness(entry).kind === 'not_connected')
  );
};

const isSame = ({ item }: PlanItem, before: PlanItem | undefined): boolean =>
  before !== undefined && item.title === before.item.title && bodyText(item) === bodyText(before.item);

/** Storage keeps what a checklist says, not the order in which it says it. */
const bodyText = ({ body }: Item): string => canonicalJson(JSON.parse(JSON.stringify(body)) as Json);
