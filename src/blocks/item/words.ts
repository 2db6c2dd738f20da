import type { Settled } from '../../domain/deployment.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { isOutOfReach } from '../../domain/request-checks.ts';
import type { Situation } from '../../domain/situation.ts';
import { dateTime, dateTimeSeconds, dotted, inline, mention, mentions, plural } from '../text.ts';
import { filled } from './fill.ts';
import type { Scene } from '../scene.ts';
import { progressIn } from '../scene.ts';

/** The people of a role, or the role's name when nobody is named for it. */
export const roleText = ({ policy }: Situation, role: string): string => {
  const holders = policy.holders(role);
  return holders === 'anyone' || holders.length === 0 ? inline(role, 40) : mentions(holders);
};

/** Who is waited for; undefined when the file names no role. */
export const ownerText = ({ situation }: Scene, { item, owner }: PlanItem): string | undefined => {
  if (item.body.kind === 'approval') return `approval by ${roleText(situation, item.body.role)}`;
  return owner === undefined ? undefined : roleText(situation, owner);
};

const EFFECT_TEXT = {
  read: 'it reads',
  write: 'it writes',
  load: 'it makes load',
  cost: 'it costs money',
} as const;

/** Why a person has to look and no machine did: what is not connected, what a click would do, what is asked. */
export const whyByHand = (scene: Scene, entry: PlanItem, max: number): string | undefined => {
  const { situation } = scene;
  const { body, note } = entry.item;
  if (body.kind === 'check') {
    const readiness = situation.readiness(entry);
    if (readiness.kind === 'not_connected') {
      const what = isOutOfReach(situation, entry) ? 'no worker can measure it now' : 'by hand';
      return inline(`${what}: ${readiness.missing.join(', ')}`, max);
    }
    if (readiness.kind === 'by_click') return `runs by click: ${EFFECT_TEXT[readiness.effect]}`;
  }
  if (body.kind === 'manual' && body.evidence !== undefined) {
    const { kind, unit } = body.evidence;
    return `asks for a ${kind}${unit === undefined ? '' : ` in ${inline(unit, 20)}`}`;
  }
  return note === undefined ? undefined : inline(filled(scene, note), max);
};

/** What a check found, when, and after how many tries; undefined when nothing was measured. */
export const measuredText = (scene: Scene, entry: PlanItem, max: number): string | undefined => {
  const { measured } = progressIn(scene, entry);
  if (measured === undefined) return undefined;
  const tries = measured.tries > 1 ? `, ${plural(measured.tries, 'try', 'tries')}` : '';
  return `${inline(measured.line, max)} · ${dateTimeSeconds(measured.at)}${tries}`;
};

/** `confirmed by @ana 10:41`, `skipped by @ana: no access`. `unit`: of the number that was asked for. */
export const settledText = (settled: Settled, max: number, unit?: string): string => {
  switch (settled.kind) {
    case 'confirmed':
      return dotted(
        `confirmed by ${mention(settled.by)} ${dateTime(settled.at)}`,
        seenText(settled, max, unit),
      );
    case 'skipped':
      return `skipped by ${mention(settled.by)}: ${inline(settled.reason, max)}`;
    case 'not_applicable':
      return `not applicable, ${mention(settled.by)}: ${inline(settled.reason, max)}`;
    case 'failed':
      return `failed by ${mention(settled.by)}: ${inline(settled.reason, max)}`;
    case 'elapsed':
      return `over ${dateTime(settled.at)}`;
  }
};

const seenText = (
  { seen, evidence }: Extract<Settled, { kind: 'confirmed' }>,
  max: number,
  unit: string | undefined,
): string | undefined => {
  if (evidence !== undefined) {
    const value = typeof evidence === 'string' ? evidence : JSON.stringify(evidence);
    return inline(unit === undefined ? value : `${value} ${unit}`, max);
  }
  return seen === undefined ? undefined : inline(seen, max);
};

/** How somebody decided about an item, whichever way; undefined while nobody did. */
export const decisionText = (scene: Scene, entry: PlanItem, max: number): string | undefined => {
  const { settled, accepted } = progressIn(scene, entry);
  if (accepted !== undefined) return `accepted by ${mention(accepted.by)}: ${inline(accepted.reason, max)}`;
  const { body } = entry.item;
  const unit = body.kind === 'manual' ? body.evidence?.unit : undefined;
  return settled === undefined ? undefined : settledText(settled, max, unit);
};
