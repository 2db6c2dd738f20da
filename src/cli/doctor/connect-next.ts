import type { Checklist } from '../../domain/checklist.ts';
import type { PasteBlock } from './paste-block.ts';
import { pasteBlock } from './paste-block.ts';
import type { Ladder, Remedy, Step, StepNumber } from './steps.ts';
import { ladderOf, STEP_TITLES } from './steps.ts';
import type { Standing } from '../../usecases/count-readiness.ts';

/** A system in an environment, and how much of it is connected. */
export type Place = {
  readonly checklist: Checklist;
  readonly environment: string;
  /** The environment has no file yet. */
  readonly isNewFile: boolean;
  readonly standing: Standing;
};

/** Remedies named in the short form. */
const MOST_REMEDIES = 5;

/** What a step needs besides values. */
const STEP_NOTES: Readonly<Partial<Record<StepNumber, string>>> = {
  2: 'A login that may read and nothing else: grant pg_read_all_data and pg_monitor to it. Superusers are refused.',
  3:
    'Settings, files, commands and local addresses are those of the machine the worker runs on: start the role worker\n' +
    'there (ROLES=worker, the same DATABASE_URL and REDIS_URL) and on no other machine.',
};

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const inTotal = ({ connected, byClick, waiting }: Standing): number => connected + byClick + waiting.length;

const countLine = ({ checklist, environment, standing }: Place): string =>
  `${checklist.system} in ${environment}: of ${plural(inTotal(standing), 'check')} ${standing.connected} run by themselves, ` +
  `${standing.byClick} by click, ${standing.waiting.length} wait; ${plural(standing.byPeople, 'more item')} for people`;

const remedyLine = ({ need, missing, checks }: Remedy): string => {
  const gain = `${need.kind === 'value' ? need.name : missing}: +${plural(checks, 'check')}`;
  return need.kind === 'zone'
    ? `${gain}; start one there: ROLES=worker RUNNER=${need.name}, the same queue`
    : gain;
};

/** One place in a few lines: what would bring the most. */
export const connectNextShort = (place: Place): string => {
  const { steps } = ladderOf(place.standing.waiting);
  const remedies = steps.flatMap((step) => step.remedies).sort((a, b) => b.checks - a.checks);
  const more = remedies.length - MOST_REMEDIES;
  return [
    countLine(place),
    ...remedies.slice(0, MOST_REMEDIES).map((remedy) => `  ${remedyLine(remedy)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
};

const indent = (text: string): string => text.replace(/^(?=.)/gm, '    ');

const drawBlock = ({ yaml, variables }: PasteBlock, file: string): readonly string[] => [
  ...(yaml === undefined ? [] : [`  Into ${file}, with your own values:`, '', indent(yaml), '']),
  ...(variables.length === 0 ? [] : [`  Into the environment of the worker: ${variables.join(', ')}`]),
];

const drawStep = (step: Step, place: Place): readonly string[] => {
  const title = `Step ${step.number}, ${STEP_TITLES[step.number]}`;
  if (step.remedies.length === 0) return [`${title}: nothing waits for it`];
  const { checklist, environment, isNewFile } = place;
  const block = pasteBlock(step, {
    system: checklist.system,
    environment,
    isNewFile,
    parameters: checklist.parameters,
  });
  const note = STEP_NOTES[step.number];
  return [
    `${title}: +${plural(step.connects, 'check')} once this and the steps before are done`,
    ...step.remedies.map((remedy) => `  ${remedyLine(remedy)}`),
    ...(note === undefined ? [] : [`  ${note.replaceAll('\n', '\n  ')}`]),
    ...drawBlock(block, `environments/${environment}.yaml`),
  ];
};

const laterLines = ({ later }: Ladder): readonly string[] =>
  later.length === 0
    ? []
    : [
        `By hand in this version, which has no such checks: ${later.map(({ kind, checks }) => `${kind} (${checks})`).join(', ')}`,
      ];

/** One place with every step of adoption and what to paste for it. */
export const connectNext = (place: Place): string => {
  const ladder = ladderOf(place.standing.waiting);
  return [
    countLine(place),
    'Step 0, all by hand: works now; what waits is an item for people and never red',
    ...ladder.steps.flatMap((step) => drawStep(step, place)),
    ...laterLines(ladder),
  ].join('\n');
};
