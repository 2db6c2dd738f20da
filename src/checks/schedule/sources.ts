import type { JsonObject } from '../../lib/json.ts';
import { readPath } from '../../lib/matching/path.ts';
import type { CheckContext, CheckKind, Measured } from '../check.ts';
import { command } from '../kinds/command.ts';
import { file } from '../kinds/file.ts';
import { http } from '../kinds/http.ts';
import { sql } from '../kinds/sql.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { assertAnswered, type Source } from '../source.ts';
import { longestPause, parseCrontab, type CronEntry } from './crontab.ts';
import { observeJobs, readJobs, type JobKeys } from './jobs.ts';

/** What a schedule is read from. */
export type From =
  | { readonly kind: 'crontab'; readonly source: Source; readonly key: string; readonly hasUser: boolean }
  | { readonly kind: 'jobs'; readonly source: Source; readonly path: string; readonly keys: JobKeys };

const sourceOf = (kind: CheckKind, params: JsonObject): Source => {
  const prepared = kind.prepare(params);
  if (!prepared.ok) throw ourFault(`${kind.kind}: ${prepared.error.join(' · ')}`, 'bad_parameters');
  return { kind, prepared: prepared.value };
};

export const crontabFile = (path: string, hasUser: boolean): From => ({
  kind: 'crontab',
  source: sourceOf(file, { path }),
  key: 'text',
  hasUser,
});

export const crontabCommand = (name: string, hasUser: boolean): From => ({
  kind: 'crontab',
  source: sourceOf(command, { name }),
  key: 'stdout',
  hasUser,
});

export const jobsOverHttp = (params: JsonObject, path: string, keys: JobKeys): From => ({
  kind: 'jobs',
  source: sourceOf(http, params),
  path,
  keys,
});

export const jobsOverSql = (params: JsonObject, keys: JobKeys): From => ({
  kind: 'jobs',
  source: sourceOf(sql, params),
  path: 'rows',
  keys,
});

type Search = (text: string) => boolean;

const MAX_ENTRIES = 20;

const observeEntries = (matched: readonly CronEntry[], reason: string | undefined, now: Date): Measured => {
  const entries = matched.slice(0, MAX_ENTRIES).map((entry) => {
    const every = longestPause(entry.schedule, now);
    return { ...entry, ...(every !== undefined && { every }) };
  });
  const pauses = entries.map(({ every }) => every).filter((every) => every !== undefined);
  const observation: JsonObject = {
    count: matched.length,
    entries,
    schedules: entries.map(({ schedule: written }) => written),
    ...(pauses.length > 0 && { every: Math.min(...pauses) }),
  };
  const cut =
    matched.length > MAX_ENTRIES ? `cannot be told: more than ${MAX_ENTRIES} entries match` : undefined;
  const keys = ['entries', 'schedules', 'every', ...(reason === undefined ? [] : ['count'])];
  const why = reason ?? cut;
  return { observation, incomplete: why === undefined ? [] : keys.map((key) => ({ key, reason: why })) };
};

const gapIn = (measured: Measured, path: string): string | undefined =>
  measured.incomplete?.find(({ key }) => path === key || path.startsWith(`${key}.`))?.reason;

/** What of a schedule matches. Rejects with a problem when its source does not answer, or not with a schedule. */
export const measureFrom = async (from: From, search: Search, context: CheckContext): Promise<Measured> => {
  const measured = await from.source.prepared.run(context);
  assertAnswered(from.source, measured, context.now());
  if (from.kind === 'crontab') {
    const text = measured.observation[from.key];
    const gap = gapIn(measured, from.key);
    const all = parseCrontab(typeof text === 'string' ? text : '', from.hasUser);
    const matched = all.filter((entry) => search(entry.command));
    return observeEntries(matched, gap && `cannot be told: the crontab ${gap}`, context.now());
  }
  const read = readPath(measured.observation, from.path);
  const jobs = readJobs(read.found ? read.value : undefined, from.keys);
  if (!jobs) {
    throw new CheckProblem(
      `no jobs: there is no list at ${from.path} whose entries all have ${from.keys.name}`,
      {
        outcome: 'inconclusive',
        code: 'no_jobs',
        scope: 'check',
      },
    );
  }
  const gap = gapIn(measured, from.path);
  return observeJobs(
    jobs.filter(({ name }) => search(name)),
    context.now(),
    gap && `the list ${gap}`,
  );
};
