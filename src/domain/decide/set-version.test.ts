import { describe, expect, it } from 'vitest';
import { actor, answer, refusalOf, run, runningItems, standing } from '../../../test/support/situation.ts';
import { settleAll, situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { noteItem } from '../settle/undo-item.ts';
import type { Situation } from '../situation.ts';
import { giveGo } from './gate.ts';
import { setVersion } from './set-version.ts';

const go = () => (now: Situation) => giveGo(now, { actor: actor(now, 'bob') });
const version = (text: string) => (now: Situation) =>
  setVersion(now, { actor: actor(now, 'carol'), version: text });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('the version', () => {
  it('can be set until Go', () => {
    expect(run(started(), version('1.2.0')).deployment.version).toBe('1.2.0');
    expect(refusalOf(situationIn('deploying'), version('1.2.0'))).toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining('Start a new deployment for another version'),
    });
  });

  it.each(['', ' 1', '-x', '1 2', '<!channel>', 'a'.repeat(101)])('is not %j', (text) => {
    expect(refusalOf(started(), version(text)).code).toBe('version_invalid');
  });

  describe('once changed', () => {
    const image = (more = '') =>
      `{ id: image, title: The image is there, check: { http: { url: 'http://127.0.0.1:1/\${deployment.version}' } }${more} }`;
    const yaml = smallChecklist({
      prepare: [
        image(),
        checked('other'),
        manual('plan'),
        "{ id: notes, title: 'The notes of \${deployment.version} are read' }",
        '{ id: consent, title: Consent, approval: { role: approver } }',
      ],
    });

    it('has everything about it measured, confirmed and approved again, and the gate closes by itself', () => {
      const ready = situationIn('awaiting_go', { yaml });
      const changed = run(ready, version('1.2.0'));
      expect(kindOf(changed)).toBe('preparing');
      expect(runningItems(changed)).toEqual(['image']);
      expect(['image', 'notes', 'consent'].map((id) => standing(changed, id))).toEqual([
        'open',
        'open',
        'open',
      ]);
      expect(['other', 'plan'].map((id) => standing(changed, id))).toEqual(['passed', 'confirmed']);
      expect(refusalOf(answer(changed), go()).code).toBe('items_open');
      expect(kindOf(run(settleAll(changed, ['prepare']), go()))).toBe('deploying');
    });

    it('loses nothing when it is the same', () => {
      const ready = situationIn('awaiting_go', { yaml });
      expect(run(ready, version('1.1.0')).deployment.items).toEqual(ready.deployment.items);
    });

    it('has what runs by click only wait for its click again, without the pass of before', () => {
      const byClick = smallChecklist({ prepare: [image(', effect: write')] });
      const changed = run(situationIn('awaiting_go', { yaml: byClick }), version('9.9.9'));
      expect(standing(changed, 'image')).toBe('open');
      expect(kindOf(changed)).toBe('preparing');
    });

    it('also discards runs that had begun, and keeps notes', () => {
      const begun = run(started({ yaml }), (now) =>
        noteItem(now, { itemId: 'image', actor: actor(now, 'bob'), text: 'it is large' }),
      );
      const changed = run(begun, version('1.2.0'));
      const runId = (now: Situation) => now.deployment.items['image']?.running?.runId;
      expect(runId(changed)).not.toBe(runId(begun));
      expect(changed.deployment.items['image']?.notes).toHaveLength(1);
    });
  });
});
