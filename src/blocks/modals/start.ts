import type { KnownBlock, ModalView, StaticSelect } from '@slack/types';
import type { Parameter, VariantGroup } from '../../domain/checklist.ts';
import type { PersonId } from '../../domain/deployment.ts';
import type { Json } from '../../lib/json.ts';
import type { Instant } from '../../lib/time.ts';
import { SECOND } from '../../lib/time.ts';
import { INPUT, VIEW } from '../ids.ts';
import type { InputPlace } from '../ids.ts';
import { input, modal, option, section } from '../kit.ts';
import { encodeStartRef, optionValue } from '../ref.ts';
import { SHAPE } from '../shapes.ts';
import { answerText, dateTime, fitted, mention, plain, plural } from '../text.ts';
import { boxInputs, textInput } from './inputs.ts';
import type { StartRoles } from './role-inputs.ts';
import { roleInputs } from './role-inputs.ts';

export type StartModalInput = {
  /** Channel the command was typed in. */
  readonly channel: string;
  /** Names, at most a hundred are offered; `chosen` ones are preselected. */
  readonly environments: readonly string[];
  readonly systems: readonly { readonly system: string; readonly title: string }[];
  readonly chosen: { readonly environment?: string; readonly system?: string; readonly version?: string };
  /** Version that runs now; absent: unknown. */
  readonly runningNow?: string;
  /** What the chosen system asks; absent while none is chosen. */
  readonly asks?: {
    readonly variants: Readonly<Record<string, VariantGroup>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    /** Answers of the last run: variant group -> option, parameter -> value. */
    readonly last?: {
      readonly variants: Readonly<Record<string, string>>;
      readonly parameters: Readonly<Record<string, Json>>;
    };
  };
  readonly plannedGo?: Instant;
  /** Absent while no system or environment is chosen. */
  readonly roles?: StartRoles;
  /** Confirmations of an attempt aborted within the last day. */
  readonly carryOver?: {
    readonly from: string;
    readonly confirmations: number;
    readonly abortedBy: PersonId;
    readonly abortedAt: Instant;
  };
  /** Shown above the fields: what would stop this start. */
  readonly blockers?: readonly string[];
};

/** Asks everything a start needs, filled in from the last run. */
export const startModal = (start: StartModalInput): ModalView =>
  modal({
    id: VIEW.startDeployment,
    title: 'Start deployment',
    submit: 'Start',
    ref: encodeStartRef({
      channel: start.channel,
      ...(start.carryOver === undefined ? {} : { carryOverFrom: start.carryOver.from }),
    }),
    blocks: [
      ...blockerBlocks(start),
      ...whereInputs(start),
      versionInput(start),
      ...askInputs(start),
      plannedGoInput(start),
      ...(start.roles === undefined ? [] : roleInputs(start.roles)),
      ...carryOverInput(start),
    ],
  });

/** Slack's menus hold a hundred options. */
const MOST_OPTIONS = 100;

const select = (
  { action }: InputPlace,
  names: readonly (readonly [value: string, label: string])[],
  chosen: string | undefined,
): StaticSelect => {
  const options = names.slice(0, MOST_OPTIONS).map(([value, label]) => option(label, optionValue(value)));
  const initial = options.find(({ value }) => chosen !== undefined && value === optionValue(chosen));
  return {
    type: 'static_select',
    action_id: action,
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
};

const whereInputs = ({ environments, systems, chosen }: StartModalInput): KnownBlock[] => [
  ...(environments.length === 0
    ? [section('no-environment', 'There is no environment file: type /deploy start and a name instead.')]
    : [
        input(
          INPUT.environment,
          {
            label: 'Environment',
            element: select(
              INPUT.environment,
              environments.map((name) => [name, name]),
              chosen.environment,
            ),
          },
          { dispatch: true },
        ),
      ]),
  ...(systems.length === 0
    ? [
        section(
          'no-system',
          'No checklist is loaded: put one into the checklists folder, then restart the bot.',
        ),
      ]
    : [
        input(
          INPUT.system,
          {
            label: 'System',
            element: select(
              INPUT.system,
              systems.map(({ system, title }) => [system, `${system}: ${title}`]),
              chosen.system,
            ),
          },
          { dispatch: true },
        ),
      ]),
];

const versionInput = ({ chosen, runningNow }: StartModalInput): KnownBlock =>
  input(
    INPUT.version,
    {
      label: 'Version',
      element: textInput(INPUT.version, {
        max: 100,
        ...(chosen.version === undefined ? {} : { initial: chosen.version }),
      }),
    },
    {
      optional: true,
      hint: `${runningNow === undefined ? 'running now: unknown' : `running now: ${plain(runningNow, 100)}`}. Can be set until Go.`,
    },
  );

/** A modal has room for a hundred blocks; more questions than this are left at their defaults. */
const MOST_QUESTIONS = 40;

const askInputs = ({ asks }: StartModalInput): KnownBlock[] => {
  if (asks === undefined) return [];
  const { variants, parameters, last } = asks;
  const groups = Object.entries(variants).map(([name, group]) => {
    const options = Object.entries(group.options).map(([id, { title }]) => [id, title] as const);
    const place = INPUT.variant(name);
    return input(place, {
      label: group.title,
      element: select(place, options, last?.variants[name] ?? group.default),
    });
  });
  const asked = Object.entries(parameters).filter(([, { ask, secret }]) => ask && !secret);
  const toggles = asked.filter(([, parameter]) => isToggle(parameter));
  const typed = asked.filter(([, parameter]) => !isToggle(parameter));
  const boxes = toggles.map(([name, parameter]) => ({
    id: name,
    label: parameter.describe,
    isTicked: (last?.parameters[name] ?? parameter.default) === true,
  }));
  return [
    ...groups.slice(0, MOST_QUESTIONS),
    ...boxInputs(
      INPUT.toggles,
      { label: 'Applies this time', boxes: boxes.slice(0, 5 * MOST_QUESTIONS) },
      { hint: 'A tick means yes.' },
    ),
    ...typed
      .slice(0, MOST_QUESTIONS / 2)
      .map(([name, parameter]) => parameterInput(name, parameter, last?.parameters[name])),
  ];
};

const isToggle = ({ default: value }: Parameter): boolean => typeof value === 'boolean';

const parameterInput = (
  name: string,
  { describe, default: value }: Parameter,
  last: Json | undefined,
): KnownBlock => {
  const initial = last ?? value;
  const text =
    initial === undefined ? {} : { initial: typeof initial === 'string' ? initial : JSON.stringify(initial) };
  const place = INPUT.parameter(name);
  return input(place, { label: describe, element: textInput(place, text) }, { optional: true });
};

const plannedGoInput = ({ plannedGo }: StartModalInput): KnownBlock =>
  input(
    INPUT.plannedGo,
    {
      label: 'Planned Go',
      element: {
        type: 'datetimepicker',
        action_id: INPUT.plannedGo.action,
        ...(plannedGo === undefined ? {} : { initial_date_time: Math.floor(plannedGo / SECOND) }),
      },
    },
    { optional: true },
  );

const carryOverInput = ({ carryOver }: StartModalInput): KnownBlock[] => {
  if (carryOver === undefined) return [];
  const { from, confirmations, abortedBy, abortedAt } = carryOver;
  const text = `The last attempt was aborted by ${mention(abortedBy)} ${dateTime(abortedAt)}.`;
  const box = {
    id: from,
    label: `Carry over ${plural(confirmations, 'confirmation')}`,
    description: 'Who and when are kept; what was measured is measured again',
    isTicked: false,
  };
  return [
    section('last-attempt', text),
    ...boxInputs(() => INPUT.carryOver, { label: 'Last attempt', boxes: [box] }),
  ];
};

const blockerBlocks = ({ blockers = [] }: StartModalInput): KnownBlock[] =>
  blockers.length === 0
    ? []
    : [
        section(
          'blockers',
          fitted(
            blockers.map((text) => `${SHAPE.red} ${answerText(text, 900)}`),
            { max: 2900, separator: '\n' },
          ),
        ),
      ];
