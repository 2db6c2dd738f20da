import type { KnownBlock, ModalView } from '@slack/types';
import type { RollbackPlan } from '../../domain/checklist.ts';
import { rollbackPlansOf } from '../../domain/plan.ts';
import { previousVersionOf } from '../../domain/previous-version.ts';
import { stated } from '../../lib/stated.ts';
import { askedRollback, askIdOf, losingPlans, RESTORE, usualPlans } from '../../domain/decide/roll-back.ts';
import type { PersonId, RollbackRun } from '../../domain/deployment.ts';
import { INPUT, VIEW } from '../ids.ts';
import { context, input, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, dateTime, fitted, inline, mention, plural } from '../text.ts';
import { aboutDeployment } from './decisions.ts';
import { boxInputs, reasonInput, textInput } from './inputs.ts';

/** More plans than these would not fit a modal; the first ones are offered. */
const MOST_PLANS = 50;

/**
 * Starts the way back: which plans, to which version, why. One person suffices; data loss asks for a typed word or a second
 * person, who finds filled in what was asked. `ticked`: the plans ticked now, where it is drawn again; absent: those asked
 * for, else the usual ones.
 */
export const rollBackModal = (scene: Scene, viewer: PersonId, ticked?: readonly string[]): ModalView => {
  const asked = askedRollback(scene.situation);
  const isSecond = asked !== undefined && asked.by !== viewer;
  const plans = Object.entries(rollbackPlansOf(scene.situation.checklist)).slice(0, MOST_PLANS);
  const usual = usualPlans(scene.situation);
  const chosen = ticked ?? asked?.plans ?? usual;
  const lost = losingOf(plans, chosen.length === 0 ? usual : chosen);
  const submit = lost.length === 0 ? 'Roll back' : isSecond ? 'Confirm, lose data' : 'Roll back, lose data';
  return modal({
    id: VIEW.rollBack,
    title: 'Roll back',
    submit,
    ref: encodeRef({
      deploymentId: scene.situation.deployment.id,
      ...stated({ ask: isSecond ? askIdOf(asked) : undefined }),
    }),
    blocks: [
      aboutDeployment(
        scene,
        'The looks after T-0 end; people take the steps of the plan, and nothing is run by the bot but checks that read.',
      ),
      ...triggers(scene),
      ...(isSecond ? [askedBlock(scene, asked)] : []),
      ...planBoxes(plans, chosen),
      targetInput(scene, asked),
      reasonInput(stated({ initial: asked?.reason })),
      ...lossBlocks(plans, lost, isSecond),
    ],
  });
};

const triggers = ({ situation }: Scene): KnownBlock[] => {
  const texts = situation.checklist.rollback.triggers.map((text) => inline(text, 150));
  return texts.length === 0
    ? []
    : [context('triggers', `Meant for: ${fitted(texts, { max: 1500, separator: '; ' })}`)];
};

type NamedPlan = readonly [string, RollbackPlan];

const askedBlock = ({ situation }: Scene, { by, at, plans }: RollbackRun): KnownBlock => {
  const names = fitted(
    losingPlans(situation, plans).map((id) => inline(id, 40)),
    { max: 200, separator: ', ' },
  );
  return section(
    'asked',
    `Asked by ${mention(by)} ${dateTime(at)}, with data loss (${names}). Sent as it is, you confirm it as the second person; with another version or more data to lose it becomes a new ask.`,
  );
};

const losingOf = (plans: readonly NamedPlan[], of: readonly string[]): readonly NamedPlan[] =>
  plans.filter(([id, plan]) => plan.dataLoss && of.includes(id));

/** Where a tick decides on lost data, the button and the text change with it. */
const planBoxes = (plans: readonly NamedPlan[], chosen: readonly string[]): KnownBlock[] => {
  const boxes = plans.map(([id, plan]) => ({
    id,
    label: plan.title,
    description: `${plural(plan.items.length, 'line')}${plan.dataLoss ? `; loses data: ${RESTORE} or a second person` : ''}`,
    isTicked: chosen.includes(id),
  }));
  const dispatch = plans.some(([, plan]) => plan.dataLoss);
  return boxInputs(
    INPUT.plans,
    { label: 'Plan', boxes },
    { hint: 'Nothing ticked: the usual plan.', dispatch },
  );
};

const targetInput = ({ situation: { deployment } }: Scene, asked: RollbackRun | undefined): KnownBlock => {
  const previous = previousVersionOf(deployment);
  const initial = asked?.targetVersion ?? previous ?? undefined;
  const element = textInput(INPUT.targetVersion, { max: 100, ...stated({ initial }) });
  return input(
    INPUT.targetVersion,
    { label: 'Back to version', element },
    {
      optional: true,
      hint:
        previous === null ? 'Which version ran before is not known.' : 'Empty: the version that ran before.',
    },
  );
};

/** What is lost, for whoever presses the button. The word is asked of the first person only. */
const lossBlocks = (
  plans: readonly NamedPlan[],
  lost: readonly NamedPlan[],
  isSecond: boolean,
): KnownBlock[] => {
  const losing = plans.filter(([, plan]) => plan.dataLoss);
  if (losing.length === 0) return [];
  const how = isSecond
    ? 'It begins at once.'
    : `With ${RESTORE} it begins at once; without it a second person is asked first.`;
  const text =
    lost.length === 0
      ? `With what is ticked no data is lost. ${titlesOf(losing)} would lose some.`
      : `${bold('Data will be lost:')} ${titlesOf(lost)}. ${how}`;
  return [section('loses', text), ...(isSecond ? [] : [restoreInput()])];
};

const titlesOf = (plans: readonly NamedPlan[]): string =>
  fitted(
    plans.map(([, plan]) => inline(plan.title, 60)),
    { max: 500, separator: ', ' },
  );

const restoreInput = (): KnownBlock =>
  input(
    INPUT.restoreWord,
    { label: `Type ${RESTORE} to go on with it`, element: textInput(INPUT.restoreWord, { max: 20 }) },
    { optional: true, hint: 'May be left empty: then a second person confirms it.' },
  );
