import { z } from 'zod';
import { parseDuration } from '../lib/matching/units.ts';

/** A length of time as people write it, `30s` or `1h30m`; milliseconds once it is read. */
export const durationParam = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'needs a duration such as 30s, 5m or 1d')
  .transform((text) => parseDuration(text) ?? 0);
