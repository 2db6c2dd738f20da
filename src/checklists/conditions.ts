import type { Choices, Condition } from '../domain/checklist.ts';
import { judge } from '../lib/matching/judge.ts';

/** What a condition is judged on. */
export type Circumstances = { readonly environment: string; readonly choices: Choices };

/**
 * Whether every matcher of a condition holds. What has no value (a parameter nobody gave) holds only under `absent`:
 * an item that depends on something unknown does not apply.
 */
export const holds = (condition: Condition, { environment, choices }: Circumstances): boolean => {
  const subject = { environment, variant: choices.variants, parameter: choices.parameters };
  return judge(condition, subject, { level: 'fail' }).every(({ verdict }) => verdict === 'holds');
};
