import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  at,
  guest,
  passTime,
  refusalOf,
  run,
  runningItems,
  standing,
  userId,
  wakeAt,
} from '../../../test/support/situation.ts';
import { settleAll, situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { confirmItem } from '../settle/confirm-item.ts';
import { failItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import type { DeployedInput } from './deploying.ts';
import { abort, declareDeployed, undoDeployed } from './deploying.ts';
import { signOff } from './sign-off.ts';

const deployed =
  (more: Omit<DeployedInput, 'actor'> = {}) =>
  (now: Situation) =>
    declareDeployed(now, { actor: actor(now, 'bob'), ...more });
const undo = (now: Situation) => undoDeployed(now, { actor: actor(now, 'bob') });
const stop = (now: Situation) => abort(now, { actor: actor(now, 'bob'), reason: 'disk is full' });

const staging = { environment: 'staging' };
const deploying = () => situationIn('deploying', staging);
const done = () => settleAll(deploying(), ['deploy']);
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('Deployed', () => {
  it('sets T-0, by whom, and the whole schedule after it', () => {
    const verifying = run(done(), deployed());
    expect(verifying.deployment).toMatchObject({
      deployedBy: userId('bob'),
      anchors: { deployed: verifying.now },
    });
    expect(kindOf(verifying)).toBe('verifying');
    expect(verifying.deployment.followUps.length).toBeGreaterThan(8);
  });

  it('may say when it was: everything counts from that moment', () => {
    const later = at(done(), done().now + 30 * MINUTE);
    const verifying = run(later, deployed({ at: later.now - 20 * MINUTE }));
    expect(verifying.deployment.anchors.deployed).toBe(later.now - 20 * MINUTE);
    expect(verifying.deployment.followUps[0]).toMatchObject({ title: '+15m', dueAt: later.now - 5 * MINUTE });
  });

  it.each([
    ['in the future', 1],
    ['before Go', -HOUR],
  ])('is not %s', (_when, offset) => {
    const now = at(done(), done().now + MINUTE);
    expect(refusalOf(now, deployed({ at: now.now + offset }))).toEqual({
      code: 'time_invalid',
      message: 'The time of deployment lies between Go and now.',
    });
  });

  it('is refused with the list of open steps', () => {
    expect(refusalOf(deploying(), deployed())).toEqual({
      code: 'items_open',
      message:
        'Not deployed yet. Open: The deploy script has run and The script has published the frontend. Settle them, or override with a reason.',
    });
    expect(refusalOf(deploying(), deployed({ override: '  ' })).code).toBe('items_open');
  });

  it('over open steps needs a reason and is a debt', () => {
    const verifying = run(deploying(), deployed({ override: 'frontend comes tomorrow' }));
    expect(verifying.deployment.debts).toMatchObject([
      { kind: 'deployed_early', itemId: null, by: userId('bob'), reason: 'frontend comes tomorrow' },
    ]);
  });

  it('with a reason but nothing open owes nothing', () => {
    expect(run(done(), deployed({ override: 'just in case' })).deployment.debts).toEqual([]);
  });

  it('is said once, after Go, by a member', () => {
    expect(refusalOf(situationIn('awaiting_go'), deployed()).message).toBe(
      'Deployed ends the deploy steps. Go has to be given first.',
    );
    expect(refusalOf(run(done(), deployed()), deployed()).message).toContain('<@UBOB> said so already');
    expect(refusalOf(done(), (now) => declareDeployed(now, { actor: guest() })).code).toBe('guest');
  });

  it('that was forgotten is asked for after 30 and 60 minutes', () => {
    const waiting = deploying();
    const { reminded } = passTime(waiting, waiting.now + 3 * HOUR).deployment;
    expect([reminded['deployed:1'], reminded['deployed:2']]).toEqual([
      waiting.now + 30 * MINUTE,
      waiting.now + 60 * MINUTE,
    ]);
  });

  it('is asked for once after downtime, not twice at the same moment', () => {
    const waiting = deploying();
    const back = wakeAt(waiting, waiting.now + 2 * HOUR);
    expect(Object.keys(back.deployment.reminded).filter((key) => key.startsWith('deployed'))).toEqual([
      'deployed:1',
    ]);
    expect(passTime(back, back.now + 30 * MINUTE).deployment.reminded['deployed:2']).toBe(
      back.now + 30 * MINUTE,
    );
  });
});

describe('Deployed taken back', () => {
  it('while no rung has run leads back to deploying, without T-0 and schedule', () => {
    const back = run(run(deploying(), deployed({ override: 'early' })), undo);
    expect(kindOf(back)).toBe('deploying');
    expect(back.deployment.anchors.deployed).toBeUndefined();
    expect(back.deployment.deployedBy).toBeUndefined();
    expect([back.deployment.followUps, back.deployment.debts]).toEqual([[], []]);
  });

  it('forgets what was seen after it: the next T-0 is verified afresh', () => {
    const watching = settleAll(run(done(), deployed()), ['verify']);
    expect(kindOf(watching)).toBe('watching');
    const back = run(watching, undo);
    expect(standing(back, 'health')).toBe('open');
    const again = run(back, deployed());
    expect(kindOf(again)).toBe('verifying');
    expect(runningItems(again)).toContain('version-live');
  });

  it('keeps what was done before it', () => {
    const back = run(run(done(), deployed()), undo);
    expect(standing(back, 'run-deploy')).toBe('confirmed');
    expect(standing(back, 'rollback-plan')).toBe('confirmed');
  });

  it('is too late once a rung has run', () => {
    const verifying = run(done(), deployed());
    const later = passTime(verifying, verifying.now + 15 * MINUTE, answer);
    expect(refusalOf(later, undo)).toMatchObject({
      code: 'undo_impossible',
      message: expect.stringContaining('Roll back instead'),
    });
  });

  it('is too late once somebody has signed', () => {
    const two = smallChecklist({ verify: [manual('a')], rest: 'sign_off: { roles: [dev, ops] }' });
    const half = run(situationIn('watching', { yaml: two, ...staging }), (now) =>
      signOff(now, { actor: actor(now, 'eva'), role: 'dev', acceptedDebts: [] }),
    );
    expect(refusalOf(half, undo).message).toContain('It is signed');
  });

  it('is impossible where it was never said', () => {
    expect(refusalOf(deploying(), undo).code).toBe('wrong_state');
  });
});

describe('Abort', () => {
  it.each(['preparing', 'awaiting_go', 'held'] as const)('while %s ends it without a lock', (state) => {
    expect(run(situationIn(state), stop).deployment.state).toMatchObject({
      kind: 'aborted',
      by: userId('bob'),
      reason: 'disk is full',
      locked: false,
    });
  });

  it('while deploying leaves things as they are, and locked', () => {
    expect(run(deploying(), stop).deployment.state).toMatchObject({ kind: 'aborted', locked: true });
  });

  it.each(['verifying', 'watching'] as const)('while %s is a rollback', (state) => {
    expect(refusalOf(situationIn(state), stop).message).toBe(
      'It cannot be aborted now. It is deployed: Roll back instead.',
    );
  });

  it('needs a reason, and happens once', () => {
    const nothing = (now: Situation) => abort(now, { actor: actor(now, 'bob'), reason: undefined });
    expect(refusalOf(deploying(), nothing).code).toBe('reason_missing');
    expect(refusalOf(run(deploying(), stop), stop).code).toBe('wrong_state');
  });

  it('is the end: nothing is due any more and nobody waits for a run', () => {
    const aborted = run(situationIn('preparing'), stop);
    expect(runningItems(aborted)).toEqual([]);
    expect(passTime(aborted, aborted.now + 30 * HOUR).deployment).toEqual(aborted.deployment);
  });
});

describe('while deploying', () => {
  const yaml = smallChecklist({
    deploy: [
      checked('nothing-runs'),
      manual('restart', 'command: ./restart.sh'),
      manual('settle-down', 'timer: 5m'),
      checked('container-runs'),
      checked('migrated', 'command: ./migrate.sh'),
    ],
  });
  const confirm = (itemId: string) => (now: Situation) =>
    confirmItem(now, { itemId, actor: actor(now, 'bob') });

  it('checks and waits have their turn after the steps before them', () => {
    const begun = situationIn('deploying', { yaml });
    expect(runningItems(begun)).toEqual(['nothing-runs']);
    expect(begun.deployment.items['settle-down']).toBeUndefined();
    const restarted = run(answer(begun), confirm('restart'));
    expect(restarted.deployment.items['settle-down']?.activeSince).toBe(restarted.now);
    expect(runningItems(restarted)).toEqual([]);
    const waited = passTime(restarted, restarted.now + 5 * MINUTE);
    expect(standing(waited, 'settle-down')).toBe('confirmed');
    expect(runningItems(waited)).toEqual(['container-runs']);
  });

  it('a step with a command is measured when a person says that it is done', () => {
    const restarted = run(answer(situationIn('deploying', { yaml })), confirm('restart'));
    const waited = passTime(restarted, restarted.now + 10 * MINUTE, answer);
    expect(standing(waited, 'container-runs')).toBe('passed');
    expect(standing(waited, 'migrated')).toBe('open');
    expect(refusalOf(waited, confirm('migrated')).message).toContain('Press Run check');
  });

  it('what belongs to the preparation can still be corrected', () => {
    const failed = run(deploying(), (now) =>
      failItem(now, { itemId: 'database-answers', actor: actor(now, 'bob'), reason: 'it was wrong' }),
    );
    expect(standing(failed, 'database-answers')).toBe('red');
    expect(kindOf(failed)).toBe('deploying');
  });
});
