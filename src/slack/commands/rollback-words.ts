import { RESTORE } from '../../domain/decide/roll-back.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { refusal } from '../../domain/refusal.ts';
import type { Result } from '../../lib/result.ts';
import { err, ok } from '../../lib/result.ts';
import { stated } from '../../lib/stated.ts';
import type { Act } from '../../usecases/acts.ts';

const OPTION = /^(?:plan|to)=[^\s,=]+(?:,[^\s,=]+)*$/;
/** `Plan=app`, `plan: app`, `to =1.0.0`, `—plan=app`, `plan=app,`: meant to be an option, and not one. */
const ALMOST_OPTION = /^[^\p{L}\d]*(?:plans?|to)\s*[=:]|^[=:]/iu;

/** `plan=app,database`, `to=1.0.0` and the word RESTORE stand anywhere before or in the reason. */
export const readRollback = (words: readonly string[]): Result<Act, Refusal> => {
  const options = words.filter((word) => OPTION.test(word));
  const valueOf = (name: string) =>
    options.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const isTwice = options.length > new Set(options.map((word) => word.split('=')[0])).size;
  const isMistyped = words.some((word) => ALMOST_OPTION.test(word) && !OPTION.test(word));
  // A guess would roll back something else, and nobody could take that back.
  if (isTwice || isMistyped)
    return err(
      refusal(
        'usage',
        `Type it like this: /deploy rollback [#n] [plan=app,database] [to=1.0.0] [${RESTORE}] <reason>, without spaces in an option. Nothing was done.`,
      ),
    );
  return ok({
    kind: 'roll_back',
    plans: valueOf('plan')?.split(',') ?? [],
    reason: words.filter((word) => word !== RESTORE && !OPTION.test(word)).join(' '),
    ...stated({
      targetVersion: valueOf('to'),
      restoreWord: words.includes(RESTORE) ? RESTORE : undefined,
    }),
  });
};
