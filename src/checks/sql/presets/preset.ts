import type { z } from 'zod';
import type { Expectations } from '../../../domain/check.ts';
import type { Json, JsonObject } from '../../../lib/json.ts';
import { plain } from '../../../lib/matching/rule.ts';
import type { Measured } from '../../check.ts';
import { CheckProblem } from '../../problem.ts';

/** Which database answers; CockroachDB speaks the protocol and has other catalogues. */
export type Dialect = 'postgres' | 'cockroachdb';

/** One session of a preset: its statements are judged like anybody's, and their values are bound. */
export type PresetSession = {
  readonly dialect: Dialect;
  readonly ask: (text: string, values?: readonly Json[]) => Promise<readonly JsonObject[]>;
};

/** One ready question about a database, as its author writes it. */
export type PresetSpec<S extends z.ZodObject> = {
  /** One sentence for the documentation. */
  readonly title: string;
  readonly params: S;
  /** Path -> what stands there, with its unit. */
  readonly observation: Readonly<Record<string, string>>;
  /** What has to hold whatever else is expected. */
  readonly demands: (params: z.output<S>) => Expectations;
  readonly measure: (params: z.output<S>, session: PresetSession) => Promise<Measured>;
  /** A passing observation in a few words. */
  readonly say: (observation: JsonObject) => string;
};

/** A preset with its parameters read. */
export type PreparedPreset = {
  readonly demands: Expectations;
  readonly measure: (session: PresetSession) => Promise<Measured>;
  readonly say: (observation: JsonObject) => string;
};

/** Turns a description into its parameters, which read into a question that can be asked. */
export const definePreset = <S extends z.ZodObject>({ params, title, ...spec }: PresetSpec<S>) => ({
  observation: spec.observation,
  params: params
    .transform((given): PreparedPreset => ({
      demands: spec.demands(given),
      measure: (session) => spec.measure(given, session),
      say: spec.say,
    }))
    .optional()
    .describe(title),
});

/** What this database cannot be asked, and what to do about it: nothing is known, so nothing passes. */
export const notAvailable = (reason: string): CheckProblem =>
  new CheckProblem(reason, { outcome: 'inconclusive', code: 'not_available', scope: 'check' });

/** The one row of a question that always has one. */
export const oneRow = async (
  { ask }: PresetSession,
  text: string,
  values: readonly Json[] = [],
): Promise<JsonObject> => (await ask(text, values))[0] ?? {};

/** Texts of a list in a row; anything else is none. */
export const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === 'string') : [];

/** A value of a row in words. */
export const textOf = (value: Json | undefined): string => (value === undefined ? '?' : plain(value));

/** `3 tables`, `1 table`: for the green line. */
export const counted = (value: Json | undefined, word: string): string =>
  `${textOf(value)} ${word}${value === 1 ? '' : 's'}`;
