import { environmentNamed } from '../../checklists/to-environment.ts';
import type { LoadedChecklists } from '../../checklists/load-checklists.ts';
import type { Config } from '../../config.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { silentLog } from '../../lib/log.ts';
import { loadFiles } from '../../main.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { installedVersion, readInstalled } from '../installation.ts';
import type { Terminal } from '../terminal.ts';
import type { Place } from './connect-next.ts';
import { connectNext, connectNextShort } from './connect-next.ts';
import type { Sight } from './line.ts';
import { countProblems, drawSight, hint, unknown } from './line.ts';
import { lookAtChecklists } from './look-at-checklists.ts';
import type { ConfigurationSight } from './look-at-configuration.ts';
import { lookAtConfiguration } from './look-at-configuration.ts';
import { lookAtSlack } from './look-at-slack.ts';
import type { LiveWorker } from './look-at-stores.ts';
import { lookAtStores } from './look-at-stores.ts';
import type { Workers } from './standing.ts';
import { standingOf } from './standing.ts';

/** Where checks would run when no file names an environment. */
const USUAL_ENVIRONMENT = 'production';

const scopesOfManifest = async (): Promise<readonly string[] | undefined> => {
  const text = await readInstalled('manifest.json');
  if (text === undefined) return undefined;
  const manifest = JSON.parse(text) as { oauth_config: { scopes: { bot: readonly string[] } } };
  return manifest.oauth_config.scopes.bot;
};

/** Looked at with the token alone, so that a bot whose other variables are wrong still hears about it. */
const lookAtWorkspace = async ({ isBroken }: ConfigurationSight, terminal: Terminal): Promise<Sight> => {
  const token = terminal.env['SLACK_BOT_TOKEN']?.trim() ?? '';
  if (token === '' || isBroken('SLACK_BOT_TOKEN', 'SLACK_API_URL'))
    return {
      area: 'Slack',
      lines: [unknown('not looked at: SLACK_BOT_TOKEN or SLACK_API_URL cannot be used')],
    };
  const given = terminal.env['SLACK_API_URL']?.trim() ?? '';
  const apiUrl = given === '' ? 'https://slack.com/api/' : given.replace(/\/?$/, '/');
  return lookAtSlack({ token, apiUrl, wanted: await scopesOfManifest() }, terminal);
};

type Names = { readonly systems: ReadonlySet<string>; readonly environments: ReadonlySet<string> };

/** Words in any order; nothing typed of a sort means all of that sort. */
const chosen = (words: readonly string[], { checklists, environments, broken }: LoadedChecklists): Names => {
  const systems = [...checklists.keys()];
  const known = environments.size > 0 ? [...environments.keys()] : [USUAL_ENVIRONMENT];
  for (const word of words) {
    if (systems.includes(word) || known.includes(word)) continue;
    if (broken.has(word) || broken.has(`environments/${word}`)) continue;
    throw new UsageError(
      `There is no system and no environment "${word}"${didYouMean(word, [...systems, ...known])}.`,
    );
  }
  const among = (names: readonly string[]) => {
    const typed = names.filter((name) => words.includes(name));
    return new Set(typed.length > 0 ? typed : names);
  };
  return { systems: among(systems), environments: among(known) };
};

/** Live workers say what they hold; without one this process' own variables are the best guess. */
const holderOf =
  (workers: readonly LiveWorker[], env: Terminal['env']) =>
  (name: string, runner: string | undefined): boolean =>
    workers.length === 0
      ? (env[name] ?? '') !== ''
      : workers.some((worker) => worker.runner === runner && worker.envNames.includes(name));

/** What is known of who does the checks. */
const knownWorkers = (workers: readonly LiveWorker[], env: Terminal['env']): Workers => ({
  hasEnv: holderOf(workers, env),
  hasRunner: (zone) => workers.some(({ runner }) => runner === zone),
});

const placesOf = (
  { systems, environments }: Names,
  files: LoadedChecklists,
  workers: Workers,
): readonly Place[] =>
  [...systems].flatMap((system) => {
    const checklist = files.checklists.get(system);
    if (checklist === undefined) return [];
    return [...environments].map((name) => {
      const loaded = files.environments.get(name);
      const environment = loaded ?? environmentNamed(name);
      const standing = standingOf({ checklist, environment }, workers);
      return { checklist, environment: name, isNewFile: loaded === undefined, standing };
    });
  });

const printPlaces = (places: readonly Place[], { print }: Terminal): void => {
  if (places.length === 0) return;
  print('\nConnect next');
  const isLong = places.length === 1;
  for (const place of places) print(`\n${isLong ? connectNext(place) : connectNextShort(place)}`);
  const [first] = places;
  if (!isLong && first !== undefined)
    print(
      `\n"tminus doctor ${first.checklist.system} ${first.environment}" shows every step, with a block to paste.`,
    );
};

const holdersLine = (workers: readonly LiveWorker[]): string =>
  workers.length === 0
    ? 'no worker is alive: whether secrets are there is judged by the variables of this terminal'
    : 'whether secrets are there is judged by what the live workers hold';

const lookAround = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  const { env, now, print } = terminal;
  const configuration = lookAtConfiguration(env);
  const config: Config = configuration.readable;
  const stores = await lookAtStores(config, configuration.isBroken, {
    log: silentLog,
    now,
    version: await installedVersion(),
  });
  const slack = await lookAtWorkspace(configuration, terminal);
  const files = await loadFiles(config, silentLog);
  const names = chosen(words, files);
  const checklists = lookAtChecklists(files, config.checklistsDir);
  const sights = [
    configuration,
    stores.database,
    stores.queue,
    slack,
    { ...checklists, lines: [...checklists.lines, hint(holdersLine(stores.workers))] },
  ];
  for (const sight of sights) print(drawSight(sight));
  printPlaces(placesOf(names, files, knownWorkers(stores.workers, env)), terminal);
  const problems = countProblems(sights);
  print(`\n${problems === 0 ? 'No problems.' : problems === 1 ? '1 problem.' : `${problems} problems.`}`);
  return problems === 0 ? 0 : 1;
};

export const doctor: Command = {
  name: 'doctor',
  usage: '[system] [environment]',
  summary: 'What is wrong with this installation, and which checks to connect next',
  details:
    'Looks at the configuration, the database, the queue, Slack and the checklists, as far as each can be reached, and\n' +
    'changes nothing. With one system and one environment it shows every step of connecting checks, with blocks to paste.\n' +
    'Exit code 1: something is wrong. Checks that are not connected are no problem.',
  mostWords: 2,
  run: ({ words }, terminal) => lookAround(words, terminal),
};
