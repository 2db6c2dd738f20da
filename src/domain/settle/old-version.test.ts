import { describe, expect, it } from 'vitest';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { actor, answer, passTime, refusalOf, standing } from '../../../test/support/situation.ts';
import { MINUTE } from '../../lib/time.ts';
import type { Situation } from '../situation.ts';
import { confirmItem } from './confirm-item.ts';

const confirm = (situation: Situation) =>
  refusalOf(situation, (now) =>
    confirmItem(now, { itemId: 'version-live', actor: actor(now, 'bob'), seen: 'it answers' }),
  );

describe('while the old version answers', () => {
  it('nobody says in its place that the new one does', () => {
    const old = answer(situationIn('verifying'), { 'version-live': 'fail' });
    expect(confirm(old)).toEqual({
      code: 'item_not_confirmable',
      message:
        'The new version answers is measured, and nobody can say it in its place. Re-run it, or set the right version: /deploy version <v>.',
    });
  });

  it('the ladder learns nothing, raises nothing and says that it waits', () => {
    const yaml = smallChecklist({
      verify: [manual('seen')],
      watch: [checked('stays')],
      rest: [
        "version: { check: { http: { url: 'http://127.0.0.1:1/version' } }, path: body.version }",
        'ladder: [{ at: +10s }]',
      ].join('\n'),
    });
    const old = (now: Situation) => answer(now, { 'version-live': 'fail', stays: 'fail' });
    const begun = situationIn('verifying', { yaml });
    const now = passTime(begun, begun.now + 2 * MINUTE, old);
    expect(standing(now, 'stays')).toBe('unclear');
    expect(now.deployment.alerts).toEqual([]);
    expect(now.deployment.followUps[0]?.state).toMatchObject({
      kind: 'done',
      red: 0,
      measured: 0,
      unmeasured: 1,
      oldVersion: 1,
    });
  });
});
