import { describe, expect, it } from 'vitest';
import {
  actor,
  answer,
  at,
  eventsOf,
  guest,
  passTime,
  refusalOf,
  run,
  runningItems,
  standing,
  userId,
  wakeAt,
} from '../../../test/support/situation.ts';
import { settleAll, situationIn, started } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { confirmItem } from '../settle/confirm-item.ts';
import { failItem, skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';
import { abort } from './deploying.ts';
import { evidenceOf, giveGo, giveNoGo, oldestEvidenceMinutes, resume } from './gate.ts';
import { setVersion } from './set-version.ts';

const go =
  (by = 'bob') =>
  (now: Situation) =>
    giveGo(now, { actor: actor(now, by) });
const noGo =
  (reason: string | undefined = 'error rate is up') =>
  (now: Situation) =>
    giveNoGo(now, { actor: actor(now, 'carol'), reason });
const resumed = (now: Situation) => resume(now, { actor: actor(now, 'carol') });
const version = (text: string) => (now: Situation) =>
  setVersion(now, { actor: actor(now, 'carol'), version: text });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

describe('the gate', () => {
  it('opens by itself with the last required item and closes again by itself', () => {
    const awaiting = situationIn('awaiting_go');
    expect(awaiting.deployment.state).toEqual({ kind: 'awaiting_go', since: awaiting.now });
    const red = run(awaiting, (now) =>
      failItem(now, { itemId: 'database-answers', actor: actor(now, 'carol'), reason: 'it is slow' }),
    );
    expect(kindOf(red)).toBe('preparing');
  });

  it('does not wait for optional items', () => {
    const yaml = smallChecklist({ prepare: [manual('a', 'required: false')] });
    expect(kindOf(started({ yaml }))).toBe('awaiting_go');
  });

  it('waits for lines below a parent, not for the parent itself', () => {
    const yaml = smallChecklist({
      prepare: [
        '{ id: group, title: Group, items: [{ id: a, title: A }, { id: b, title: B, required: false }] }',
      ],
    });
    const open = started({ yaml });
    expect(kindOf(open)).toBe('preparing');
    const done = run(open, (now) => confirmItem(now, { itemId: 'a', actor: actor(now, 'bob') }));
    expect(kindOf(done)).toBe('awaiting_go');
    expect(standing(done, 'group')).toBe('open');
  });
});

describe('Go', () => {
  it('starts the deployment and stores who gave it and on what', () => {
    const situation = situationIn('awaiting_go');
    expect(eventsOf(situation, go())[0]).toEqual({
      type: 'go_given',
      by: userId('bob'),
      measured: 3,
      byPeople: 2,
    });
    const deploying = run(situation, go());
    expect(deploying.deployment).toMatchObject({
      goBy: userId('bob'),
      anchors: { go: situation.now },
      state: { kind: 'deploying', since: situation.now },
    });
  });

  it('is never given by the starter: a second person decides', () => {
    const own = situationIn('awaiting_go', { deployment: { startedBy: userId('alice') } });
    expect(refusalOf(own, go('alice'))).toEqual({
      code: 'second_person_needed',
      message: 'You started this deployment: Go needs a second person. Ask <@UBOB>.',
    });
    expect(kindOf(run(own, go('bob')))).toBe('deploying');
  });

  it('asks for a second person also when the starter is no approver at all', () => {
    expect(refusalOf(situationIn('awaiting_go'), go('ana')).message).toContain('second person');
  });

  it('may be given by the starter where four eyes are off', () => {
    const alone = situationIn('awaiting_go', { environment: 'staging' });
    expect(kindOf(run(alone, go('ana')))).toBe('deploying');
  });

  it('is for approvers, where approvers are named', () => {
    expect(refusalOf(situationIn('awaiting_go'), go('carol'))).toEqual({
      code: 'not_allowed',
      message: 'Go is given by <@UALICE> or <@UBOB>. Ask one of them.',
    });
  });

  it('may be given by any other full member where nobody is named, never by a guest', () => {
    const open = situationIn('awaiting_go', { policy: { holders: () => 'anyone' } });
    expect(kindOf(run(open, go('zoe')))).toBe('deploying');
    expect(refusalOf(open, (now) => giveGo(now, { actor: guest() })).code).toBe('guest');
  });

  it('is refused with the list of open items while anything required is open', () => {
    expect(refusalOf(answer(started()), go())).toEqual({
      code: 'items_open',
      message: 'Not ready for Go. Still open: All on duty know the way back.',
    });
  });

  it('is refused until the version is set', () => {
    const nameless = situationIn('awaiting_go', { deployment: { version: null } });
    expect(refusalOf(nameless, go())).toEqual({
      code: 'version_missing',
      message: 'The version is not set. Type /deploy version <v>, then Go.',
    });
    expect(kindOf(run(answer(run(nameless, version('2.0.0'))), go()))).toBe('deploying');
  });

  it('is given once: the second click is told who was first', () => {
    expect(refusalOf(run(situationIn('awaiting_go'), go()), go('alice'))).toEqual({
      code: 'wrong_state',
      message: 'This deployment is past its gate. <@UBOB> gave Go.',
    });
  });

  it('stands on evidence not older than 30 minutes: what is older is measured again first', () => {
    const awaiting = situationIn('awaiting_go');
    const fresh = at(awaiting, awaiting.now + 30 * MINUTE);
    expect(kindOf(run(fresh, go()))).toBe('deploying');
    const old = at(awaiting, awaiting.now + 30 * MINUTE + 1);
    const deferred = run(old, go());
    expect(kindOf(deferred)).toBe('awaiting_go');
    expect(runningItems(deferred)).toEqual(['signing-key', 'database-answers', 'users-before']);
    expect(kindOf(run(answer(deferred), go()))).toBe('deploying');
  });

  it('pressed again while that runs waits for the results', () => {
    const awaiting = situationIn('awaiting_go');
    const deferred = run(at(awaiting, awaiting.now + HOUR), go());
    expect(refusalOf(deferred, go())).toMatchObject({
      code: 'evidence_stale',
      message: expect.stringContaining('Press Go when the results are in.'),
    });
  });

  it('is not given when the fresh evidence is red', () => {
    const awaiting = situationIn('awaiting_go');
    const red = answer(run(at(awaiting, awaiting.now + HOUR), go()), { 'signing-key': 'fail' });
    expect(kindOf(red)).toBe('preparing');
    expect(refusalOf(red, go()).code).toBe('items_open');
  });

  it('does not ask again for what a person vouched for', () => {
    const byHand = situationIn('awaiting_go', { connected: [] });
    expect(kindOf(run(at(byHand, byHand.now + HOUR), go()))).toBe('deploying');
  });

  it('is shown with its evidence: measured, by people, and how old', () => {
    const awaiting = situationIn('awaiting_go');
    const later = at(awaiting, awaiting.now + 4 * MINUTE);
    expect(evidenceOf(boardOf(later))).toEqual({ measured: 3, byPeople: 2 });
    expect(oldestEvidenceMinutes(later, boardOf(later))).toBe(4);
    const nothing = situationIn('awaiting_go', { connected: [] });
    expect(oldestEvidenceMinutes(nothing, boardOf(nothing))).toBeUndefined();
  });
});

describe('No-go', () => {
  it('needs a reason', () => {
    expect(refusalOf(situationIn('awaiting_go'), noGo(' ')).code).toBe('reason_missing');
  });

  it('holds: evidence stays, approvals have to be given again', () => {
    const yaml = smallChecklist({
      prepare: [manual('ok', 'approval: { role: approver }'), manual('a'), checked('b')],
    });
    const held = run(situationIn('awaiting_go', { yaml }), noGo());
    expect(held.deployment.state).toMatchObject({
      kind: 'held',
      by: userId('carol'),
      reason: 'error rate is up',
    });
    expect([standing(held, 'ok'), standing(held, 'a'), standing(held, 'b')]).toEqual([
      'open',
      'confirmed',
      'passed',
    ]);
  });

  it('takes the debt of a skipped approval with it', () => {
    const yaml = smallChecklist({ prepare: [manual('ok', 'approval: { role: approver }')] });
    const skipped = run(started({ yaml }), (now) =>
      skipItem(now, { itemId: 'ok', actor: actor(now, 'alice'), reason: 'urgent' }),
    );
    expect(run(skipped, noGo()).deployment.debts).toEqual([]);
  });

  it('may come before everything is ready, not after Go', () => {
    expect(kindOf(run(started(), noGo()))).toBe('held');
    expect(refusalOf(situationIn('deploying'), noGo())).toEqual({
      code: 'wrong_state',
      message: 'No-go is for a deployment before Go. It is past its gate: Abort or Roll back instead.',
    });
    expect(refusalOf(situationIn('held'), noGo()).message).toContain('already on hold');
  });
});

describe('a hold', () => {
  it('is not ended by Go: resume first', () => {
    expect(refusalOf(situationIn('held'), go())).toEqual({
      code: 'wrong_state',
      message: 'On hold: error rate is up. Resume first.',
    });
  });

  it('ends with Resume, and the gate opens again when the evidence holds', () => {
    const back = run(situationIn('held'), resumed);
    expect(kindOf(back)).toBe('awaiting_go');
    expect(refusalOf(back, resumed).code).toBe('wrong_state');
  });

  it('does not stop the work: items can be settled and checks come in', () => {
    const held = run(started(), noGo());
    const settled = settleAll(held, ['prepare']);
    expect(kindOf(settled)).toBe('held');
    expect(standing(settled, 'database-answers')).toBe('passed');
    expect(kindOf(run(settled, resumed))).toBe('awaiting_go');
  });

  it('asks nobody for Go, and can be aborted', () => {
    const held = situationIn('held');
    expect(kindOf(passTime(held, held.now + 5 * HOUR))).toBe('held');
    const aborted = run(held, (now) => abort(now, { actor: actor(now, 'carol'), reason: 'off' }));
    expect(aborted.deployment.state).toMatchObject({ kind: 'aborted', locked: false });
  });
});

describe('a waiting Go', () => {
  const awaiting = () => situationIn('awaiting_go', { connected: [] });
  const when = (situation: Situation, key: string) => {
    const sent = situation.deployment.reminded[key];
    return sent === undefined ? undefined : (sent - awaiting().now) / MINUTE;
  };

  it('reminds after 15 minutes, asks the backup after 30 and holds after 60', () => {
    const held = passTime(awaiting(), awaiting().now + HOUR);
    expect([when(held, 'go:asked'), when(held, 'go:backup')]).toEqual([15, 30]);
    expect(held.deployment.state).toMatchObject({ kind: 'held', by: null, reason: 'no Go within 60 min' });
  });

  it('leaves people their time when the bot was down meanwhile', () => {
    const back = wakeAt(awaiting(), awaiting().now + 90 * MINUTE);
    expect(kindOf(back)).toBe('awaiting_go');
    expect([when(back, 'go:asked'), when(back, 'go:backup')]).toEqual([90, undefined]);
    const held = passTime(back, back.now + 45 * MINUTE);
    expect(when(held, 'go:backup')).toBe(105);
    expect(kindOf(held)).toBe('held');
    expect(kindOf(passTime(back, back.now + 44 * MINUTE))).toBe('awaiting_go');
  });

  it('waits for the planned time before it reminds anybody', () => {
    const early = situationIn('awaiting_go', {
      connected: [],
      deployment: { anchors: { start: awaiting().now, plannedGo: awaiting().now + 4 * HOUR } },
    });
    const before = passTime(early, early.now + 4 * HOUR);
    expect([kindOf(before), when(before, 'go:asked')]).toEqual(['awaiting_go', undefined]);
    expect(kindOf(passTime(early, early.now + 5 * HOUR))).toBe('held');
  });

  it('lets people sleep: what would be said at night is said in the morning, and holds after that', () => {
    const evening = Date.UTC(2026, 2, 2, 20, 50); // 21:50 in Berlin
    const morning = Date.UTC(2026, 2, 3, 7, 0);
    const waiting = situationIn('awaiting_go', { connected: [], now: evening });
    const night = passTime(waiting, morning - 1);
    expect(night.deployment.reminded['go:asked']).toBeUndefined();
    expect(kindOf(night)).toBe('awaiting_go');
    const asked = passTime(waiting, morning);
    expect(asked.deployment.reminded['go:asked']).toBe(morning);
    const held = passTime(waiting, morning + 45 * MINUTE);
    expect(held.deployment.reminded['go:backup']).toBe(morning + 15 * MINUTE);
    expect(held.deployment.state).toMatchObject({ kind: 'held', by: null });
  });

  it('waits for nobody while the version is not set', () => {
    const nameless = situationIn('awaiting_go', { connected: [], deployment: { version: null } });
    expect(kindOf(passTime(nameless, nameless.now + 2 * HOUR))).toBe('awaiting_go');
  });

  it('starts counting anew when the gate opened again', () => {
    const held = passTime(awaiting(), awaiting().now + HOUR);
    const again = run(held, resumed);
    const asked = passTime(again, again.now + 15 * MINUTE);
    expect(when(asked, 'go:asked')).toBe(75);
    expect(kindOf(asked)).toBe('awaiting_go');
  });
});
