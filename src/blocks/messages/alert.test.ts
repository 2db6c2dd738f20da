import { describe, expect, test } from 'vitest';
import { acknowledgeAlert, takeOverAlert } from '../../domain/decide/answer-alert.ts';
import { rollBack } from '../../domain/decide/roll-back.ts';
import { rerunItems } from '../../domain/settle/rerun-items.ts';
import { acceptRed } from '../../domain/settle/undo-item.ts';
import type { Alert } from '../../domain/deployment.ts';
import type { Situation } from '../../domain/situation.ts';
import { MINUTE } from '../../lib/time.ts';
import { settleAll, situationIn } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { actor, answer, at, passTime, run, START } from '../../../test/support/situation.ts';
import { decodeRef } from '../ref.ts';
import { sceneOf } from '../scene.ts';
import { elementsOf } from '../walk.ts';
import { alertMessage } from './alert.ts';
import { eventPost } from './posts.ts';

const LINK = 'https://x.slack.com/archives/C1/p1';
const said = ({ blocks }: { blocks: readonly unknown[] }): string => outline(blocks).join('\n');

const withAlert = (): { situation: Situation; alert: Alert } => {
  const watching = situationIn('watching');
  const situation = passTime(watching, watching.now + 2 * MINUTE, (now) =>
    answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
  );
  const [alert] = situation.deployment.alerts;
  if (alert === undefined) throw new Error('no alert was fired');
  return { situation, alert };
};

describe('an alert whose item is accepted', () => {
  test('ends as accepted, by whom and why, and never as a recovery', () => {
    const { situation } = withAlert();
    const after = run(situation, (now) =>
      acceptRed(now, { itemId: 'health', actor: actor(now, 'alice'), reason: 'known since May' }),
    );
    const [alert] = after.deployment.alerts;
    if (alert === undefined) throw new Error('no alert is left');
    const text = said(alertMessage(sceneOf(after), alert));
    expect(text).toContain('accepted by <@UALICE>');
    expect(text).toContain('known since May');
    expect(text).not.toContain('works again');
  });
});

describe('an alert', () => {
  const { situation, alert } = withAlert();
  const scene = sceneOf(situation);

  test('calls who deployed and who is on call, and says what fails since when', () => {
    const text = said(alertMessage(scene, alert));
    expect(text).toContain(
      '✖ *The service says it is healthy: status: expected 200, got 503* / Fails since {09:0',
    );
    expect(text).toContain('tiny 1.1.0 → production · #42');
    expect(text).toContain('<@UBOB> and <@UONCALL>: please look.');
    expect(text).toContain('No other deployment changed the environment lately.');
  });

  test('says how many more checks have the same cause', () => {
    const { text } = alertMessage(scene, { ...alert, itemIds: ['health', 'signing-key', 'rollback-plan'] });
    expect(text).toContain('The service says it is healthy and 2 more checks: status: expected 200');
  });

  test('says that it is being measured again, to who asked for it', () => {
    const looking = run(situation, (now) =>
      rerunItems(now, { itemIds: ['health'], actor: actor(now, 'bob') }),
    );
    expect(said(alertMessage(sceneOf(looking), alert))).toContain('got 503 · {09:0');
    expect(said(alertMessage(sceneOf(looking), alert))).toContain('being measured again');
  });

  test('shows what it was, and what was deployed lately', () => {
    const text = said(
      alertMessage(scene, alert, {
        was: { health: { line: 'status: 200', at: START } },
        inWindow: [{ system: 'shop', number: 7, version: '3.0', at: START }],
      }),
    );
    expect(text).toContain('was: status: 200 {09:00}');
    expect(text).toContain('Deployed here lately: shop 3.0 #7 {09:00}');
  });

  test('offers the way back, to take over, to acknowledge, to look again', () => {
    const { blocks } = alertMessage(scene, alert);
    expect(buttonsIn(blocks)).toEqual(['Roll back…', 'Take over', 'Acknowledge', 'Re-run failed', 'Details']);
    const refs = blocks
      .flatMap(elementsOf)
      .flatMap((element) => (element.type === 'button' ? [decodeRef(element.value)] : []));
    expect(refs[1]).toEqual({ deploymentId: 'tiny-42', alertId: alert.id });
  });

  test('that is acknowledged or taken says by whom', () => {
    const seen = run(situation, (now) =>
      acknowledgeAlert(now, { actor: actor(now, 'alice'), alertId: alert.id }),
    );
    const [first] = seen.deployment.alerts;
    expect(said(alertMessage(sceneOf(seen), first ?? alert))).toContain('Acknowledged by <@UALICE>');
    const taken = run(seen, (now) => takeOverAlert(now, { actor: actor(now, 'alice'), alertId: alert.id }));
    const message = alertMessage(sceneOf(taken), taken.deployment.alerts[0] ?? alert);
    expect(said(message)).toContain('<@UALICE> works on it.');
    expect(buttonsIn(message.blocks)).toEqual(['Roll back…', 'Re-run failed', 'Details']);
  });

  test('that is over says since when and has no buttons', () => {
    const over: Alert = { ...alert, state: { kind: 'resolved', at: alert.since + 12 * MINUTE } };
    const message = alertMessage(scene, over);
    expect(said(message)).toMatch(
      /^☑ ~The service says it is healthy: status.*~ \/ tiny 1\.1\.0 → production · #42: It works again since \{09:\d\d\}, after 12 min\.$/,
    );
    expect(buttonsIn(message.blocks)).toEqual([]);
  });

  test('that is answered by the way back says so, and offers nothing that would be refused', () => {
    const rollingBack = run(situation, (now) =>
      rollBack(now, { actor: actor(now, 'bob'), reason: 'it fails', plans: [] }),
    );
    const during = alertMessage(sceneOf(rollingBack), alert);
    expect(said(during)).toContain('Being rolled back since {09:0');
    expect(buttonsIn(during.blocks)).toEqual(['Details']);
    const rolledBack = settleAll(rollingBack, ['rollback']);
    expect(rolledBack.deployment.state.kind).toBe('rolled_back');
    const after = alertMessage(sceneOf(rolledBack), alert);
    expect(said(after)).toMatch(/^☑ ~.*~ \/ tiny .*: Rolled back \{09:\d\d\}\.$/);
    expect(buttonsIn(after.blocks)).toEqual([]);
  });

  test('that was not over when the watch ended says so', () => {
    const message = alertMessage(sceneOf(situationIn('completed')), alert);
    expect(said(message)).toContain('and this was not over.');
    expect(buttonsIn(message.blocks)).toEqual([]);
  });

  test('that nobody answers is said again, then to the backup', () => {
    const later = sceneOf(at(situation, alert.firedAt + 10 * MINUTE));
    const again = said(
      eventPost(later, { type: 'alert_repeated', alertId: alert.id, toBackup: false }, LINK),
    );
    expect(again).toContain(
      'Nobody has answered for 10 min: The service says it is healthy: status: expected 200, got 503. <@UBOB> and <@UONCALL>',
    );
    const backup = said(
      eventPost(later, { type: 'alert_repeated', alertId: alert.id, toBackup: true }, LINK),
    );
    expect(backup).toContain('<@UALICE>, <@UBOB> and <@UONCALL>: take over or acknowledge.');
    expect(backup).toContain(`<${LINK}|Open the card>`);
  });
});
