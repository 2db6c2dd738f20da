import { requireMember } from '../domain/actor.ts';
import { acknowledgeAlert, takeOverAlert } from '../domain/decide/answer-alert.ts';
import { abort, declareDeployed, undoDeployed } from '../domain/decide/deploying.ts';
import { giveGo, giveNoGo, resume } from '../domain/decide/gate.ts';
import { setVersion } from '../domain/decide/set-version.ts';
import { rollBack } from '../domain/decide/roll-back.ts';
import { signOff } from '../domain/decide/sign-off.ts';
import type { DomainEvent } from '../domain/events.ts';
import { evolveAll } from '../domain/evolve/evolve.ts';
import type { Refusal, RefusalCode } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import { confirmItem } from '../domain/settle/confirm-item.ts';
import { byClickIn, itemsOfAlert } from '../domain/settle/items-to-run.ts';
import { rerunItems } from '../domain/settle/rerun-items.ts';
import { failItem, markNotApplicable, skipItem } from '../domain/settle/skip-item.ts';
import { acceptRed, noteItem, undoItem } from '../domain/settle/undo-item.ts';
import type { Actor, Situation } from '../domain/situation.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import type { Instant } from '../lib/time.ts';
import { DAY } from '../lib/time.ts';

type OnItem = { readonly itemId: string };
type Reasoned = { readonly reason: string | undefined };

/** Everything a person can do to a deployment, whether clicked, submitted or typed. */
export type Act =
  | ({ readonly kind: 'confirm'; readonly seen?: string; readonly evidence?: string } & OnItem)
  /** `seen` is kept for the lines that ask for it. `leftOut`: lines of the same phase that were not meant, each with why. */
  | {
      readonly kind: 'confirm_group';
      readonly itemIds: readonly string[];
      readonly seen?: string;
      readonly leftOut?: readonly string[];
    }
  | ({ readonly kind: 'skip' | 'na' | 'fail' | 'undo' | 'accept' } & OnItem & Reasoned)
  | ({ readonly kind: 'note'; readonly text: string } & OnItem)
  | { readonly kind: 'rerun'; readonly itemIds: readonly string[] }
  /** Every by-click check of one effect (absent: of any) in a phase that has not run yet. */
  | { readonly kind: 'rerun_group'; readonly phaseId: string; readonly effect?: string }
  /** Absent: the newest alert that is not over. */
  | { readonly kind: 'rerun_alert'; readonly alertId?: string }
  | { readonly kind: 'go' | 'resume' | 'undo_deployed' }
  | ({ readonly kind: 'no_go' } & Reasoned)
  /** `leaveAsIs` absent: the person has not been asked what to do with what is half deployed. */
  | ({ readonly kind: 'abort'; readonly leaveAsIs?: boolean } & Reasoned)
  | { readonly kind: 'version'; readonly version: string }
  /** `clock`: `13:40` in the environment's time zone, the last time it was that late. */
  | {
      readonly kind: 'deployed';
      readonly at?: Instant;
      readonly clock?: string;
      readonly override?: string;
    }
  /** `confirms`: the ask that its form showed, null for none; absent: typed. */
  | ({
      readonly kind: 'roll_back';
      readonly plans: readonly string[];
      readonly targetVersion?: string;
      readonly restoreWord?: string;
      readonly confirms?: string | null;
    } & Reasoned)
  /** `acceptedDebts` absent: the person has not been shown what is owed. */
  | { readonly kind: 'sign_off'; readonly role?: string; readonly acceptedDebts?: readonly string[] | 'all' }
  | { readonly kind: 'take_over' | 'acknowledge'; readonly alertId?: string };

type Decided = Result<readonly DomainEvent[], Refusal>;

/** Refusals that come from who holds which role. */
const BY_ROLE: ReadonlySet<RefusalCode> = new Set(['not_allowed', 'second_person_needed']);

/** What an act means by the rules. Where these cannot be read, what belongs to a role is refused with the reason for that. */
export const decide = (situation: Situation, actor: Actor, act: Act): Decided => {
  const decided = decideByRules(situation, actor, act);
  const { unknown } = situation.policy;
  return unknown !== undefined && !decided.ok && BY_ROLE.has(decided.error.code) ? err(unknown) : decided;
};

const decideByRules = (situation: Situation, actor: Actor, act: Act): Decided => {
  switch (act.kind) {
    case 'confirm':
      return confirmItem(situation, { ...act, actor });
    case 'confirm_group':
      return confirmGroup(situation, actor, act);
    case 'skip':
      return skipItem(situation, { ...act, actor });
    case 'na':
      return markNotApplicable(situation, { ...act, actor });
    case 'fail':
      return failItem(situation, { ...act, actor });
    case 'undo':
      return undoItem(situation, { ...act, actor });
    case 'accept':
      return acceptRed(situation, { ...act, actor });
    case 'note':
      return noteItem(situation, { ...act, actor });
    case 'rerun':
      return rerunItems(situation, { ...act, actor });
    case 'rerun_group':
      return rerun(situation, actor, byClickIn(situation, act));
    case 'rerun_alert':
      return rerun(situation, actor, itemsOfAlert(situation, act.alertId));
    default:
      return decideOnDeployment(situation, actor, act);
  }
};

type DeploymentAct = Exclude<
  Act,
  {
    kind:
      | 'confirm'
      | 'confirm_group'
      | 'skip'
      | 'na'
      | 'fail'
      | 'undo'
      | 'accept'
      | 'note'
      | 'rerun'
      | 'rerun_group'
      | 'rerun_alert';
  }
>;

const rerun = (situation: Situation, actor: Actor, itemIds: Result<readonly string[], Refusal>): Decided =>
  itemIds.ok ? rerunItems(situation, { itemIds: itemIds.value, actor }) : itemIds;

const decideOnDeployment = (situation: Situation, actor: Actor, act: DeploymentAct): Decided => {
  switch (act.kind) {
    case 'go':
      return giveGo(situation, { actor });
    case 'no_go':
      return giveNoGo(situation, { actor, reason: act.reason });
    case 'resume':
      return resume(situation, { actor });
    case 'version':
      return setVersion(situation, { actor, version: act.version });
    case 'deployed':
      return declareDeployed(situation, {
        actor,
        ...stated({ at: act.at ?? momentOfClock(situation, act.clock), override: act.override }),
      });
    case 'undo_deployed':
      return undoDeployed(situation, { actor });
    case 'abort':
      return end(situation, actor, act);
    case 'roll_back':
      return rollBack(situation, { ...act, actor });
    case 'sign_off':
      return sign(situation, actor, act);
    case 'take_over':
      return takeOverAlert(situation, { ...act, actor });
    case 'acknowledge':
      return acknowledgeAlert(situation, { ...act, actor });
  }
};

/** The last moment at which the clock on the environment's wall showed this time. */
const momentOfClock = (
  { calendar, checklist, now }: Situation,
  clock: string | undefined,
): Instant | undefined => {
  const [hour, minute] = (clock ?? '').split(':').map(Number);
  return hour === undefined || minute === undefined
    ? undefined
    : calendar.nextCron(`${minute} ${hour} * * *`, checklist.timeZone, now - DAY);
};

/** Whoever signs by a typed line is shown what is owed first, and the word that accepts it. */
const sign = (situation: Situation, actor: Actor, act: Extract<Act, { kind: 'sign_off' }>): Decided => {
  const { role, acceptedDebts = [] } = act;
  const { debts, number } = situation.deployment;
  const owed = debts.filter((debt) => debt.acceptedBy === undefined).map(({ id }) => id);
  const signed = signOff(situation, {
    actor,
    acceptedDebts: acceptedDebts === 'all' ? owed : acceptedDebts,
    ...stated({ role }),
  });
  if (signed.ok || signed.error.code !== 'debts_open' || act.acceptedDebts !== undefined) return signed;
  const words = ['/deploy sign-off', ...(role === undefined ? [] : [role]), `#${number}`, 'accept-debts'];
  return err(refusal('debts_open', `${signed.error.message} To accept them, type ${words.join(' ')}`));
};

/** While deploying, a typed line that does not say what becomes of the place ends nothing. */
const end = (situation: Situation, actor: Actor, act: Extract<Act, { kind: 'abort' }>): Decided => {
  const aborted = abort(situation, { actor, reason: act.reason });
  const { state, number } = situation.deployment;
  if (!aborted.ok || state.kind !== 'deploying' || act.leaveAsIs === true) return aborted;
  const ways = `To go back, type /deploy rollback #${number} <reason>. To leave it as it is, and locked, type /deploy abort #${number} leave-as-is <reason>.`;
  return err(refusal('wrong_state', `It is being deployed: say how it ends. ${ways}`));
};

/** What a group confirmation did not take, for the one who typed it. */
export const leftOutText = (leftOut: readonly string[]): string => `Left open: ${leftOut.join(', ')}.`;

/** Confirms the lines that were ticked, each by its own rule. One that cannot be confirmed refuses the whole, by name. */
const confirmGroup = (
  situation: Situation,
  actor: Actor,
  { itemIds, seen = '', leftOut = [] }: Extract<Act, { kind: 'confirm_group' }>,
): Decided => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  if (itemIds.length === 0) {
    const words = leftOut.length === 0 ? 'No line is ticked; tick what you confirm.' : leftOutText(leftOut);
    return err(refusal('line_missing', words));
  }
  const events: DomainEvent[] = [];
  let current = situation;
  for (const itemId of itemIds) {
    const clicked = confirmItem(current, { itemId, actor });
    const isAsked = !clicked.ok && clicked.error.code === 'line_missing' && seen.trim() !== '';
    const confirmed = isAsked ? confirmItem(current, { itemId, actor, seen }) : clicked;
    if (!confirmed.ok) return confirmed;
    events.push(...confirmed.value);
    current = { ...current, deployment: evolveAll(current.deployment, confirmed.value, current.now) };
  }
  return ok(events);
};
