import type { Result } from '../../lib/result.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { err, ok } from '../../lib/result.ts';
import { requireMember } from '../actor.ts';
import type { Deployment, ItemProgress } from '../deployment.ts';
import { isEnded, progressOf } from '../deployment.ts';
import type { PlanItem, Section } from '../plan.ts';
import { activeSections, isChosen } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { quoted, refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';
import type { Board } from '../standing.ts';
import { boardOf, isJudgement, isWell, notYetWell } from '../standing.ts';
import { idsOf } from '../decide/open-items.ts';

/** An item a person wants to act on, with all a rule needs to know of it. */
export type Found = { readonly board: Board; readonly entry: PlanItem; readonly progress: ItemProgress };

const REACHED: Readonly<Record<string, readonly Section[]>> = {
  deploying: ['prepare', 'deploy'],
  verifying: ['prepare', 'deploy', 'verify', 'watch'],
  watching: ['prepare', 'deploy', 'verify', 'watch', 'criteria'],
};

/** Sections whose items people may still settle: the active ones and those before them. */
export const reachedSections = (state: { readonly kind: string }): readonly Section[] =>
  REACHED[state.kind] ?? activeSections(state);

const isReached = (entry: PlanItem, deployment: Deployment): boolean =>
  reachedSections(deployment.state).includes(entry.section) && isChosen(entry, deployment);

/** Nothing can be settled any more; after a rollback there still is work. */
const isOver = ({ state }: Deployment): boolean => isEnded(state) && state.kind !== 'rolled_back';

/** Whether people may settle an item as things stand: what `findItem` asks, person and name apart. */
export const isSettleable = (entry: PlanItem, deployment: Deployment): boolean =>
  entry.applies && !isOver(deployment) && isReached(entry, deployment);

/** The item, if it exists here, applies, has been reached and the person may act at all. */
export const findItem = (situation: Situation, itemId: string, actor: Actor): Result<Found, Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { deployment } = situation;
  const board = boardOf(situation);
  const entry = board.plan.byId.get(itemId);
  if (entry === undefined) {
    const near = didYouMean(itemId, [...board.plan.byId.keys()]);
    return err(refusal('unknown_item', `There is no item ${quoted(itemId)} in this checklist${near || '.'}`));
  }
  const { title } = entry.item;
  if (isOver(deployment)) {
    return err(refusal('wrong_state', `This deployment has ended; ${title} can no longer be changed.`));
  }
  if (!entry.applies) {
    return err(
      refusal('item_not_active', `${title} does not apply to this deployment: its condition does not hold.`),
    );
  }
  if (!isReached(entry, deployment)) {
    return err(refusal('item_not_active', notReached(entry, deployment)));
  }
  return ok({ board, entry, progress: progressOf(deployment, itemId) });
};

const SECTION_WORDS: Readonly<Record<Section, string>> = {
  prepare: 'the preparation',
  deploy: 'the deployment',
  verify: 'the verification',
  watch: 'the watch',
  criteria: 'the success criteria',
  rollback: 'a rollback',
  after: 'the work after a rollback',
};

const notReached = ({ item, section }: PlanItem, { state }: Deployment): string => {
  const { title } = item;
  const isBack = state.kind === 'rolling_back' || state.kind === 'rolled_back';
  if (section === 'rollback') {
    return isBack
      ? `${title} belongs to a rollback plan that was not chosen, or is done.`
      : `${title} belongs to a rollback. Press Roll back first.`;
  }
  const when =
    isBack && section !== 'after'
      ? 'which is over: this deployment was rolled back'
      : 'which has not begun yet; wait for it';
  return `${title} belongs to ${SECTION_WORDS[section]}, ${when}.`;
};

/** Refuses an empty reason; returns it trimmed. */
export const requireReason = (reason: string | undefined): Result<string, Refusal> => {
  const text = reason?.trim() ?? '';
  return text === '' ? err(refusal('reason_missing', 'A reason is needed: say why in one line.')) : ok(text);
};

/** The reason a person can neither confirm nor fail an item: it follows from something else. */
export const refuseSelfSettling = (found: Found): Result<void, Refusal> => {
  const { entry } = found;
  const { body, title } = entry.item;
  const by = {
    parent: 'its lines',
    twin: 'the item that says the same',
    timer: 'the clock',
  } as const;
  if (body.kind === 'parent' || body.kind === 'twin' || body.kind === 'timer') {
    return err(refusal('item_settles_itself', `${title} is settled by ${by[body.kind]}.`));
  }
  if (isJudgement(entry)) {
    const text = `${title} is settled by the items it looks at. ${judgementWay(found)}`;
    return err(refusal('item_settles_itself', text));
  }
  return ok(undefined);
};

/** What moves a judgement about others on. */
export const judgementWay = ({ board, entry }: Pick<Found, 'board' | 'entry'>): string => {
  if (isWell(board.standing(entry.item.id))) return 'Nothing is left to do.';
  const open = notYetWell(board, entry);
  return open.length === 0
    ? 'None of them is open, and still it does not hold: skip it with a reason.'
    : `Settle ${idsOf(open)}, or skip it with a reason.`;
};

/** Who settled it and how, when somebody did: a second click is told so, kindly. */
export const refuseSettled = ({ entry, progress }: Found): Result<void, Refusal> => {
  const { settled } = progress;
  if (settled === undefined) return ok(undefined);
  const word = {
    confirmed: 'confirmed',
    skipped: 'skipped',
    not_applicable: 'marked n/a',
    failed: 'failed',
    elapsed: 'over',
  };
  const who = settled.kind === 'elapsed' ? '' : ` by <@${settled.by}>`;
  return err(
    refusal(
      'item_already_settled',
      `${entry.item.title} was already ${word[settled.kind]}${who}. Undo it first to change it.`,
    ),
  );
};
