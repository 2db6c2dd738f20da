import type { KnownBlock, ModalView } from '@slack/types';
import { unsignedRoles } from '../../domain/decide/sign-off.ts';
import type { Debt } from '../../domain/deployment.ts';
import { INPUT, VIEW } from '../ids.ts';
import { input, modal, mrkdwn, option, section } from '../kit.ts';
import { encodeRef, optionValue } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { fitted, inline, mention, plain, plural } from '../text.ts';
import { roleText } from '../item/words.ts';
import { aboutDeployment } from './decisions.ts';
import type { Box } from './inputs.ts';
import { boxInputs } from './inputs.ts';

/** Slack's menus hold a hundred options, and a modal fewer debts than this. */
const MOST_ROLES = 100;
const MOST_DEBTS = 300;

/** One signature for one role, `role` preselected; every debt has to be accepted, each with its own box. */
export const signOffModal = (scene: Scene, role?: string): ModalView => {
  const roles = unsignedRoles(scene.situation);
  const debts = scene.situation.deployment.debts.filter(({ acceptedBy }) => acceptedBy === undefined);
  const known = role !== undefined && roles.includes(role) ? role : undefined;
  const only = roles.length === 1 ? roles[0] : undefined;
  const named = only ?? known;
  return modal({
    id: VIEW.signOff,
    title: 'Sign off',
    submit: 'Sign off',
    ref: encodeRef({
      deploymentId: scene.situation.deployment.id,
      ...(only === undefined ? {} : { role: only }),
    }),
    blocks: [
      aboutDeployment(
        scene,
        named === undefined
          ? 'A signature stands for good.'
          : `As ${plain(named, 60)} · ${roleText(scene.situation, named)}. A signature stands for good.`,
      ),
      ...(only === undefined ? roleSelect(roles, known) : []),
      ...debtBoxes(scene, debts),
    ],
  });
};

const roleSelect = (roles: readonly string[], initial: string | undefined): KnownBlock[] => {
  if (roles.length === 0) return [];
  const options = roles.slice(0, MOST_ROLES).map((role) => option(role, optionValue(role)));
  const chosen = options[initial === undefined ? -1 : roles.indexOf(initial)];
  return [
    input(INPUT.role, {
      label: 'Role',
      element: {
        type: 'static_select',
        action_id: INPUT.role.action,
        options,
        ...(chosen === undefined ? {} : { initial_option: chosen }),
      },
    }),
  ];
};

const DEBT_WORDS = {
  skip: 'skipped',
  override: 'override',
  accepted_red: 'accepted red',
  deployed_early: 'over open steps',
} as const satisfies Record<Debt['kind'], string>;

/** A box has room for a line; longer reasons stand in full below. */
const BOX_LINE = 75;

const debtBoxes = (scene: Scene, debts: readonly Debt[]): KnownBlock[] => {
  if (debts.length === 0) return [section('debts', 'There are no debts.')];
  const shown = debts.slice(0, MOST_DEBTS);
  const boxes = shown.map((debt): Box => {
    const words = `${DEBT_WORDS[debt.kind]} by ${mention(debt.by)}`;
    const title = inline(titleOfDebt(scene, debt), BOX_LINE - words.length - 2);
    return { id: debt.id, label: mrkdwn(`${title}: ${words}`), description: debt.reason, isTicked: false };
  });
  const long = shown.filter(({ reason }) => reason.length > BOX_LINE);
  const reasons = long.map((debt) => `${inline(titleOfDebt(scene, debt), 80)}: ${inline(debt.reason, 500)}`);
  return [
    section(
      'debts',
      `${plural(debts.length, 'debt')}. Tick each one you take responsibility for; a signature needs all of them.`,
    ),
    ...boxInputs(INPUT.debts, { label: 'Debts', boxes }),
    ...(reasons.length === 0 ? [] : [section('reasons', fitted(reasons, { max: 2900, separator: '\n' }))]),
  ];
};

const titleOfDebt = ({ board }: Scene, { itemId }: Debt): string =>
  itemId === null ? 'Deployed' : (board.plan.byId.get(itemId)?.item.title ?? itemId);
