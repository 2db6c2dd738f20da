import { z } from 'zod';
import type { CheckContext, Measured } from '../check.ts';
import { ourFault } from '../problem.ts';
import type { SqlLogin } from './connection.ts';
import { judgeQuery } from './policy.ts';
import { privileges, rls } from './presets/access.ts';
import { indexes, tables, views } from './presets/catalogue.ts';
import { migrations } from './presets/migrations.ts';
import { oneRow, type Dialect, type PreparedPreset, type PresetSession, textOf } from './presets/preset.ts';
import { freshness, queue, rowCounts } from './presets/rows.ts';
import { connections, replicationLag, slowQueries } from './presets/server.ts';
import { withDatabase, type Ask } from './session.ts';

const PRESETS = {
  tables,
  views,
  indexes,
  rls,
  migrations,
  row_counts: rowCounts,
  replication_lag: replicationLag,
  connections,
  slow_queries: slowQueries,
  privileges,
  queue,
  freshness,
};

type Shape = { [Name in keyof typeof PRESETS]: (typeof PRESETS)[Name]['params'] };

const shape = Object.fromEntries(
  Object.entries(PRESETS).map(([name, { params }]) => [name, params]),
) as unknown as Shape; // the type of the entries is lost on the way

const chosen = (given: Readonly<Record<string, PreparedPreset | undefined>>): readonly PreparedPreset[] =>
  Object.values(given).filter((one) => one !== undefined);

/** `{<name>: {…}}`: exactly one preset, read into what it asks. */
export const presetParam = z
  .strictObject(shape)
  .refine((given) => chosen(given).length === 1, `needs exactly one of ${Object.keys(PRESETS).join(', ')}`);

/** The one that was chosen. */
export const presetOf = (given: z.output<typeof presetParam>): PreparedPreset | undefined => chosen(given)[0];

/** Path -> what stands there, each after the presets that have it. */
export const presetObservation = (): Readonly<Record<string, string>> => {
  const described: Record<string, string> = {};
  for (const [name, { observation }] of Object.entries(PRESETS)) {
    for (const [path, text] of Object.entries(observation)) {
      const before = described[path];
      described[path] = `${before === undefined ? '' : `${before}; `}${name}: ${text}`;
    }
  }
  return described;
};

const judgedAsk =
  (ask: Ask): PresetSession['ask'] =>
  async (text, values = []) => {
    const verdict = await judgeQuery(text);
    if (!verdict.ok) throw ourFault(`the query may not run: ${verdict.reason}`, 'query_refused');
    return (await ask({ text, values, shape: verdict.shape })).rows;
  };

const dialectOf = async (session: PresetSession): Promise<Dialect> => {
  const { version } = await oneRow(session, 'SELECT version() AS version');
  return textOf(version).startsWith('CockroachDB') ? 'cockroachdb' : 'postgres';
};

type Asked = {
  readonly login: SqlLogin;
  readonly preset: PreparedPreset;
  readonly dialect?: Dialect | undefined;
};

/** Asks a preset's questions in one session; without a dialect the server says which it is. */
export const measurePreset = ({ login, preset, dialect }: Asked, context: CheckContext): Promise<Measured> =>
  withDatabase({ login, isUtc: true }, context, async (ask) => {
    const session = { ask: judgedAsk(ask), dialect: dialect ?? ('postgres' as const) };
    return preset.measure({ ...session, dialect: dialect ?? (await dialectOf(session)) });
  });
