import { describe, expect, it } from 'vitest';
import { answer, run, runningItems, standing } from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { ok } from '../../lib/result.ts';
import { nextDueAt } from '../elapse.ts';
import type { Situation } from '../situation.ts';
import { outdateEvidence, supersede } from './newer-deployment.ts';

const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('another deployment that changed the environment', () => {
  const outdate = (now: Situation) => ok(outdateEvidence(now, { by: 'tiny-41' }));

  it('has everything that was measured measured again; what people said stays', () => {
    const stale = run(situationIn('awaiting_go'), outdate);
    expect(kindOf(stale)).toBe('preparing');
    expect(runningItems(stale)).toEqual([
      'signing-key',
      'database-answers',
      'users-before',
      'version.at-start',
    ]);
    expect(standing(stale, 'rollback-plan')).toBe('confirmed');
    expect(kindOf(answer(stale))).toBe('awaiting_go');
  });

  it('puts the results of runs aside that had begun before', () => {
    const begun = started();
    const old = begun.deployment.items['database-answers']?.running?.runId;
    const again = run(begun, outdate).deployment.items['database-answers']?.running?.runId;
    expect(again).toBeDefined();
    expect(again).not.toBe(old);
  });

  it('matters while on hold, and not after Go', () => {
    expect(runningItems(run(situationIn('held'), outdate))).toHaveLength(4);
    expect(outdateEvidence(situationIn('deploying'), { by: 'tiny-41' })).toEqual([]);
    expect(outdateEvidence(started(), { by: 'tiny-42' })).toEqual([]);
  });
});

describe('a newer deployment that went out', () => {
  const supersededNow = (now: Situation) => ok(supersede(now, { by: 'tiny-43' }));

  it('ends the watch of the older one, whose signatures can still be given', () => {
    const old = run(situationIn('watching'), supersededNow);
    expect(kindOf(old)).toBe('watching');
    expect(old.deployment.supersededBy).toBe('tiny-43');
  });

  it('ends an older one that was still being verified: its version answers no more', () => {
    const old = run(situationIn('verifying'), supersededNow);
    expect(old.deployment.state).toEqual({
      kind: 'completed',
      at: old.now,
      outcome: 'degraded',
      unsigned: ['release-manager', 'product-owner'],
    });
    expect(runningItems(old)).toEqual([]);
    expect(nextDueAt(old)).toBeUndefined();
  });

  it('leaves nothing healthy that was never verified, also where nobody has to sign', () => {
    const yaml = smallChecklist({ verify: [manual('a')], rest: 'sign_off: { roles: [] }' });
    expect(run(situationIn('verifying', { yaml }), supersededNow).deployment.state).toMatchObject({
      kind: 'completed',
      outcome: 'degraded',
    });
  });

  it('is told once, and leaves what has not gone out alone', () => {
    const old = run(situationIn('watching'), supersededNow);
    expect(supersede(old, { by: 'tiny-44' })).toEqual([]);
    expect(supersede(situationIn('deploying'), { by: 'tiny-43' })).toEqual([]);
  });
});
