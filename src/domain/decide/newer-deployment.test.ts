import { describe, expect, it } from 'vitest';
import { answer, run, runningItems, standing } from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { ok } from '../../lib/result.ts';
import type { Situation } from '../situation.ts';
import { outdateEvidence } from './newer-deployment.ts';

const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('another deployment that changed the environment', () => {
  const outdate = (now: Situation) => ok(outdateEvidence(now, { by: 'tiny-41' }));

  it('has everything that was measured measured again; what people said stays', () => {
    const stale = run(situationIn('awaiting_go'), outdate);
    expect(kindOf(stale)).toBe('preparing');
    expect(runningItems(stale)).toEqual(['signing-key', 'database-answers', 'users-before']);
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
    expect(runningItems(run(situationIn('held'), outdate))).toHaveLength(3);
    expect(outdateEvidence(situationIn('deploying'), { by: 'tiny-41' })).toEqual([]);
    expect(outdateEvidence(started(), { by: 'tiny-42' })).toEqual([]);
  });
});
