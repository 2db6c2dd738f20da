import { z } from 'zod';
import { checkEntrySchema, checkSchema, EFFECTS } from './check.ts';
import { duration, expectations, id, json, line, link, offset, prose, roleName } from './values.ts';

export const condition = expectations.describe(
  'Applies only when all hold, over environment, variant.<group> and parameter.<name>. {variant.publish: script}',
);

const evidence = z.strictObject({
  kind: z.enum(['number', 'text', 'link']).describe('What the person gives'),
  unit: z.string().describe('Unit shown beside the number, such as ms').optional(),
  expect: json.describe('A value outside fails the item. {lt: 200}').optional(),
});

export const itemSchema = z
  .strictObject({
    id: id.describe('Unique in the file and stable: results, links and commands use it'),
    title: line.describe('One line on the card'),
    note: prose.describe('What to do and why, shown in Details').optional(),
    link: link.describe('Help linked from Details').optional(),
    command: prose.describe('Shown to copy, never run').optional(),
    owner: roleName.describe('Role that is waited for; absent: that of the parent or phase').optional(),
    required: z
      .boolean()
      .describe(
        'A gate opens only when it is settled. Default: true in prepare, deploy, verify and rollback plans',
      )
      .optional(),
    critical: z.boolean().describe('Skipping it is an override by an approver').optional(),
    when: condition.optional(),
    at: offset
      .describe(
        'Due this long after T-0 (+24h), before planned Go (-2h), after Go (go+30m) or start (start+1h)',
      )
      .optional(),
    check: checkSchema.optional(),
    checks: z
      .array(checkEntrySchema)
      .min(1, { error: 'expected at least one check' })
      .describe('Several checks that all must pass')
      .optional(),
    effect: z
      .enum(EFFECTS)
      .describe('read (default) runs by itself; write, load and cost only by a click')
      .optional(),
    watch: z.boolean().describe('The ladder re-runs it; only for checks that read').optional(),
    same_as: id.describe('Id of an item that says the same: settles with it and is not drawn').optional(),
    evidence: evidence
      .describe('Asked when a person confirms. {kind: number, unit: ms, expect: {lt: 200}}')
      .optional(),
    approval: z
      .strictObject({ role: roleName.describe('The only role that may approve; never the starter') })
      .describe('Only this role settles it. {role: approver}')
      .optional(),
    timer: duration.describe('A wait that settles itself, such as 30m').optional(),
    get items(): z.ZodOptional<z.ZodArray<typeof itemSchema>> {
      return z
        .array(itemSchema)
        .min(1, { error: 'expected at least one item' })
        .describe('Children; the item settles itself from them. Up to three levels')
        .optional();
    },
  })
  .meta({ id: 'item' });
