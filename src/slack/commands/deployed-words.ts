import type { Refusal } from '../../domain/refusal.ts';
import { quoted, refusal } from '../../domain/refusal.ts';
import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { stated } from '../../lib/stated.ts';
import type { Act } from '../../usecases/acts.ts';

/** `13:40`, `at 13:40`, `done at 13:40`, then why it goes on over open steps. */
const CLOCK = /^(?:(?:done )?at )?((?:[01]?\d|2[0-3]):[0-5]\d)(?: |$)/i;
const NOW = /^(?:done )?now(?: |$)/i;

/** Meant as a time, whether or not it is one: `25:99`, `"at noon"`, `13h40`, `1 pm`, `10 min ago`. */
const LIKE_A_TIME =
  /^["'“”„‘’«»`]*(?:done )?["'“”„‘’«»`]*(?:at\b|now\b|\d+ ?(?::|h\d|h(?:ours?)?\b|[ap]\.?m\b|min(?:ute)?s?\b)|\d{1,2}\.\d{2}(?!\S))/i;
/** What would make it another time than the one that was read. */
const HALF_A_TIME = /^(?:[ap]\.?m|utc|gmt|z|ces?t)\b/i;

/** Reads what follows `deployed`. Half a time is refused: as a reason it would wave open steps through. */
export const readDeployed = (rest: string): Result<Extract<Act, { kind: 'deployed' }>, Refusal> => {
  const clock = CLOCK.exec(rest);
  const override = rest.slice((clock ?? NOW.exec(rest))?.[0].length ?? 0).trim();
  if (LIKE_A_TIME.test(override) || HALF_A_TIME.test(override)) return err(noTime(rest));
  return ok({
    kind: 'deployed',
    ...stated({ clock: clock?.[1], override: override === '' ? undefined : override }),
  });
};

const noTime = (typed: string): Refusal =>
  refusal(
    'time_invalid',
    `${quoted(typed)} does not begin with a time of day. Type it like this: /deploy deployed 13:40, /deploy deployed now, or with a reason /deploy deployed 13:40 the probe is wrong. A reason alone must not look like a time.`,
  );
