import { describe, expect, test } from 'vitest';
import { ok } from '../../lib/result.ts';
import { MINUTE } from '../../lib/time.ts';
import { rollBack } from '../../domain/decide/roll-back.ts';
import { setVersion } from '../../domain/decide/set-version.ts';
import { cardText, confirm, drawn, TWO_PHASES } from '../../../test/support/cards.ts';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, smallChecklist } from '../../../test/support/small-checklist.ts';
import { buttonsIn } from '../../../test/support/outline.ts';
import { actor, at, run, workerGone } from '../../../test/support/situation.ts';
import { ACTION } from '../ids.ts';
import { elementsOf } from '../walk.ts';
import { itemActions } from '../item/actions.ts';
import { sceneOf } from '../scene.ts';
import { cardMessage } from './card.ts';

describe('the gate', () => {
  test('shows what the decision rests on, who started it and who decides', () => {
    const card = cardText(situationIn('awaiting_go'));
    expect(card).toContain('*Go or no-go* / 3 measured, oldest {09:00} · 2 by people');
    expect(card).toContain('<@UANA> started it: a second person decides (<@UALICE> or <@UBOB>)');
    expect(card).toContain('[Go] [No-go…]');
    expect(card).toContain('Waiting for: Go by <@UALICE> or <@UBOB>');
  });

  test('says what only a click measures again before Go', () => {
    const yaml = smallChecklist({ prepare: [checked('a'), checked('w', 'effect: write')] });
    expect(cardText(situationIn('awaiting_go', { yaml }))).toContain(
      'What is older than 30 min is measured again at Go, 1 check by a click before it.',
    );
  });

  test('offers to skip what was measured and cannot be again', () => {
    const gone = workerGone(situationIn('awaiting_go'));
    const scene = sceneOf(gone);
    const entry = scene.board.plan.byId.get('database-answers');
    expect(entry === undefined ? [] : itemActions(scene, entry)).toEqual(['skip', 'details']);
  });

  test('asks once more before Go', () => {
    const { blocks } = cardMessage({ situation: situationIn('awaiting_go') });
    const go = blocks.flatMap(elementsOf).find(({ action_id }) => action_id === ACTION.gateGo);
    expect(go).toMatchObject({
      style: 'primary',
      confirm: {
        title: { text: 'Give Go?' },
        text: { text: 'tiny 1.1.0 → production. It replaces 1.0.0. With Go the deploy steps begin.' },
        confirm: { text: 'Go' },
        deny: { text: 'Not yet' },
      },
    });
  });

  test('lists what was skipped, by whom and why', () => {
    const awaiting = run(situationIn('awaiting_go'), ({ now }) =>
      ok([
        {
          type: 'item_skipped' as const,
          itemId: 'load-figures',
          by: 'UBOB',
          reason: 'no load test',
          override: false,
          at: now,
        },
      ]),
    );
    expect(cardText(awaiting)).toContain('skipped: The load at peak is known "no load test" <@UBOB>');
  });

  test('has no Go while the version is not set, and says what to type', () => {
    const { deployment, ...rest } = situationIn('awaiting_go');
    const situation = { ...rest, deployment: { ...deployment, version: null } };
    expect(buttonsIn(cardMessage({ situation }).blocks)).not.toContain('Go');
    expect(cardText(situation)).toContain('Go waits for the version: type /deploy version');
    const set = run(situation, (now) => setVersion(now, { actor: actor(now, 'bob'), version: '1.2.0' }));
    expect(buttonsIn(cardMessage({ situation: set }).blocks)).toContain('Go');
  });

  test('on hold shows who, why and Resume', () => {
    expect(cardText(situationIn('held'))).toContain(
      '*On hold* by <@UBOB> since {09:00}: error rate is up [Resume]',
    );
  });
});

describe('while deploying', () => {
  const deploying = situationIn('deploying');

  test('the steps stand in order with their commands, filled in and never run by the bot', () => {
    const rows = drawn(deploying).filter((line) => /^[▶☐☑]/.test(line));
    expect(rows).toEqual([
      '▶ 6. *The deploy script has run* · <@UALICE>, <@UBOB> or 1 more / ``` / ./deploy.sh 1.1.0 / ``` / To copy: never run by the bot.',
      '☐ 7. *The script has published the frontend* · <@UALICE>, <@UBOB> or 1 more / ``` / npm run deploy / ``` / To copy: never run by the bot.',
    ]);
  });

  test('the next step moves on when one is done', () => {
    const rows = drawn(confirm(deploying, 'run-deploy')).filter((line) => /^[▶☐☑]/.test(line));
    expect(rows.map((line) => line[0])).toEqual(['☑', '▶']);
  });

  test('Deployed says what is open', () => {
    expect(cardText(deploying)).toContain(
      '*2 required steps open.* When all are done, press Deployed. [Deployed…]',
    );
    const done = confirm(confirm(deploying, 'run-deploy'), 'publish-script');
    expect(cardText(done)).toContain('*All steps are done.*');
  });

  test('half a command is never shown', () => {
    const long = `./deploy.sh ${'--flag '.repeat(100)}`;
    const yaml = TWO_PHASES.replace(
      'stages:',
      `stages:\n  deploy: [{ id: out, title: Out, items: [{ id: step, title: Step, command: '${long}' }] }]`,
    );
    const card = cardText(situationIn('deploying', { yaml }));
    expect(card).not.toContain('--flag');
    expect(card).toContain('The command is long: Details shows it whole.');
    expect(card).toContain('[Confirm] [Skip…] [Fail…] [Details]');
  });
});

test('a rollback with data loss that was asked for stands on the card, and then that it lapsed', () => {
  const asked = run(situationIn('deploying'), (now) =>
    rollBack(now, { actor: actor(now, 'carol'), reason: 'users are gone', plans: ['app', 'database'] }),
  );
  expect(cardText(asked)).toContain(
    'Rollback with data loss (database) asked by <@UCAROL> {09:00} · a second person confirms',
  );
  const lapsed = at(asked, asked.now + 30 * MINUTE);
  expect(cardText(lapsed)).toContain('nobody confirmed it until {09:30}: not done');
  expect(cardText(lapsed)).not.toContain('a second person confirms');
});
