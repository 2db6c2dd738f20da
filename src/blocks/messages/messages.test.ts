import { describe, expect, test } from 'vitest';
import { acknowledgeAlert, takeOverAlert } from '../../domain/decide/answer-alert.ts';
import type { Alert } from '../../domain/deployment.ts';
import { refusal } from '../../domain/refusal.ts';
import type { Situation } from '../../domain/situation.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { twoPhases } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { actor, answer, at, passTime, run, START, userId } from '../../../test/support/situation.ts';
import { decodeRef } from '../ref.ts';
import { sceneOf } from '../scene.ts';
import { elementsOf } from '../walk.ts';
import { alertMessage } from './alert.ts';
import { linesMessage, refusalMessage, refusalPlain } from './answer.ts';
import { checklistsMessage } from './checklists.ts';
import { HELP_NAMES, helpMessage } from './help.ts';
import {
  historyMessage,
  listMessage,
  locksMessage,
  mineMessage,
  statusMessage,
  whoamiMessage,
} from './overview.ts';
import { pointerMessage } from './pointer.ts';
import { eventPost } from './posts.ts';
import { reminderMessage } from './reminder.ts';
import { startAnswer, startCounts } from './start-answer.ts';

const LINK = 'https://x.slack.com/archives/C1/p1';
const said = ({ blocks }: { blocks: readonly unknown[] }): string => outline(blocks).join('\n');

describe('the answer to a start', () => {
  const counts = {
    automatic: 61,
    notConnected: 33,
    byClick: 0,
    byPeople: 58,
    missing: [{ what: 'database-url not set (DB_URL)', checks: 21 }],
    blockers: [],
  };

  test('says what will happen before it does', () => {
    expect(startCounts(counts)).toBe(
      '61 checks run by themselves, 33 not connected (21 need database-url), 58 for people',
    );
  });

  test('names every blocker at once, with its remedy', () => {
    const blockers = [
      refusal('environment_locked', 'production is locked by #41. Ask <@U1>.'),
      refusal('gate_unreachable', 'Nobody but you could give Go.'),
    ];
    const message = startAnswer({ title: 'tiny 1.1.0 → production' }, { ...counts, blockers });
    expect(said(message)).toContain('something stands in the way');
    expect(said(message)).toContain('✖ production is locked by #41. Ask <@U1>.');
    expect(said(message)).toContain('✖ Nobody but you could give Go.');
  });
});

describe('a refusal', () => {
  test('keeps the people it names', () => {
    expect(said(refusalMessage(refusal('not_allowed', 'Ask <@U1> or <@U2>.')))).toBe('Ask <@U1> or <@U2>.');
  });

  test('stands beside a field with names, since Slack draws no mention there', () => {
    expect(refusalPlain(refusal('not_allowed', 'Ask <@U1>.'), () => '@eva')).toBe('Ask @eva.');
  });
});

test('an answer that is too long ends with a count', () => {
  const { blocks } = linesMessage(
    'Many',
    Array.from({ length: 500 }, (_, index) => `line ${index} ${'x'.repeat(50)}`),
  );
  expect(blocks).toHaveLength(5);
  expect(outline(blocks).at(-1)).toMatch(/^and \d+ more$/);
});

const withAlert = (): { situation: Situation; alert: Alert } => {
  const watching = situationIn('watching');
  const situation = passTime(watching, watching.now + 2 * MINUTE, (now) =>
    answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
  );
  const [alert] = situation.deployment.alerts;
  if (alert === undefined) throw new Error('no alert was fired');
  return { situation, alert };
};

describe('an alert', () => {
  const { situation, alert } = withAlert();
  const scene = sceneOf(situation);

  test('calls who deployed and who is on call, and says what fails since when', () => {
    const text = said(alertMessage(scene, alert));
    expect(text).toContain('✖ *tiny 1.1.0 → production · #42* / Fails since {09:0');
    expect(text).toContain('status: expected 200, got 503');
    expect(text).toContain('<@UBOB> and <@UONCALL>: please look.');
    expect(text).toContain('No other deployment changed the environment lately.');
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
    expect(said(message)).toMatch(/^☑ ~.*~ \/ It works again since \{09:\d\d\}, after 12 min\.$/);
    expect(buttonsIn(message.blocks)).toEqual([]);
  });

  test('that nobody answers is said again, then to the backup', () => {
    const later = sceneOf(at(situation, alert.firedAt + 10 * MINUTE));
    const again = said(
      eventPost(later, { type: 'alert_repeated', alertId: alert.id, toBackup: false }, LINK),
    );
    expect(again).toContain(
      'Nobody has answered for 10 min: status: expected 200, got 503. <@UBOB> and <@UONCALL>',
    );
    const backup = said(
      eventPost(later, { type: 'alert_repeated', alertId: alert.id, toBackup: true }, LINK),
    );
    expect(backup).toContain('<@UALICE>, <@UBOB> and <@UONCALL>: take over or acknowledge.');
    expect(backup).toContain(`<${LINK}|Open the card>`);
  });
});

describe('posts', () => {
  test.each([
    ['awaiting_go', 'go_asked', 'Ready for Go: 3 measured, 2 by people. <@UALICE> or <@UBOB>: Go or No-go?'],
    ['deploying', 'go_given', 'Go by <@UBOB>. The steps stand on the card, in order.'],
    ['verifying', 'deployed', 'Deployed by <@UBOB> {09:00}. The new version is being verified.'],
    [
      'watching',
      'sign_off_asked',
      'Sign-off please: release-manager (<@UALICE>, <@UBOB> or 1 more) and product-owner (<@UCAROL>).',
    ],
    ['held', 'held', 'On hold by <@UBOB>: error rate is up. Resume goes on.'],
    ['aborted', 'aborted', 'Aborted by <@UBOB>: the release is off.'],
    [
      'rolling_back',
      'rolling_back',
      'Rolling back by <@UBOB>: it fails. <@UBOB> and <@UONCALL>: the steps stand on the card.',
    ],
    [
      'rolled_back',
      'rolled_back',
      'Rolled back. The environment stays locked until /deploy unlock. 1 line to do next work morning.',
    ],
  ] as const)('in %s, %s', (state, type, words) => {
    expect(said(eventPost(sceneOf(situationIn(state)), { type }))).toBe(
      `*tiny 1.1.0 → production · #42* / ${words}`,
    );
  });

  test('say when the bot was down', () => {
    const text = said(
      eventPost(sceneOf(started()), { type: 'was_down', from: START, to: START + 150 * MINUTE }),
    );
    expect(text).toContain('I was down {09:00}-{11:30}.');
  });

  test('say which deployment changed the place', () => {
    const scene = sceneOf(started());
    const text = (type: 'evidence_outdated' | 'superseded') =>
      said(eventPost(scene, { type, by: 'tiny-43' }));
    expect(text('evidence_outdated')).toContain(
      'tiny-43 changed production: what was measured before is measured again.',
    );
    expect(text('superseded')).toContain('tiny-43 is deployed: it takes over the watch.');
  });

  test('of an old card point to the new one and have no buttons', () => {
    const message = pointerMessage(sceneOf(started()), LINK);
    expect(said(message)).toBe(`tiny 1.1.0 → production · #42 / The card has moved: <${LINK}|open it>.`);
  });
});

describe('reminders', () => {
  test('ask for a Go that waits, then the backup too', () => {
    const scene = sceneOf(situationIn('awaiting_go'));
    expect(said(reminderMessage(scene, 'go:asked') ?? { blocks: [] })).toContain(
      'Go has been waited for since {09:00}. <@UALICE> or <@UBOB>: Go or No-go?',
    );
    expect(said(reminderMessage(scene, 'go:backup') ?? { blocks: [] })).toContain('<@UALICE> and <@UBOB>, ');
  });

  test('ask for a forgotten Deployed with its button', () => {
    const message = reminderMessage(sceneOf(situationIn('deploying')), 'deployed:1');
    expect(message?.text).toContain('is the new version out?');
    expect(buttonsIn(message?.blocks ?? [])).toEqual(['Deployed…']);
  });

  test('of an item bring the item and its buttons', () => {
    const due = at(situationIn('watching'), START + 25 * HOUR);
    const message = reminderMessage(sceneOf(due), 'item:complaints');
    expect(said(message ?? { blocks: [] })).toContain('It is time for: *Users are content* · <@UCAROL>');
    expect(buttonsIn(message?.blocks ?? [])).toEqual(['Confirm', 'Skip…', 'Details']);
  });

  test('of what a rollback left to do can be settled where they stand', () => {
    const message = reminderMessage(sceneOf(situationIn('rolled_back')), 'item:cause-found');
    expect(buttonsIn(message?.blocks ?? [])).toEqual(['Confirm', 'Skip…', 'Details']);
  });

  test('of a stage name what is open and whose it is', () => {
    const message = reminderMessage(sceneOf(answer(twoPhases())), 'items:preparing');
    expect(said(message ?? { blocks: [] })).toContain(
      '5 lines of prepare wait for people (backend-lead, <@UBOB>): The plan is known, Keys are rotated',
    );
  });

  test.each([
    ['preparing', 'go:asked'],
    ['verifying', 'deployed:1'],
    ['watching', 'rollback:open'],
    ['awaiting_go', 'item:rollback-plan'],
    ['awaiting_go', 'items:preparing'],
    ['preparing', 'of something new'],
  ] as const)('in %s are not said for %s, because it is done', (state, key) => {
    expect(reminderMessage(sceneOf(situationIn(state)), key)).toBeUndefined();
  });
});

describe('answers to commands', () => {
  const scene = sceneOf(situationIn('awaiting_go'));
  const { deployment } = scene.situation;

  test('status says how it stands and what it waits for', () => {
    expect(said(statusMessage([{ scene, cardUrl: LINK }]))).toBe(
      `<${LINK}|tiny 1.1.0 → production · #42> · *Awaiting Go* since {09:00} · by <@UANA> /    waiting for: Go by <@UALICE> or <@UBOB>`,
    );
    expect(said(statusMessage([]))).toContain('Nothing is running.');
  });

  test('list and history name each deployment', () => {
    expect(said(listMessage([{ deployment }]))).toBe(
      '*tiny 1.1.0 → production · #42* · Awaiting Go since {09:00}',
    );
    const past = situationIn('completed').deployment;
    expect(said(historyMessage([{ deployment: past }]))).toContain(
      'Completed: healthy · started {09:00} by <@UANA>',
    );
  });

  test('mine names the lines that wait for this person, with number and id', () => {
    const own = sceneOf(answer(twoPhases()));
    expect(said(mineMessage(userId('bob'), [{ scene: own }]))).toContain(
      '☐ 4. *Keys are rotated* · <@UBOB> · item keys',
    );
    expect(said(mineMessage(userId('carol'), [{ scene: own }]))).not.toContain('Keys are rotated');
    expect(said(mineMessage(userId('bob'), [{ scene }]))).toBe('Nothing waits for you.');
  });

  test('locks say who holds what and how to free it', () => {
    const text = said(
      locksMessage([{ environment: 'production', system: 'tiny', since: START, holder: '#42', by: 'UANA' }]),
    );
    expect(text).toContain('*production* · tiny · held by #42 · by <@UANA> · since {09:00}');
    expect(text).toContain('/deploy unlock &lt;environment&gt; &lt;reason&gt;');
  });

  test('whoami names roles by environment', () => {
    const text = said(
      whoamiMessage({ id: 'U1', isFullMember: true }, [{ environment: 'production', roles: ['approver'] }]),
    );
    expect(text).toBe('You are <@U1> (U1), a full member. / *production*: approver');
  });

  test('checklists say what to connect next by what it brings', () => {
    const line = {
      system: 'tiny',
      title: 'Tiny',
      environment: 'production',
      connected: 61,
      notConnected: 33,
      byClick: 6,
      byPeople: 58,
      missing: [
        { what: 'database-url', checks: 74 },
        { what: 'runner on the app host', checks: 86 },
      ],
    };
    const text = said(checklistsMessage([line], [{ file: 'broken.yaml', problems: ['3:1 expected text'] }]));
    expect(text).toContain('Connect next: database-url: +74 checks · runner on the app host: +86 checks');
    expect(text).toContain('✖ *broken.yaml* could not be read');
  });

  test('help names every subcommand', () => {
    expect(HELP_NAMES).toEqual(
      expect.arrayContaining(['start', 'confirm', 'go', 'no-go', 'sign-off', 'rollback', 'unlock']),
    );
    expect(said(helpMessage())).toContain('/deploy start &lt;environment&gt; [system] [version]');
  });
});
