import { describe, expect, test } from 'vitest';
import { refusal } from '../../domain/refusal.ts';
import { confirmItem } from '../../domain/settle/confirm-item.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { twoPhases } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { actor, answer, at, run, START, userId } from '../../../test/support/situation.ts';
import { sceneOf } from '../scene.ts';
import { linesMessage, refusalMessage, refusalPlain } from './answer.ts';
import { answeredMessage } from './answered.ts';
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

  test('warns of a version that runs there already', () => {
    const message = startAnswer({ title: 'tiny 1.1.0 → production', runsAlready: '1.1.0' }, counts);
    expect(said(message)).toContain('? `1.1.0` is the version that runs there already.');
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

  test('says when the card does not stand where the environment file wants it', () => {
    const message = startAnswer({ title: 'tiny 1.1.0 → production', missed: '#deplyos' }, counts);
    expect(said(message)).toContain('The channel #deplyos of the environment file was not found');
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

describe('posts', () => {
  test.each([
    ['awaiting_go', 'go_asked', 'Ready for Go: 3 measured, 2 by people. <@UALICE> or <@UBOB>: Go or No-go?'],
    ['deploying', 'go_asked', 'Go was asked, and given by <@UBOB> {09:00}.'],
    ['held', 'go_asked', 'Go was asked; it is on hold by <@UBOB> since {09:00}.'],
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
      'Rolled back. production stays locked until somebody types `/deploy unlock production &lt;reason&gt;`. 1 line to do next work morning.',
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
      '#43 changed production: what was measured before is measured again.',
    );
    expect(text('superseded')).toContain('#43 is deployed: it takes over the watch.');
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

  test('of an item say how it was settled once it is, and ask no more', () => {
    const due = at(situationIn('watching'), START + 25 * HOUR);
    const done = run(due, (now) =>
      confirmItem(now, { itemId: 'complaints', actor: actor(now, 'carol'), seen: 'no ticket' }),
    );
    const message = answeredMessage(sceneOf(done), 'item:complaints');
    expect(said(message ?? { blocks: [] })).toMatch(
      /☑ \d+\. ~Users are content~ · confirmed by <@UCAROL> \{10:00\} · no ticket$/,
    );
    expect(buttonsIn(message?.blocks ?? [])).toEqual([]);
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
  });

  test('mine names the decisions only certain people can take', () => {
    const mine = (state: 'awaiting_go' | 'watching', who: string) =>
      said(mineMessage(userId(who), [{ scene: sceneOf(situationIn(state)) }]));
    expect(mine('awaiting_go', 'bob')).toContain('☐ *Go or No-go*');
    expect(mine('awaiting_go', 'carol')).toBe('Nothing waits for you.');
    expect(mine('watching', 'alice')).toContain('☐ *Sign-off* release-manager');
    expect(mine('watching', 'alice')).not.toContain('product-owner');
  });

  test('locks say who holds what and how to free it', () => {
    const text = said(
      locksMessage([{ environment: 'production', system: 'tiny', since: START, holder: '#42', by: 'UANA' }]),
    );
    expect(text).toContain('*production* · tiny · held by #42 · by <@UANA> · since {09:00}');
    expect(text).toContain('/deploy unlock &lt;environment&gt; [system] &lt;reason&gt;');
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
