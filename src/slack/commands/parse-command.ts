import { RESTORE } from '../../domain/decide/roll-back.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { refusal } from '../../domain/refusal.ts';
import { nearest } from '../../lib/nearest.ts';
import { stated } from '../../lib/stated.ts';
import type { Act } from '../../usecases/acts.ts';
import type { Intent, PhaseGroup, Target } from '../intent.ts';

/** The words of a command, the deployment it names, and the channel it was typed in. */
type Typed = { readonly words: readonly string[]; readonly target: Target; readonly isNamed: boolean };

type Parse = (typed: Typed) => Intent;

const refuse = (refused: Refusal): Intent => ({ type: 'refuse', refusal: refused });
const usage = (how: string): Intent => refuse(refusal('usage', `Type it like this: /deploy ${how}`));

const NUMBER = /^#(\d{1,9})$/;

/** Acts on an item: the item first, then free text. */
const onItem =
  (
    name: string,
    make: (itemId: string, rest: string) => Act,
    forPhase?: (phaseId: string, group: PhaseGroup, rest: string) => Act,
  ): Parse =>
  ({ words: [item, ...rest], target }) =>
    item === undefined
      ? usage(`${name} <item> [#n] [text]`)
      : {
          type: 'act',
          target,
          act: {
            item,
            make: (itemId) => make(itemId, rest.join(' ')),
            ...(forPhase === undefined
              ? {}
              : {
                  forPhase: (phaseId: string, group: PhaseGroup) => forPhase(phaseId, group, rest.join(' ')),
                }),
          },
        };

/** With a line of what was seen a phase is confirmed with those lines that ask for one. */
const confirmPhase = ({ byClick, withLine, alone }: PhaseGroup, seen: string): Act =>
  seen === ''
    ? { kind: 'confirm_group', itemIds: byClick, leftOut: [...withLine.map(({ why }) => why), ...alone] }
    : {
        kind: 'confirm_group',
        itemIds: [...byClick, ...withLine.map(({ id }) => id)],
        seen,
        leftOut: alone,
      };

const reasoned = (kind: 'skip' | 'na' | 'fail' | 'undo' | 'accept'): Parse =>
  onItem(kind, (itemId, reason) => ({ kind, itemId, reason }));

const onDeployment =
  (make: (rest: string, words: readonly string[]) => Act): Parse =>
  ({ words, target }) => ({ type: 'act', target, act: make(words.join(' '), words) });

/** `13:40`, `at 13:40`, `done at 13:40`, then why it goes on over open steps. */
const CLOCK = /^(?:(?:done )?at )?((?:[01]?\d|2[0-3]):[0-5]\d)(?: |$)/i;

const readDeployed = (rest: string): Act => {
  const clock = CLOCK.exec(rest);
  const override = rest.slice(clock?.[0].length ?? 0).trim();
  return {
    kind: 'deployed',
    ...stated({ clock: clock?.[1], override: override === '' ? undefined : override }),
  };
};

/** One item, the by-click checks of a phase, or `failed`: what the newest alert is about. */
const readRerun: Parse = (typed) => {
  const [item] = typed.words;
  return item === 'failed'
    ? { type: 'act', target: typed.target, act: { kind: 'rerun_alert' } }
    : onItem(
        'rerun',
        (itemId) => ({ kind: 'rerun', itemIds: [itemId] }),
        (phaseId) => ({ kind: 'rerun_group', phaseId }),
      )(typed);
};

const readUndo: Parse = (typed) => {
  const [item, ...more] = typed.words;
  return item === 'deployed' && more.length === 0
    ? { type: 'act', target: typed.target, act: { kind: 'undo_deployed' } }
    : reasoned('undo')(typed);
};

/** `plan=app,database`, `to=1.0.0` and the word RESTORE stand anywhere before or in the reason. */
const readRollback = (_rest: string, words: readonly string[]): Act => {
  const option = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const isOption = (word: string) => word === RESTORE || /^(?:plan|to)=\S+$/.test(word);
  return {
    kind: 'roll_back',
    plans: (option('plan') ?? '').split(',').filter((id) => id !== ''),
    reason: words.filter((word) => !isOption(word)).join(' '),
    ...stated({
      targetVersion: option('to'),
      restoreWord: words.includes(RESTORE) ? RESTORE : undefined,
    }),
  };
};

const lock =
  (kind: 'lock' | 'unlock'): Parse =>
  ({ words: [environment, ...rest] }) =>
    environment === undefined
      ? usage(`${kind} <environment> <reason>`)
      : { type: 'lock', kind, environment, reason: rest.join(' ') };

const show =
  (what: 'help' | 'whoami' | 'list' | 'mine' | 'locks' | 'checklists'): Parse =>
  () => ({
    type: 'show',
    show: { what },
  });

const later =
  (what: string): Parse =>
  () =>
    refuse(refusal('not_available_yet', `/deploy ${what} is not part of this version yet.`));

/** Every subcommand. Each button has its typed equivalent here. */
const SUBCOMMANDS: Readonly<Record<string, Parse>> = {
  start: ({ words: [environment, ...rest], target, isNamed }) =>
    isNamed && 'number' in target
      ? usage('start <environment> [system] [version]')
      : environment === undefined
        ? { type: 'open', dialog: { name: 'start' } }
        : { type: 'start', words: { environment, rest }, chosen: {} },
  status: ({ words: [environment], target, isNamed }) => ({
    type: 'show',
    show: {
      what: 'status',
      ...(isNamed ? { of: target } : environment === undefined ? {} : { of: { environment } }),
    },
  }),
  confirm: onItem(
    'confirm',
    (itemId, text) =>
      text === '' ? { kind: 'confirm', itemId } : { kind: 'confirm', itemId, seen: text, evidence: text },
    (_phaseId, group, text) => confirmPhase(group, text),
  ),
  skip: reasoned('skip'),
  na: reasoned('na'),
  fail: reasoned('fail'),
  undo: readUndo,
  accept: reasoned('accept'),
  rerun: readRerun,
  note: onItem('note', (itemId, text) => ({ kind: 'note', itemId, text })),
  version: ({ words: [version], target }) =>
    version === undefined
      ? usage('version <v> [#n]')
      : { type: 'act', target, act: { kind: 'version', version } },
  go: onDeployment(() => ({ kind: 'go' })),
  'no-go': onDeployment((reason) => ({ kind: 'no_go', reason })),
  resume: onDeployment(() => ({ kind: 'resume' })),
  deployed: onDeployment(readDeployed),
  'sign-off': onDeployment((_rest, [role]) => ({
    kind: 'sign_off',
    acceptedDebts: 'all',
    ...(role === undefined ? {} : { role }),
  })),
  'take-over': onDeployment(() => ({ kind: 'take_over' })),
  acknowledge: onDeployment(() => ({ kind: 'acknowledge' })),
  rollback: onDeployment(readRollback),
  abort: onDeployment((reason) => ({ kind: 'abort', reason })),
  lock: lock('lock'),
  unlock: lock('unlock'),
  locks: show('locks'),
  list: show('list'),
  mine: show('mine'),
  history: ({ words: [system] }) => ({
    type: 'show',
    show: { what: 'history', ...(system === undefined ? {} : { system }) },
  }),
  report: ({ target }) => ({ type: 'show', show: { what: 'report', target } }),
  checklists: show('checklists'),
  whoami: show('whoami'),
  help: show('help'),
  reload: later('reload'),
  handover: later('handover'),
};

export const SUBCOMMAND_NAMES: readonly string[] = Object.keys(SUBCOMMANDS);

/** Reads `/deploy …`. Nothing typed: the start dialog. */
export const parseCommand = (text: string, channel: string): Intent => {
  const all = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [name, ...rest] = all;
  if (name === undefined) return { type: 'open', dialog: { name: 'start' } };
  const parse = SUBCOMMANDS[name.toLowerCase()];
  if (parse === undefined) {
    const near = nearest(name, SUBCOMMAND_NAMES);
    const hint =
      near.length === 0 ? 'Type /deploy help for all of them.' : `Did you mean ${near.join(' or ')}?`;
    return refuse(refusal('unknown_subcommand', `There is no /deploy ${name}. ${hint}`));
  }
  // The number may stand first or after the item; in the free text a # is just text.
  const place = rest.slice(0, 2).findIndex((word) => NUMBER.test(word));
  const number = place === -1 ? undefined : Number(NUMBER.exec(rest[place] ?? '')?.[1]);
  const words = number === undefined ? rest : rest.filter((_word, index) => index !== place);
  return parse({
    words,
    target: number === undefined ? { channel } : { number },
    isNamed: number !== undefined,
  });
};
