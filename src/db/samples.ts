import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { CheckRequest, Effect } from '../domain/check.ts';
import type { Sample } from '../domain/sampling.ts';
import type { Instant } from '../lib/time.ts';
import type { Schema } from './schema.ts';

/** A measurement that is due. */
export type DueSample = {
  readonly id: string;
  readonly effect: Effect;
  readonly request: CheckRequest;
  readonly zone?: string;
  /** How many were taken before. */
  readonly sample: number;
};

/** Runs that are measured several times, between two measurements. */
export const sampleStore = (db: Kysely<Schema>) => ({
  /** What is known of an open run so far, held until the end of the transaction. Undefined: it has ended. */
  hold: async (
    id: string,
  ): Promise<
    | { readonly request: CheckRequest; readonly samples: readonly Sample[]; readonly deploymentId: string }
    | undefined
  > => {
    const row = await db
      .selectFrom('check_run')
      .select(['request', 'samples', 'deployment_id'])
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'claimed'])
      .forUpdate()
      .executeTakeFirst();
    return (
      row && {
        request: row.request as unknown as CheckRequest,
        samples: row.samples,
        deploymentId: row.deployment_id,
      }
    );
  },
  /** Keeps what was found; nobody has it in hand until `next`. */
  keep: async (id: string, samples: readonly Sample[], next: Instant): Promise<void> => {
    await db
      .updateTable('check_run')
      .set({
        state: 'queued',
        samples: JSON.stringify(samples),
        next_sample_at: new Date(next),
        claimed_at: null,
        claimed_by: null,
      })
      .where('id', '=', id)
      .execute();
  },
  /** Runs whose next measurement is due, each given once; those of deployments that have ended are left alone. */
  takeDue: async (now: Instant, limit: number): Promise<readonly DueSample[]> => {
    const due = await db
      .updateTable('check_run')
      .set({ next_sample_at: null, queued_at: new Date(now) })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('check_run')
          .select('id')
          .where('next_sample_at', '<=', new Date(now))
          .orderBy('next_sample_at')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returning((eb) => [
        'id',
        'effect',
        'request',
        'zone',
        'samples',
        eb
          .exists(
            eb
              .selectFrom('deployment')
              .select(sql`1`.as('one'))
              .whereRef('deployment.id', '=', 'check_run.deployment_id')
              .where('deployment.ended_at', 'is', null),
          )
          .as('is_wanted'),
      ])
      .execute();
    return due
      .filter(({ is_wanted }) => is_wanted)
      .map(({ id, effect, request, zone, samples }) => ({
        id,
        effect: effect as Effect,
        request: request as unknown as CheckRequest,
        ...(zone === null ? {} : { zone }),
        sample: samples.length,
      }));
  },
});
