import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { stated } from '../../lib/stated.ts';
import type { Instant } from '../../lib/time.ts';
import { requireMember } from '../actor.ts';
import type { EffectiveChecklist } from '../checklist.ts';
import type { Deployment, RollbackRun } from '../deployment.ts';
import { numberOf } from '../deployment.ts';
import type { DueSource } from '../due.ts';
import type { DomainEvent } from '../events.ts';
import { rollbackPlansOf } from '../plan.ts';
import { previousVersionOf } from '../previous-version.ts';
import type { Refusal } from '../refusal.ts';
import { quoted, refusal } from '../refusal.ts';
import { requireReason } from '../settle/find-item.ts';
import type { Actor, Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';
import { names, versionProblem } from './set-version.ts';

/** Typed by a person who starts a rollback plan that loses data. */
export const RESTORE = 'RESTORE';

export type RollBackInput = {
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** Ids of plans; empty: the default ones. */
  readonly plans: readonly string[];
  /** Absent: the version that ran before, or the one that was asked for. */
  readonly targetVersion?: string;
  /** Starts plans that lose data at once; absent or empty: a second person confirms them. */
  readonly restoreWord?: string;
  /** `askIdOf` the ask that the form showed to its second person; null: it showed none. Absent: typed, so whichever stands. */
  readonly confirms?: string | null;
};

/** Starts the way back. One person suffices; only data loss needs a second one, or the typed word. Never by itself. */
export const rollBack = (
  situation: Situation,
  input: RollBackInput,
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(input.actor);
  if (!member.ok) return member;
  const { deployment } = situation;
  if (!hasWayBack(deployment)) return err(refusal('wrong_state', insteadOfBack(deployment)));
  const plans = choosePlans(situation, input.plans);
  if (!plans.ok) return plans;
  const reason = requireReason(input.reason);
  if (!reason.ok) return reason;
  const losing = losingPlans(situation, plans.value);
  const word = requireRestoreWord(situation, { typed: input.restoreWord, plans: plans.value, losing });
  if (!word.ok) return word;
  const needsTwo = losing.length > 0 && !word.value;
  const asked = needsTwo ? confirmedBy(situation, input, losing) : undefined;
  const targetVersion = targetOf(situation, { input, asked, plans: plans.value });
  if (!targetVersion.ok) return targetVersion;
  const run = {
    plans: plans.value,
    targetVersion: targetVersion.value,
    reason: reason.value,
    by: input.actor.id,
  };
  if (needsTwo && asked === undefined) return ok([{ type: 'rollback_asked', ...run }]);
  return ok([
    { type: 'rollback_started', run: { ...run, at: situation.now, ...stated({ askedBy: asked?.by }) } },
  ]);
};

type Chosen = {
  readonly input: RollBackInput;
  readonly asked: RollbackRun | undefined;
  readonly plans: readonly string[];
};

const targetOf = (situation: Situation, { input, asked, plans }: Chosen): Result<string | null, Refusal> => {
  const { deployment } = situation;
  const target = input.targetVersion ?? asked?.targetVersion ?? previousVersionOf(deployment);
  const problem =
    target === null
      ? missingTarget(situation, plans)
      : (versionProblem(target) ?? noWayBackTo(deployment, target));
  return problem === undefined ? ok(target) : err(problem);
};

const noWayBackTo = (deployment: Deployment, target: string): Refusal | undefined =>
  target === deployment.version
    ? refusal(
        'version_invalid',
        `${quoted(target)} is what goes out here, so that it is no way back. Name another one: to=${previousVersionOf(deployment) ?? '<version>'}`,
      )
    : undefined;

/** Nobody knows where to: refused when a line of the chosen plans, or of the work after, would be left with a hole. */
const missingTarget = (situation: Situation, plans: readonly string[]): Refusal | undefined =>
  boardOf(situation).plan.items.some(
    ({ section, phaseId, applies, item }) =>
      (section === 'after' || (section === 'rollback' && plans.includes(phaseId))) &&
      applies &&
      names(item, 'deployment.previous'),
  )
    ? refusal(
        'version_missing',
        'Which version ran before is not known, and the way back needs it. Say which version: to=<version>',
      )
    : undefined;

/** The rollback with data loss that waits for a second person; undefined: none does, or not any more. */
export const askedRollback = (situation: Situation): RollbackRun | undefined => {
  const asked = lastAsked(situation);
  return asked !== undefined && situation.now < askEndsAt(situation, asked) ? asked : undefined;
};

/** The one that nobody confirmed in time, as long as it could still be asked for again; undefined: none. */
export const lapsedRollback = (situation: Situation): RollbackRun | undefined => {
  const asked = lastAsked(situation);
  return asked !== undefined && situation.now >= askEndsAt(situation, asked) ? asked : undefined;
};

const lastAsked = ({ deployment }: Situation): Deployment['rollbackAsked'] =>
  hasWayBack(deployment) ? deployment.rollbackAsked : undefined;

/** Until then a second person may confirm it. */
export const askEndsAt = ({ rules }: Situation, { at }: RollbackRun): Instant => at + rules.rollbackAsk;

/** Whoever asked is told that it was in vain. */
export const askDues: DueSource = (situation) => {
  const asked = lastAsked(situation);
  return asked === undefined || asked.lapsedAt !== undefined
    ? []
    : [{ at: askEndsAt(situation, asked), fire: () => [{ type: 'rollback_ask_lapsed', ask: asked }] }];
};

/** Of these plans the ones that lose data. */
export const losingPlans = ({ checklist }: Situation, plans: readonly string[]): readonly string[] => {
  const known = rollbackPlansOf(checklist);
  return plans.filter((id) => known[id]?.dataLoss === true);
};

/** Tells one ask from every other of the same deployment. */
export const askIdOf = ({ by, at }: RollbackRun): string => `${by}@${at}`;

/** What somebody else asked for, when this is the very same: nothing else is lost, to the same version, as it was shown. */
const confirmedBy = (
  situation: Situation,
  { actor, targetVersion, confirms }: RollBackInput,
  losing: readonly string[],
): RollbackRun | undefined => {
  const asked = askedRollback(situation);
  return asked !== undefined &&
    asked.by !== actor.id &&
    (confirms === undefined || confirms === askIdOf(asked)) &&
    (targetVersion === undefined || targetVersion === asked.targetVersion) &&
    losing.every((id) => asked.plans.includes(id))
    ? asked
    : undefined;
};

/** Something went out that can be taken back. What a newer deployment replaced is not its own to undo any more. */
export const hasWayBack = ({ state: { kind }, supersededBy }: Deployment): boolean =>
  (kind === 'deploying' || kind === 'verifying' || kind === 'watching') && supersededBy === undefined;

const insteadOfBack = ({ state, supersededBy }: Deployment): string =>
  supersededBy !== undefined && state.kind === 'watching'
    ? `${numberOf(supersededBy)} is deployed over this one, and going back from here would undo it too. Roll back ${numberOf(supersededBy)} instead.`
    : (BACK_INSTEAD[state.kind] ?? 'Nothing is deployed yet: Abort instead.');

const BACK_INSTEAD: Readonly<Record<string, string>> = {
  rolling_back: 'It is already rolling back; settle what is open in the plan.',
  rolled_back: 'It was rolled back already.',
  completed: 'It is completed. Start a deployment of the earlier version instead.',
  aborted: 'It was aborted. Start a deployment of the earlier version instead.',
};

const choosePlans = (situation: Situation, named: readonly string[]): Result<readonly string[], Refusal> => {
  const available = Object.keys(rollbackPlansOf(situation.checklist));
  const unknown = named.find((id) => !available.includes(id));
  return unknown === undefined
    ? ok(named.length > 0 ? [...new Set(named)] : usualPlans(situation))
    : err(refusal('plan_unknown', `There is no plan ${quoted(unknown)}. Plans: ${available.join(', ')}.`));
};

type Typed = {
  readonly typed: string | undefined;
  readonly plans: readonly string[];
  readonly losing: readonly string[];
};

/** Whether the word was typed; another word was meant to be it. Where nothing is lost, another plan may have been meant. */
const requireRestoreWord = (
  { checklist }: Situation,
  { typed = '', plans, losing }: Typed,
): Result<boolean, Refusal> => {
  const word = typed.trim();
  if (word === '') return ok(false);
  if (losing.length === 0) return err(needless(plans, losingIn(checklist)));
  return word === RESTORE
    ? ok(true)
    : err(
        refusal(
          'restore_word_missing',
          `Type the word ${RESTORE} to go on with it yourself, or leave it empty: then a second person confirms it.`,
        ),
      );
};

const needless = (plans: readonly string[], losing: readonly string[]): Refusal => {
  const loses = plans.length === 1 ? 'loses' : 'lose';
  const other = losing.length === 0 ? '' : ` Or choose what was meant: plan=${losing.join(',')}.`;
  return refusal(
    'restore_word_needless',
    `${RESTORE} is only for a rollback that loses data, and ${plans.join(', ')} ${loses} none. Nothing was done: leave the word out.${other}`,
  );
};

const losingIn = (checklist: EffectiveChecklist): readonly string[] =>
  Object.entries(rollbackPlansOf(checklist)).flatMap(([id, { dataLoss }]) => (dataLoss ? [id] : []));

/** The plans where none is named: those the file marks, else its first. */
export const usualPlans = ({ checklist }: Situation): readonly string[] => {
  const plans = Object.entries(rollbackPlansOf(checklist));
  const chosen = plans.filter(([, plan]) => plan.default).map(([id]) => id);
  return chosen.length > 0 ? chosen : plans.slice(0, 1).map(([id]) => id);
};
