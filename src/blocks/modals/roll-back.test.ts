import { describe, expect, test } from 'vitest';
import { twoPhases } from '../../../test/support/cards.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { blocksOf, inputs, shown, ticked } from '../../../test/support/modals.ts';
import { actor, run, userId } from '../../../test/support/situation.ts';
import { askedRollback, askIdOf, rollBack } from '../../domain/decide/roll-back.ts';
import { INPUT } from '../ids.ts';
import { decodeRef } from '../ref.ts';
import { sceneOf } from '../scene.ts';
import { rollBackModal } from './roll-back.ts';

describe('Roll back', () => {
  const view = rollBackModal(sceneOf(situationIn('watching')), 'UCAROL');

  test('offers the plans, the usual one ticked, and warns of lost data', () => {
    expect(ticked(view, INPUT.plans(0).block)).toEqual(['app']);
    expect(shown(view).join('\n')).toContain('[checkboxes: Application, Database]');
    expect(shown(view)).toContain('With what is ticked no data is lost. Database would lose some.');
    expect(view.submit?.text).toBe('Roll back');
    expect(inputs(view)).toEqual(['plans.0', 'target_version', 'reason', 'restore_word']);
  });

  test('says in the text and on its button when data is lost, to whom asks as to whom confirms', () => {
    const losing = rollBackModal(sceneOf(situationIn('watching')), 'UCAROL', ['app', 'database']);
    expect(losing.submit?.text).toBe('Roll back, lose data');
    expect(ticked(losing, INPUT.plans(0).block)).toEqual(['app', 'database']);
    expect(shown(losing).join()).toContain(
      '*Data will be lost:* Database. With RESTORE it begins at once; without it a second person is asked first.',
    );
    const asked = run(situationIn('watching'), (now) =>
      rollBack(now, { actor: actor(now, 'carol'), reason: 'users are gone', plans: ['database'] }),
    );
    const second = rollBackModal(sceneOf(asked), userId('dora'));
    expect(second.submit?.text).toBe('Confirm, lose data');
    expect(shown(second).join()).toContain('*Data will be lost:* Database. It begins at once.');
    expect(rollBackModal(sceneOf(asked), userId('dora'), ['app']).submit?.text).toBe('Roll back');
    const usual = rollBackModal(sceneOf(situationIn('watching')), 'UCAROL', []);
    expect(usual.submit?.text).toBe('Roll back');
  });

  test('goes back to the version before unless told otherwise', () => {
    const target = blocksOf(view).find(({ block_id }) => block_id === INPUT.targetVersion.block);
    expect(target).toMatchObject({ element: { initial_value: '1.0.0' } });
  });

  test('is filled in with what was asked, and asks the second person for no word', () => {
    const asked = run(situationIn('watching'), (now) =>
      rollBack(now, {
        actor: actor(now, 'carol'),
        reason: 'users are gone',
        plans: ['database'],
        targetVersion: '0.9.0',
      }),
    );
    const second = rollBackModal(sceneOf(asked), userId('dora'));
    expect(inputs(second)).toEqual(['plans.0', 'target_version', 'reason']);
    expect(ticked(second, INPUT.plans(0).block)).toEqual(['database']);
    expect(JSON.stringify(second.blocks)).toContain('"initial_value":"0.9.0"');
    expect(JSON.stringify(second.blocks)).toContain('"initial_value":"users are gone"');
    expect(shown(second).join('\n')).toContain('you confirm it as the second person');
    expect(decodeRef(second.private_metadata)?.ask).toBe(askIdOf(askedRollback(asked)!));
    const own = rollBackModal(sceneOf(asked), userId('carol'));
    expect(inputs(own)).toContain('restore_word');
    expect(decodeRef(own.private_metadata)?.ask).toBeUndefined();
    expect(JSON.stringify(own.blocks)).toContain('May be left empty: then a second person confirms it.');
  });

  test('asks for no word when no plan loses data', () => {
    expect(inputs(rollBackModal(sceneOf(twoPhases()), 'UCAROL'))).toEqual([
      'plans.0',
      'target_version',
      'reason',
    ]);
  });
});
