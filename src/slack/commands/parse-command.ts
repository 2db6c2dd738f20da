import type { Refusal } from '../../domain/refusal.ts';
import { quoted, refusal } from '../../domain/refusal.ts';
import { nearest } from '../../lib/nearest.ts';
import { stated } from '../../lib/stated.ts';
import type { Act } from '../../usecases/acts.ts';
import type { Intent, PhaseGroup, Target } from '../intent.ts';
import { readDeployed } from './deployed-words.ts';
import { readRollback } from './rollback-words.ts';

/** The words of a command, the deployment it names, and the channel it was typed in. */
type Typed = { readonly words: readonly string[]; readonly target: Target; readonly isNamed: boolean };

type Parse = (typed: Typed) => Intent;

const refuse = (refused: Refusal): Intent => ({ type: 'refuse', refusal: refused });
const usage = (how: string): Intent => refuse(refusal('usage', `Type it like this: /deploy ${how}`));

const NUMBER = /^#(\d{1,9})$/;
/** `#2:`, `“#2”`, `# 2`, a full-width `＃2`: meant to be a number, and not one. */
const ALMOST_NUMBER = /^[^\p{L}\d]*[#＃][^\p{L}]*$/u;

/** A command and the number of leading words of which one may be `#n`; after them a # is just text. */
type Subcommand = { readonly numberWithin: number; readonly parse: Parse };

const numbered =
  (numberWithin: number) =>
  (parse: Parse): Subcommand => ({ numberWithin, parse });

/** Nothing here is about one deployment. */
const noNumber = numbered(0);
/** Free text follows at once: `abort #42 incident #12 is open`. */
const numberFirst = numbered(1);
/** One word of its own, then free text or nothing: `skip cost-alerts #42 no access`. */
const numberInTwo = numbered(2);
/** Words only, no text. */
const numberInThree = numbered(3);

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

/** Takes no text: whatever stands there was meant to say which deployment, and another one must not be taken for it. */
const wordless =
  (name: string, parse: Parse): Parse =>
  (typed) =>
    typed.words.length > 0 ? usage(`${name} [#n]`) : parse(typed);

const typedDeployed: Parse = ({ words, target }) => {
  const read = readDeployed(words.join(' '));
  if (!read.ok) return refuse(read.error);
  return NUMBER.test(read.value.override ?? '')
    ? usage('deployed [#n] [13:40] [reason]')
    : { type: 'act', target, act: read.value };
};

/** Debts are accepted by a word of its own: whoever signs has seen them. */
const ACCEPT_DEBTS = 'accept-debts';

const readSignOff: Parse = ({ words, target }) => {
  const [role, ...more] = words.filter((word) => word !== ACCEPT_DEBTS);
  return more.length > 0
    ? usage(`sign-off [role] [#n] [${ACCEPT_DEBTS}]`)
    : {
        type: 'act',
        target,
        act: {
          kind: 'sign_off',
          ...stated({ role, acceptedDebts: words.includes(ACCEPT_DEBTS) ? ('all' as const) : undefined }),
        },
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

const GO_STANDS = refusal(
  'undo_impossible',
  'Go cannot be undone. Before Go there is /deploy no-go <reason>; after it /deploy abort leave-as-is <reason> or /deploy rollback <reason>.',
);

const readUndo: Parse = (typed) => {
  const [item, ...more] = typed.words;
  if (item === 'go' && more.length === 0) return refuse(GO_STANDS);
  return item === 'deployed' && more.length === 0
    ? { type: 'act', target: typed.target, act: { kind: 'undo_deployed' } }
    : reasoned('undo')(typed);
};

const typedRollback: Parse = ({ words, target }) => {
  const read = readRollback(words);
  return read.ok ? { type: 'act', target, act: read.value } : refuse(read.error);
};

const LEAVE_AS_IS = 'leave-as-is';

/** The word is the answer to what the dialog asks while deploying. */
const readAbort: Parse = ({ words: [first, ...rest], target }) =>
  first?.toLowerCase() === LEAVE_AS_IS
    ? { type: 'act', target, act: { kind: 'abort', leaveAsIs: true, reason: rest.join(' ') } }
    : { type: 'act', target, act: { kind: 'abort', reason: [first ?? '', ...rest].join(' ') } };

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
  (message: string): Parse =>
  () =>
    refuse(refusal('not_available_yet', message));

const readStart: Parse = ({ words: [environment, ...rest], isNamed }) =>
  isNamed
    ? usage('start <environment> [system] [version]')
    : environment === undefined
      ? { type: 'open', dialog: { name: 'start' } }
      : { type: 'start', words: { environment, rest }, chosen: {} };

const readStatus: Parse = ({ words: [environment], target, isNamed }) => ({
  type: 'show',
  show: {
    what: 'status',
    ...(isNamed ? { of: target } : environment === undefined ? {} : { of: { environment } }),
  },
});

const readVersion: Parse = ({ words: [version, ...more], target }) =>
  version === undefined || more.length > 0
    ? usage('version <v> [#n]')
    : { type: 'act', target, act: { kind: 'version', version } };

const onAlert = (name: string, kind: 'take_over' | 'acknowledge'): Subcommand =>
  numberFirst(
    wordless(
      name,
      onDeployment(() => ({ kind })),
    ),
  );

/** Every subcommand there is. Each button has its typed equivalent here. */
const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['start', numberInTwo(readStart)],
  ['status', numberFirst(readStatus)],
  [
    'confirm',
    numberInTwo(
      onItem(
        'confirm',
        (itemId, text) =>
          text === '' ? { kind: 'confirm', itemId } : { kind: 'confirm', itemId, seen: text, evidence: text },
        (_phaseId, group, text) => confirmPhase(group, text),
      ),
    ),
  ],
  ['skip', numberInTwo(reasoned('skip'))],
  ['na', numberInTwo(reasoned('na'))],
  ['fail', numberInTwo(reasoned('fail'))],
  ['undo', numberInTwo(readUndo)],
  ['accept', numberInTwo(reasoned('accept'))],
  ['rerun', numberInTwo(readRerun)],
  ['note', numberInTwo(onItem('note', (itemId, text) => ({ kind: 'note', itemId, text })))],
  ['version', numberInTwo(readVersion)],
  [
    'go',
    numberFirst(
      wordless(
        'go',
        onDeployment(() => ({ kind: 'go' })),
      ),
    ),
  ],
  ['no-go', numberFirst(onDeployment((reason) => ({ kind: 'no_go', reason })))],
  [
    'resume',
    numberFirst(
      wordless(
        'resume',
        onDeployment(() => ({ kind: 'resume' })),
      ),
    ),
  ],
  ['deployed', numberFirst(typedDeployed)],
  ['sign-off', numberInThree(readSignOff)],
  ['take-over', onAlert('take-over', 'take_over')],
  ['acknowledge', onAlert('acknowledge', 'acknowledge')],
  ['rollback', numberFirst(typedRollback)],
  ['abort', numberFirst(readAbort)],
  ['lock', noNumber(lock('lock'))],
  ['unlock', noNumber(lock('unlock'))],
  ['locks', noNumber(show('locks'))],
  ['list', noNumber(show('list'))],
  ['mine', noNumber(show('mine'))],
  [
    'history',
    noNumber(({ words: [system] }) => ({ type: 'show', show: { what: 'history', ...stated({ system }) } })),
  ],
  [
    'report',
    numberFirst(wordless('report', ({ target }) => ({ type: 'show', show: { what: 'report', target } }))),
  ],
  ['checklists', noNumber(show('checklists'))],
  ['whoami', noNumber(show('whoami'))],
  ['help', noNumber(show('help'))],
]);

/** Planned, so that whoever tries is told what works until then. */
const LATER: ReadonlyMap<string, Subcommand> = new Map([
  [
    'reload',
    noNumber(
      later(
        '/deploy reload is not part of this version yet. Restart the bot: it reads the files as it starts.',
      ),
    ),
  ],
  [
    'handover',
    noNumber(
      later(
        '/deploy handover is not part of this version yet. Tell the others in the thread of the card who leads now.',
      ),
    ),
  ],
]);

const isAlmostNumber = (word: string): boolean => ALMOST_NUMBER.test(word) && !NUMBER.test(word);

export const SUBCOMMAND_NAMES: readonly string[] = [...SUBCOMMANDS.keys()];

/** Reads `/deploy …`. Nothing typed: the start dialog. */
export const parseCommand = (text: string, channel: string): Intent => {
  const all = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [name, ...rest] = all;
  if (name === undefined) return { type: 'open', dialog: { name: 'start' } };
  const known = SUBCOMMANDS.get(name.toLowerCase()) ?? LATER.get(name.toLowerCase());
  if (known === undefined) {
    const near = nearest(name, SUBCOMMAND_NAMES);
    const hint =
      near.length === 0 ? 'Type /deploy help for all of them.' : `Did you mean ${near.join(' or ')}?`;
    return refuse(refusal('unknown_subcommand', `There is no ${quoted(`/deploy ${name}`)}. ${hint}`));
  }
  const almost = rest.slice(0, known.numberWithin).find((word) => isAlmostNumber(word));
  if (almost !== undefined)
    return refuse(
      refusal(
        'usage',
        `Write the number of the deployment as #2, by itself, not ${quoted(almost)}. Nothing was done.`,
      ),
    );
  const place = rest.slice(0, known.numberWithin).findIndex((word) => NUMBER.test(word));
  const number = place === -1 ? undefined : Number(NUMBER.exec(rest[place] ?? '')?.[1]);
  const words = number === undefined ? rest : rest.filter((_word, index) => index !== place);
  return known.parse({
    words,
    target: number === undefined ? { channel } : { number },
    isNamed: number !== undefined,
  });
};
