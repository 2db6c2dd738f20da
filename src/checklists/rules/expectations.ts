import type { Expectations } from '../../domain/check.ts';
import type { Json } from '../../lib/json.ts';
import { validateExpectations } from '../../lib/matching/matchers.ts';
import { substitute } from '../../lib/placeholders.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { Path } from '../source.ts';

/**
 * What the matching library refuses in expectations, one path at a time so that each problem has its place. A
 * placeholder is judged by its parameter's default; without one the value is not known yet and nothing is said of it.
 */
export const judgedProblems = (
  expectations: Expectations,
  { parameters }: Pick<RawChecklist, 'parameters'>,
): readonly { readonly path: Path; readonly message: string }[] => {
  const defaultOf = (name: string): Json | undefined =>
    Object.hasOwn(parameters ?? {}, name) ? parameters?.[name]?.default : undefined;
  const entries = Object.entries(expectations);
  if (entries.length === 0) return validateExpectations({}).map((message) => ({ path: [], message }));
  return entries.flatMap(([path, matcher]) =>
    validateExpectations({ [path]: substitute(matcher, defaultOf).value }).map((message) => ({
      path: [path],
      message,
    })),
  );
};
