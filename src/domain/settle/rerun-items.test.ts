import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  eventsOf,
  refusalOf,
  run,
  runningItems,
  workerGone,
} from '../../../test/support/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import type { Situation } from '../situation.ts';
import { confirmItem } from './confirm-item.ts';
import { rerunItems } from './rerun-items.ts';

const rerun =
  (...itemIds: string[]) =>
  (situation: Situation) =>
    rerunItems(situation, { itemIds, actor: actor(situation, 'bob') });

describe('re-run', () => {
  it('measures a red check again, and its result replaces the old one', () => {
    const red = answer(started(), { 'database-answers': 'fail' });
    const again = run(red, rerun('database-answers'));
    expect(runningItems(again)).toEqual(['database-answers']);
    expect(answer(again).deployment.items['database-answers']?.measured?.outcome).toBe('pass');
  });

  it('runs what writes, by click only', () => {
    const verifying = answer(situationIn('verifying'));
    expect(verifying.deployment.items['create-user']).toBeUndefined();
    expect(runningItems(run(verifying, rerun('create-user')))).toEqual(['create-user']);
  });

  it('runs an item once however often it is named', () => {
    const [event] = eventsOf(answer(started()), rerun('database-answers', 'database-answers'));
    expect(event).toMatchObject({ type: 'checks_requested', runs: [{ itemId: 'database-answers' }] });
    expect(event?.type === 'checks_requested' && event.runs).toHaveLength(1);
  });

  it.each([
    ['a second time while it runs', () => started(), 'database-answers', 'check_running'],
    ['for a person', () => started(), 'rollback-plan', 'not_a_check'],
    ['for a judgement about others', () => situationIn('verifying'), 'all-prepared', 'not_a_check'],
    ['without a connection', () => started({ connected: [] }), 'database-answers', 'check_not_connected'],
    ['before its stage', () => started(), 'health', 'item_not_active'],
  ] as const)('is refused %s', (_when, situation, itemId, code) => {
    expect(refusalOf(situation(), rerun(itemId)).code).toBe(code);
  });

  it('says what is missing and how to go on', () => {
    expect(refusalOf(started({ connected: [] }), rerun('database-answers')).message).toBe(
      'The database answers is not connected (database-url not set). Check it by hand and press Confirm.',
    );
  });

  it('needs a worker that is alive', () => {
    expect(refusalOf(workerGone(answer(started())), rerun('database-answers')).message).toBe(
      'No worker that is alive can measure The database answers (database-url not set (DATABASE_URL)). Start it, then try again.',
    );
  });

  it('is all or nothing', () => {
    const measured = answer(started());
    expect(refusalOf(measured, rerun('database-answers', 'rollback-plan')).code).toBe('not_a_check');
  });

  it('of nothing is refused', () => {
    expect(refusalOf(started(), rerun()).code).toBe('not_a_check');
  });

  it('never measures over what a person confirmed: that has to be undone first', () => {
    const unclear = answer(started(), { 'database-answers': 'inconclusive' });
    const confirmed = run(unclear, (now) =>
      confirmItem(now, { itemId: 'database-answers', actor: actor(now, 'bob'), seen: 'psql answers' }),
    );
    expect(refusalOf(confirmed, rerun('database-answers'))).toMatchObject({
      code: 'item_already_settled',
      message: expect.stringContaining('Undo it first'),
    });
  });
});
