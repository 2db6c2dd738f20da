import { z } from 'zod';
import { offsetOf } from '../words.ts';
import { checkSchema } from './check.ts';
import { condition, itemSchema } from './item.ts';
import { cron, duration, id, json, line, link, name, offset, prose, roleName } from './values.ts';

const items = z.array(itemSchema);

const phase = z
  .strictObject({
    id: id.describe('Unique in the file, shared with items'),
    title: line.describe('Shown on the bar of the card'),
    owner: roleName.describe('Role its items wait for').optional(),
    when: condition.optional(),
    note: prose.describe('Shown at the top of the phase').optional(),
    items: items.min(1, { error: 'expected at least one item' }).describe('Lines in order'),
  })
  .meta({ id: 'phase' });

const phases = z.array(phase).nullish();

const parameter = z.strictObject({
  describe: line.describe('What it is, for the person who fills the environment file'),
  default: json.describe('Used when the environment file gives none; permits no host').optional(),
  secret: z
    .boolean()
    .describe('Only as env:NAME in the environment file; never stored, shown or logged')
    .optional(),
  ask: z.boolean().describe('Offered in the start modal').optional(),
});

const variantGroup = z.strictObject({
  title: line.describe('Asked at start'),
  options: z
    .record(
      name,
      z.strictObject({
        title: line.describe('Shown in the start modal'),
        note: prose.describe('When to choose it').optional(),
        default: z
          .boolean()
          .describe('Chosen unless a person says otherwise; exactly one per group')
          .optional(),
      }),
    )
    .describe('Exactly one holds per deployment'),
});

export const ladderSchema = z.array(
  z
    .strictObject({
      at: offset.describe('Once, this long after T-0. +15m').optional(),
      cron: cron
        .describe("Again and again, five fields in the environment's time zone. 0 9 * * *")
        .optional(),
      for: duration
        .describe('End of a cron series after T-0; absent: until completed or superseded. 7d')
        .optional(),
      title: line.describe('Shown on the ladder').optional(),
    })
    .meta({ id: 'rung' }),
);

const stages = z.strictObject({
  prepare: phases.describe('Before Go: all that can be known before anything changes'),
  deploy: phases.describe('From Go to Deployed: what people do, in order'),
  verify: phases.describe('After T-0: whether the new version works'),
  watch: phases.describe('The days after: items with a due time'),
});

const rollbackPlan = z.strictObject({
  title: line.describe('Offered in the Roll back dialog'),
  default: z.boolean().describe('Ticked in the dialog').optional(),
  data_loss: z.boolean().describe('Needs a second person or the typed word RESTORE').optional(),
  items: items
    .min(1, { error: 'expected at least one item' })
    .describe('Steps and the checks of the old version'),
});

const rollback = z.strictObject({
  triggers: z.array(line).describe('When to roll back, in words').nullish(),
  plans: z.record(id, rollbackPlan).describe('What can be rolled back, by name').nullish(),
  after: items.describe('Due the next work morning after a rollback').nullish(),
});

/** A checklist file as it is written, with durations and times read. */
export const checklistSchema = z
  .strictObject({
    system: id.describe('What is deployed; equal to the file name, typed in commands'),
    title: line.describe('Name in full'),
    summary: prose.describe('One paragraph for people who do not know the system').optional(),
    parameters: z
      .record(name, parameter)
      .describe('Values that vary by environment, used as ${name}')
      .nullish(),
    roles: z
      .record(roleName, line)
      .describe('Role -> what it does; people are named in the environment file')
      .nullish(),
    variants: z
      .record(name, variantGroup)
      .describe('Independent groups of options, asked at start')
      .nullish(),
    version: z
      .strictObject({
        check: checkSchema.describe('Reads what runs now'),
        path: z.string().describe('Where the version stands in what was measured. body.version'),
      })
      .describe('How to read the version that runs now; verify waits until the new one answers')
      .optional(),
    stages: stages.describe('An item stands where its evidence can exist'),
    ladder: ladderSchema
      .describe(
        'When checks with watch: true run again after T-0. Absent: 15 min, 1 h, 24 h, daily for 7 days, weekly; []: never',
      )
      .nullish(),
    criteria: z
      .strictObject({
        at: z
          .array(offset)
          .min(1, { error: 'expected at least one time' })
          .describe('When to judge. [+24h, +7d]'),
        items: items.min(1, { error: 'expected at least one item' }).describe('What makes it a success'),
      })
      .describe('Decides healthy, degraded or failed')
      .optional(),
    sign_off: z
      .strictObject({
        opens: z
          .string()
          .transform((text, context) => {
            const found = text === 'verified' || text === 'criteria' ? text : offsetOf(text);
            if (found !== undefined) return found;
            context.addIssue({
              code: 'custom',
              message: 'expected verified, criteria or a time such as +1h',
            });
            return z.NEVER;
          })
          .meta({ examples: ['verified', 'criteria', '+1h'] })
          .describe('When signing opens: verified (default), criteria, or a time after T-0')
          .optional(),
        roles: z.array(roleName).describe('One signature each').optional(),
        same_person: z.boolean().describe('One person may sign for several roles. Default: false').optional(),
      })
      .describe('Who signs at the end')
      .optional(),
    rollback: rollback.describe('The way back').nullish(),
    info: z
      .array(
        z.strictObject({
          id: id.describe('Unique in the file'),
          title: line.describe('One line'),
          note: prose.describe('Text').optional(),
          link: link.describe('Where it is').optional(),
        }),
      )
      .describe('Reference, listed in Details and the report, outside progress')
      .nullish(),
    contacts: z
      .array(
        z.strictObject({
          id: id.describe('Unique in the file'),
          title: line.describe('Who'),
          how: line.describe('Channel, phone or address'),
        }),
      )
      .describe('Whom to ask')
      .nullish(),
  })
  .meta({ id: 'checklist', title: 'Checklist of a system' });

export type RawChecklist = z.output<typeof checklistSchema>;
export type RawItem = z.output<typeof itemSchema>;
export type RawPhase = z.output<typeof phase>;
export type RawLadder = z.output<typeof ladderSchema>;
