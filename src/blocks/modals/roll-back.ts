import type { KnownBlock, ModalView } from '@slack/types';
import type { RollbackPlan } from '../../domain/checklist.ts';
import { rollbackPlansOf } from '../../domain/plan.ts';
import { previousVersionOf } from '../../domain/previous-version.ts';
import { stated } from '../../lib/stated.ts';
import { RESTORE } from '../../domain/decide/roll-back.ts';
import { INPUT, VIEW } from '../ids.ts';
import { context, input, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, fitted, inline, plural } from '../text.ts';
import { aboutDeployment } from './decisions.ts';
import { boxInputs, reasonInput, textInput } from './inputs.ts';

/** More plans than these would not fit a modal; the first ones are offered. */
const MOST_PLANS = 50;

/** Starts the way back: which plans, to which version, why. One person suffices; data loss asks for a typed word. */
export const rollBackModal = (scene: Scene): ModalView => {
  const plans = Object.entries(rollbackPlansOf(scene.situation.checklist)).slice(0, MOST_PLANS);
  return modal({
    id: VIEW.rollBack,
    title: 'Roll back',
    submit: 'Roll back',
    ref: encodeRef({ deploymentId: scene.situation.deployment.id }),
    blocks: [
      aboutDeployment(
        scene,
        'The looks after T-0 end; people take the steps of the plan, and nothing is run by the bot but checks that read.',
      ),
      ...triggers(scene),
      ...planBoxes(plans),
      targetInput(scene),
      reasonInput(),
      ...restoreInput(plans),
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

const planBoxes = (plans: readonly NamedPlan[]): KnownBlock[] => {
  const hasDefault = plans.some(([, plan]) => plan.default);
  const boxes = plans.map(([id, plan], index) => ({
    id,
    label: plan.title,
    description: `${plural(plan.items.length, 'line')}${plan.dataLoss ? `; loses data, type ${RESTORE} below` : ''}`,
    isTicked: hasDefault ? plan.default : index === 0,
  }));
  return boxInputs(INPUT.plans, { label: 'Plan', boxes }, { hint: 'Nothing ticked: the usual plan.' });
};

const targetInput = ({ situation: { deployment } }: Scene): KnownBlock => {
  const initial = previousVersionOf(deployment) ?? undefined;
  const element = textInput(INPUT.targetVersion, { max: 100, ...stated({ initial }) });
  return input(
    INPUT.targetVersion,
    { label: 'Back to version', element },
    { optional: true, hint: 'Empty: the version that ran before.' },
  );
};

const restoreInput = (plans: readonly NamedPlan[]): KnownBlock[] => {
  const losing = plans.filter(([, plan]) => plan.dataLoss);
  if (losing.length === 0) return [];
  const names = fitted(
    losing.map(([, plan]) => inline(plan.title, 60)),
    { max: 500, separator: ', ' },
  );
  return [
    section('loses', `${bold('Loses data:')} ${names}`),
    input(
      INPUT.restoreWord,
      { label: `Type ${RESTORE} to go on with it`, element: textInput(INPUT.restoreWord, { max: 20 }) },
      { optional: true },
    ),
  ];
};
