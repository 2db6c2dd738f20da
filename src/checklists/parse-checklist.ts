import type { Checklist } from '../domain/checklist.ts';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import { parseFile, reporter } from './parse-file.ts';
import { checkBodies } from './rules/bodies.ts';
import { checkChecks } from './rules/checks.ts';
import type { KindRules } from './rules/checks.ts';
import { checkEvidence } from './rules/evidence.ts';
import { checkTwins, checkUniqueIds } from './rules/ids.ts';
import { checkConditions, checkRoles, checkVariants } from './rules/names.ts';
import { checkParameters } from './rules/parameters.ts';
import { checkPlaceholders } from './rules/placeholders.ts';
import { checkLadder, checkTimes } from './rules/schedule.ts';
import { checkWaysBack } from './rules/ways-back.ts';
import { checklistSchema } from './schema/checklist.ts';
import type { Located } from './source.ts';
import { toChecklist } from './to-checklist.ts';

/** One checklist file. `name` is the file's name without its ending, which the file's `system` has to repeat. */
export const parseChecklist = (
  text: string,
  { name, kinds }: { readonly name: string; readonly kinds: KindRules },
): Result<Checklist, readonly Located[]> => {
  const parsed = parseFile(text, checklistSchema);
  if (!parsed.ok) return parsed;
  const { raw, source } = parsed.value;
  const { report, located } = reporter(source);
  if (raw.system !== name) report(['system'], `system: expected ${name}, as the file is named`);
  checkParameters(raw, report);
  checkVariants(raw, report);
  checkUniqueIds(raw, report);
  checkTwins(raw, report);
  checkRoles(raw, report);
  checkConditions(raw, report);
  checkBodies(raw, report);
  checkChecks(raw, kinds, report);
  checkEvidence(raw, report);
  checkPlaceholders(source.value, raw, report);
  checkWaysBack(raw, report);
  checkTimes(raw, report);
  checkLadder(raw.ladder ?? [], ['ladder'], report);
  return located.length > 0 ? err(located) : ok(toChecklist(raw));
};
