import { z } from 'zod';
import type { Expectations } from '../../domain/check.ts';
import type { JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import type { Incomplete, Measured } from '../check.ts';
import type { Cluster, Listed } from './api.ts';

/** One thing a cluster can be asked. */
export type Question<P> = {
  readonly ask: (cluster: Cluster, params: P, now: Date) => Promise<Measured>;
  readonly passes: Expectations;
  /** A passing observation in a few words. */
  readonly say: (observation: JsonObject) => string;
};

export const text = z.string().default('');
/** Absent counts are zero: Kubernetes leaves zeros out. */
export const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
export const labelMap = z.record(z.string(), z.string()).nullish();

const metadata = {
  name: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
};
export const metadataSchema = z.object(metadata);

/** Milliseconds since a time of the API; undefined when there is none or it lies in the future. */
export const ageOf = (time: string | null | undefined, now: Date): number | undefined => {
  const age = now.getTime() - Date.parse(time ?? '');
  return Number.isNaN(age) || age < -CLOCK_SKEW_MS ? undefined : Math.max(0, age);
};

/** What of a list's observation is only of its beginning. */
export const cutOf = ({ items, isCut }: Listed<unknown>, keys: readonly string[]): readonly Incomplete[] =>
  isCut ? keys.map((key) => ({ key, reason: `is only of the first ${items.length} that were listed` })) : [];

/** Evidence, not a copy of the cluster. */
export const MAX_SHOWN = 50;
