import type { Message } from '../kit.ts';
import { bold, inline } from '../text.ts';
import { linesMessage } from './answer.ts';

/** Every subcommand, as it is typed; groups in the order of a deployment. */
const HELP: readonly (readonly [title: string, lines: readonly (readonly [how: string, what: string])[]])[] =
  [
    [
      'Begin and look',
      [
        ['start <environment> [system] [version]', 'begins; what it cannot tell a dialog asks'],
        ['status [environment|#n]', 'how it stands and what it waits for'],
        ['mine', 'what waits for you'],
        ['list', 'everything under way'],
        ['history [system]', 'what was'],
        ['report [#n]', 'the report so far'],
      ],
    ],
    [
      'Items (id, its beginning, or the number on the card)',
      [
        ['confirm <item or phase> [#n] [what you saw]', 'it holds'],
        ['skip <item> [#n] <reason>', 'go on without it'],
        ['na <item> [#n] <reason>', 'it has no meaning here'],
        ['fail <item> [#n] <reason>', 'it does not hold'],
        ['rerun <item or phase> [#n]', 'measure it again; rerun failed: what the alert is about'],
        ['accept <item> [#n] <reason>', 'take a red one on purpose'],
        ['note <item> [#n] <text>', 'keep a line with it'],
        ['undo <item> [#n] [reason]', 'take back how it was settled; undo deployed: it is not out yet'],
      ],
    ],
    [
      'Decide',
      [
        ['version <v> [#n]', 'names what goes out, until Go'],
        ['go [#n]', 'lets it begin'],
        ['no-go [#n] <reason>', 'holds it'],
        ['resume [#n]', 'ends a hold'],
        ['deployed [#n] [13:40] [reason]', 'the new version is out; a reason goes on over open steps'],
        [
          'sign-off [role] [#n] [accept-debts]',
          'signs for a role; with debts it shows them and asks for the word',
        ],
        ['take-over [#n]', 'you work on the alert'],
        ['acknowledge [#n]', 'you have seen the alert'],
        ['rollback [#n] [plan=app,database] [to=1.0.0] [RESTORE] <reason>', 'starts the way back'],
        ['abort [#n] [leave-as-is] <reason>', 'ends it; while deploying only with the word, else rollback'],
      ],
    ],
    [
      'Places',
      [
        ['locks', 'who holds what'],
        ['lock <environment> [system] <reason>', 'nobody deploys there'],
        ['unlock <environment> [system] <reason>', 'frees it'],
        ['checklists', 'what is loaded, and what to connect next'],
        ['whoami', 'your roles'],
      ],
    ],
  ];

/** `/deploy help`. */
export const helpMessage = (): Message =>
  linesMessage('/deploy help', [
    'Without a word /deploy opens the start dialog. #n names the deployment when several live in a channel.',
    ...HELP.flatMap(([title, lines]) => [
      bold(title),
      ...lines.map(([how, what]) => `• /deploy ${inline(how, 200)}: ${what}`),
    ]),
  ]);

/** The first word of every line of the help. */
export const HELP_NAMES: readonly string[] = HELP.flatMap(([, lines]) =>
  lines.map(([how]) => how.split(' ')[0] ?? ''),
);
