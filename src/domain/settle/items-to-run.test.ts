import { describe, expect, it } from 'vitest';
import { situationIn, started } from '../../../test/support/journey.ts';
import { answer } from '../../../test/support/situation.ts';
import { err } from '../../lib/result.ts';
import { boardOf } from '../standing.ts';
import { byClickIn, itemsOfAlert } from './items-to-run.ts';

const refused = (code: string, ...words: readonly string[]) =>
  words.map((word) => err({ code, message: expect.stringContaining(word) as string }));

describe('what failed, measured again', () => {
  it('is refused where nothing is red', () => {
    expect(itemsOfAlert(answer(started()), undefined)).toEqual(refused('alert_unknown', 'Nothing is red')[0]);
  });

  it('is refused with the names of what is red where no alert is open', () => {
    const red = itemsOfAlert(answer(started(), { 'database-answers': 'fail' }), undefined);
    expect(red).toEqual(refused('alert_unknown', 'No alert is open. Red by itself: database-answers.')[0]);
  });
});

describe('the checks of a phase that wait for a click', () => {
  const phaseOf = (itemId: string) => boardOf(started()).plan.byId.get(itemId)?.phaseId ?? '';

  it('are those that did not run yet', () => {
    const verifying = answer(situationIn('verifying'));
    expect(byClickIn(verifying, { phaseId: phaseOf('create-user') })).toEqual({
      ok: true,
      value: ['create-user'],
    });
  });

  it('are none where every check runs by itself: each can be run again by its id', () => {
    const found = byClickIn(answer(started()), { phaseId: phaseOf('database-answers') });
    expect(found).toEqual(refused('not_a_check', 'waits for a click')[0]);
    expect(found).toEqual(refused('not_a_check', 'database-answers')[0]);
  });

  it('are none where no line is measured, or none is connected', () => {
    const none = byClickIn(started(), { phaseId: phaseOf('rollback-plan') });
    expect(none).toMatchObject({ ok: false });
    const blind = byClickIn(started({ connected: [] }), { phaseId: phaseOf('database-answers') });
    expect(blind).toEqual(refused('check_not_connected', 'is connected')[0]);
  });
});
