import { beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../../lib/result.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/time.ts';
import { setVersion } from '../../domain/decide/gate.ts';
import { progressOf } from '../../domain/deployment.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { confirmItem } from '../../domain/settle/confirm-item.ts';
import { rerunItems } from '../../domain/settle/rerun-items.ts';
import { failItem, skipItem } from '../../domain/settle/skip-item.ts';
import type { Situation } from '../../domain/situation.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { actor, answer, at, passTime, run, START } from '../../../test/support/situation.ts';
import type { SituationOptions } from '../../../test/support/situation.ts';
import { ACTION } from '../ids.ts';
import { assertWithinLimits } from '../limits.ts';
import { decodeRef } from '../ref.ts';
import { elementsOf } from '../walk.ts';
import { cardChangesAt, cardMessage } from './card.ts';

const TWO_PHASES = `
system: tiny
title: Tiny
parameters:
  url: { describe: Where it answers, default: 'http://127.0.0.1:1' }
stages:
  prepare:
    - id: basics
      title: Basics
      owner: backend-lead
      items:
        - { id: plan, title: The plan is known, note: It hangs on the wall }
        - { id: quota, title: Quota is enough, required: false }
        - { id: certificates, title: Certificates valid, check: { tls: { host: app.example.com } } }
    - id: security
      title: Security
      owner: security-lead
      items:
        - { id: keys, title: Keys are rotated }
        - { id: access, title: Access is reviewed }
        - { id: secrets, title: Secrets are in the vault }
        - { id: audit, title: The audit log is kept }
`;

const WITH_PEOPLE = `
environment: production
four_eyes: true
people: { approver: ['@alice', '@bob'], security-lead: ['@bob'], on_call: ['@oncall'] }
`;

const twoPhases = (options: SituationOptions = {}): Situation =>
  started({ yaml: TWO_PHASES, environmentYaml: WITH_PEOPLE, ...options });

const drawn = (situation: Situation): readonly string[] => {
  const { blocks } = cardMessage({ situation });
  assertWithinLimits(blocks);
  return outline(blocks);
};

const text = (situation: Situation): string => drawn(situation).join('\n');

const confirm = (situation: Situation, itemId: string, who = 'bob'): Situation =>
  run(situation, (now) => confirmItem(now, { itemId, actor: actor(now, who), seen: 'seen' }));

describe('the heading', () => {
  test('names system, version, environment, number and state', () => {
    const { text: said, blocks } = cardMessage({ situation: twoPhases() });
    expect(said).toBe('tiny 1.1.0 → production · #42: Preparing');
    expect(outline(blocks).slice(0, 2)).toEqual([
      'tiny 1.1.0 → production · #42',
      '*Preparing* · replaces 1.0.0 · by <@UANA> · on call <@UONCALL>',
    ]);
  });

  test('says when the version is not set', () => {
    const situation = twoPhases({ deployment: { version: null } });
    expect(drawn(situation)[0]).toBe('tiny version not set → production · #42');
    expect(text(situation)).toContain(
      'Waiting for: 2 by people, 1 being measured and the version'.slice(0, 12),
    );
  });

  test('counts to the planned Go, from Go and from T-0 with dates that Slack keeps current', () => {
    const plannedGo = START + 2 * HOUR;
    const planned = twoPhases({ deployment: { anchors: { start: START, plannedGo } } });
    expect(drawn(planned)[1]).toContain('T− planned Go {11:00}, {11:00}');
    expect(drawn(situationIn('deploying'))[1]).toContain('GO + given {09:00}');
    expect(drawn(situationIn('watching'))[1]).toContain('T+ deployed {09:00}');
    expect(drawn(situationIn('completed'))[1]).not.toContain('T+');
  });

  test('tells since when the lock is held, and by whom when it is not by this deployment', () => {
    const situation = twoPhases();
    const own = outline(cardMessage({ situation, lock: { since: START } }).blocks)[1];
    expect(own).toContain('lock since {09:00}');
    const other = outline(
      cardMessage({ situation, lock: { since: START, holderText: 'todo #41' } }).blocks,
    )[1];
    expect(other).toContain('locked since {09:00} by todo #41');
  });

  test('links the card it replaces, and nothing that is no address', () => {
    const situation = twoPhases();
    const facts = (oldCard: string) => outline(cardMessage({ situation, oldCard }).blocks)[1];
    expect(facts('https://x.slack.com/archives/C1/p1')).toContain(
      '<https://x.slack.com/archives/C1/p1|earlier card>',
    );
    expect(facts('https://x|<!here>')).not.toContain('here');
  });
});

describe('every state', () => {
  const WORDS: Record<DeploymentState['kind'], string> = {
    preparing: 'Preparing',
    awaiting_go: 'Awaiting Go',
    held: 'Held',
    deploying: 'Deploying',
    verifying: 'Verifying',
    watching: 'Watching',
    completed: 'Completed',
    aborted: 'Aborted',
    rolling_back: 'Rolling back',
    rolled_back: 'Rolled back',
  };

  test.each(Object.entries(WORDS))('%s stands on the card as %s', (state, word) => {
    const situation = situationIn(state as DeploymentState['kind']);
    expect(drawn(situation)[1]).toContain(`*${word}*`);
    expect(cardMessage({ situation }).text).toMatch(new RegExp(`: ${word}$`));
  });

  test.each([
    ['preparing', ['Prepare ◐', 'Go ○']],
    ['awaiting_go', ['Prepare ●', 'Go ◐']],
    ['deploying', ['Go ●', 'Deploy ◐']],
    ['verifying', ['Deploy ●', 'Verify ◐']],
    ['watching', ['Verify ●', 'Watch ◐']],
    ['completed', ['Watch ●']],
    ['aborted', ['Go ✖', 'Deploy ○']],
    ['rolled_back', ['Deploy ●', 'Verify ✖']],
  ] as const)('%s shows how far it came', (state, shapes) => {
    const line = drawn(situationIn(state))[2];
    for (const shape of shapes) expect(line).toContain(shape);
  });

  test.each([
    ['awaiting_go', 'Go'],
    ['held', 'Resume'],
    ['deploying', 'Deployed…'],
    ['watching', 'Sign off'],
  ] as const)('%s offers what moves it on, and no other state does', (state, label) => {
    const offers = Object.keys(WORDS).filter((kind) =>
      buttonsIn(cardMessage({ situation: situationIn(kind as DeploymentState['kind']) }).blocks).includes(
        label,
      ),
    );
    expect(offers).toEqual([state]);
  });

  test.each(['completed', 'aborted', 'rolled_back'] as const)('%s has no button but Report', (state) => {
    const { blocks } = cardMessage({ situation: situationIn(state) });
    expect(buttonsIn(blocks)).toEqual(['Report']);
    expect(blocks.flatMap(elementsOf)).toHaveLength(1);
  });

  test('every button names the deployment, by ids only', () => {
    const { blocks } = cardMessage({ situation: situationIn('verifying') });
    const values = blocks
      .flatMap(elementsOf)
      .flatMap((element) => (element.type === 'button' ? [element.value] : []));
    for (const value of values) expect(decodeRef(value)?.deploymentId).toBe('tiny-42');
  });

  test('the same situation gives the same JSON', () => {
    const situation = situationIn('verifying');
    expect(JSON.stringify(cardMessage({ situation }))).toBe(JSON.stringify(cardMessage({ situation })));
  });
});

describe('while preparing', () => {
  test('a failed check is not red, only not yet', () => {
    const failed = answer(twoPhases(), {
      certificates: { outcome: 'fail', line: 'expected > 14 days, got 6', tries: 2 },
    });
    expect(drawn(failed)).toContain(
      '◌ 3. *Certificates valid* · not yet · expected > 14 days, got 6 · {09:00}, 2 tries'.replace(
        '>',
        '&gt;',
      ),
    );
    expect(text(failed)).not.toMatch(/✖|\bred\b/);
    expect(text(failed)).toContain('[Re-run] [Skip…] [Details]');
  });

  test('what a person checks stands with its owner, its reason and its buttons', () => {
    expect(drawn(answer(twoPhases()))).toEqual(
      expect.arrayContaining([
        '☐ 1. *The plan is known* · backend-lead · It hangs on the wall',
        '[Confirm] [Skip…] [Fail…]',
      ]),
    );
  });

  test('a check that is not connected is by hand, and says what is missing', () => {
    const situation = started({ connected: [] });
    expect(text(situation)).toContain('by hand: kind env');
    expect(text(situation)).toContain('3 by hand, not connected');
    expect(text(situation)).not.toContain('being measured');
  });

  test('a phase with many lines is one row when there is no room for all', () => {
    expect(drawn(answer(twoPhases()))).toEqual(
      expect.arrayContaining(['☐ *Security: 4 lines* · <@UBOB>', '[Confirm group…] [Open phase]']),
    );
  });

  test('lines stand one by one when there is room for all', () => {
    const yaml = TWO_PHASES.replace(/ {8}- \{ id: (secrets|audit).*\n/g, '');
    const card = text(answer(started({ yaml, environmentYaml: WITH_PEOPLE })));
    expect(card).toContain('*Keys are rotated*');
    expect(card).not.toContain('Confirm group…');
  });

  test('Confirm opens a dialog where a line has to be said', () => {
    const { blocks } = cardMessage({ situation: started({ connected: [] }) });
    const confirms = blocks
      .flatMap(elementsOf)
      .flatMap((element) => (element.type === 'button' && element.text.text === 'Confirm' ? [element] : []));
    const idFor = (itemId: string) =>
      confirms.find(({ value }) => decodeRef(value)?.itemId === itemId)?.action_id;
    expect(idFor('signing-key')).toBe(ACTION.itemConfirmLine);
    expect(idFor('rollback-plan')).toBe(ACTION.itemConfirm);
    expect(idFor('load-figures')).toBe(ACTION.itemConfirmLine);
  });

  test('a check that could not be measured stands first, with Re-run and Confirm', () => {
    const unclear = answer(twoPhases(), { certificates: { outcome: 'inconclusive', line: 'no answer' } });
    const rows = drawn(unclear);
    const row = rows.findIndex((line) => line.startsWith('? 3. *Certificates valid*'));
    expect(rows[row]).toContain('could not be measured: no answer');
    expect(rows[row + 1]).toBe('[Re-run] [Confirm] [Skip…]');
    expect(row).toBeLessThan(rows.findIndex((line) => line.includes('The plan is known')));
  });
});

describe('a settled row', () => {
  const settled = confirm(answer(twoPhases()), 'plan');
  const rowOf = (situation: Situation) =>
    drawn(situation).findIndex((line) => line.includes('The plan is known'));

  test('keeps its place for a minute, struck out, with Undo', () => {
    const before = rowOf(answer(twoPhases()));
    expect(rowOf(settled)).toBe(before);
    expect(drawn(settled)[before]).toBe(
      '☑ 1. ~The plan is known~ · confirmed by <@UBOB> {09:00} · seen [Undo]',
    );
    expect(rowOf(at(settled, settled.now + 59 * SECOND))).toBe(before);
  });

  test('gives its place up after that minute, and the card says when to draw again', () => {
    expect(cardChangesAt(settled)).toBe(settled.now + MINUTE);
    const later = at(settled, settled.now + MINUTE);
    expect(rowOf(later)).toBe(-1);
    expect(cardChangesAt(later)).toBeUndefined();
  });

  test('says who skipped it and why', () => {
    const skipped = run(answer(twoPhases()), (now) =>
      skipItem(now, { itemId: 'plan', actor: actor(now, 'bob'), reason: 'no wall' }),
    );
    expect(text(skipped)).toContain('~The plan is known~ · skipped by <@UBOB>: no wall [Undo]');
    expect(text(skipped)).toContain('1 skipped (debts)');
  });

  test('that was red stays among the red ones', () => {
    const failed = answer(twoPhases(), { certificates: 'fail' });
    const skipped = run(failed, (now) =>
      skipItem(now, { itemId: 'certificates', actor: actor(now, 'bob'), reason: 'renewed tonight' }),
    );
    const before = drawn(failed).findIndex((line) => line.includes('Certificates valid'));
    expect(drawn(skipped)[before]).toBe(
      '☑ 3. ~Certificates valid~ · skipped by <@UBOB>: renewed tonight [Undo]',
    );
  });

  test('of a group is struck out when its last line is settled', () => {
    const all = ['keys', 'access', 'secrets', 'audit'].reduce(
      (now, id) => confirm(now, id),
      answer(twoPhases()),
    );
    expect(text(all)).toContain('☑ ~Security: 4 lines~ · settled by <@UBOB>');
  });
});

test('what a person failed is red with the reason, and can be taken back', () => {
  const failed = run(answer(twoPhases()), (now) =>
    failItem(now, { itemId: 'plan', actor: actor(now, 'bob'), reason: 'it fell down' }),
  );
  expect(text(failed)).toContain('*The plan is known* · not yet · failed by <@UBOB>: it fell down');
  expect(text(failed)).toContain('[Undo] [Skip…] [Details]');
});

describe('the gate', () => {
  test('shows what the decision rests on, who started it and who decides', () => {
    const card = text(situationIn('awaiting_go'));
    expect(card).toContain('*Go or no-go* / 3 measured, oldest {09:00} · 2 by people');
    expect(card).toContain('<@UANA> started it: a second person decides (<@UALICE> or <@UBOB>)');
    expect(card).toContain('[Go] [No-go…]');
    expect(card).toContain('Waiting for: Go by <@UALICE> or <@UBOB>');
  });

  test('asks once more before Go', () => {
    const { blocks } = cardMessage({ situation: situationIn('awaiting_go') });
    const go = blocks.flatMap(elementsOf).find(({ action_id }) => action_id === ACTION.gateGo);
    expect(go).toMatchObject({
      style: 'primary',
      confirm: {
        title: { text: 'Give Go?' },
        text: { text: 'tiny 1.1.0 → production. It replaces 1.0.0. From Go on people deploy.' },
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
    expect(text(awaiting)).toContain('skipped: The load at peak is known "no load test" <@UBOB>');
  });

  test('has no Go while the version is not set, and says what to type', () => {
    const { deployment, ...rest } = situationIn('awaiting_go');
    const situation = { ...rest, deployment: { ...deployment, version: null } };
    expect(buttonsIn(cardMessage({ situation }).blocks)).not.toContain('Go');
    expect(text(situation)).toContain('Go waits for the version: type /deploy version');
    const set = run(situation, (now) => setVersion(now, { actor: actor(now, 'bob'), version: '1.2.0' }));
    expect(buttonsIn(cardMessage({ situation: set }).blocks)).toContain('Go');
  });

  test('on hold shows who, why and Resume', () => {
    expect(text(situationIn('held'))).toContain(
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
    expect(text(deploying)).toContain(
      '*2 required steps open.* When all are done, press Deployed. [Deployed…]',
    );
    const done = confirm(confirm(deploying, 'run-deploy'), 'publish-script');
    expect(text(done)).toContain('*All steps are done.*');
  });

  test('half a command is never shown', () => {
    const long = `./deploy.sh ${'--flag '.repeat(100)}`;
    const yaml = TWO_PHASES.replace(
      'stages:',
      `stages:\n  deploy: [{ id: out, title: Out, items: [{ id: step, title: Step, command: '${long}' }] }]`,
    );
    const card = text(situationIn('deploying', { yaml }));
    expect(card).not.toContain('--flag');
    expect(card).toContain('The command is long: Details shows it whole.');
    expect(card).toContain('[Confirm] [Skip…] [Fail…] [Details]');
  });
});

describe('while verifying', () => {
  test('checks that have to wait for the new version are counted, not shown', () => {
    const old = answer(situationIn('verifying'), { 'version-live': 'fail' });
    const card = text(old);
    expect(card).toContain('*The new version answers* · the old version still answers');
    expect(card).toContain('3 wait for the new version');
    expect(card).toContain('Waiting for: the new version to answer');
  });

  test('red offers Re-run, Accept… and Roll back…', () => {
    const red = answer(situationIn('verifying'), {
      health: { outcome: 'fail', line: 'status: expected 200, got 503' },
    });
    const rows = drawn(red);
    const row = rows.findIndex((line) => line.startsWith('✖ 11. *The service says it is healthy*'));
    expect(rows[row]).toContain('status: expected 200, got 503');
    expect(rows[row + 1]).toBe('[Re-run] [Accept…] [Roll back…] [Details]');
  });

  test('three checks with one cause are one row', () => {
    const down = { outcome: 'error' as const, line: 'connection refused', cause: 'db' };
    const red = answer(situationIn('verifying'), {
      health: down,
      'users-after': down,
      'version-live': 'pass',
    });
    expect(drawn(red).filter((line) => line.startsWith('✖'))).toHaveLength(2);
    const { deployment, ...rest } = red;
    const third = { ...progressOf(deployment, 'health') };
    const three = {
      ...rest,
      deployment: { ...deployment, items: { ...deployment.items, 'create-user': third } },
    };
    const rows = drawn(three).filter((line) => line.startsWith('✖'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('2 more checks with the same cause');
  });

  test('a check that writes waits for a click', () => {
    const card = text(answer(situationIn('verifying')));
    expect(card).toContain(
      '*A new user can be added* · <@UALICE>, <@UBOB> or 1 more · runs by click: it writes',
    );
    expect(card).toContain('[Run check] [Skip…] [Fail…]');
  });

  test('after the click the row stays and shows the result', () => {
    const clicked = run(answer(situationIn('verifying')), (now) =>
      rerunItems(now, { itemIds: ['create-user'], actor: actor(now, 'bob') }),
    );
    expect(text(clicked)).toContain('being measured since');
    const passed = text(answer(clicked));
    expect(passed).toContain('☑ 13. ~A new user can be added~ · as expected');
  });
});

describe('several by-click checks of a phase', () => {
  const yaml = `
system: tiny
title: Tiny
stages:
  verify:
    - id: smoke
      title: Smoke tests
      items:
        - { id: add, title: Add, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
        - { id: change, title: Change, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
        - { id: remove, title: Remove, effect: write, check: { http: { url: 'http://127.0.0.1:1' } } }
`;

  test('have one button, which asks first and says what it does', () => {
    const { blocks } = cardMessage({ situation: situationIn('verifying', { yaml }) });
    expect(outline(blocks)).toEqual(
      expect.arrayContaining([
        '☐ *Smoke tests: 3 write checks* · 3 by click',
        '[Run 3 write checks] [Open phase]',
      ]),
    );
    const button = blocks.flatMap(elementsOf).find(({ action_id }) => action_id === ACTION.groupRun);
    expect(button).toMatchObject({
      value: 'd=tiny-42&p=smoke&e=write',
      confirm: {
        text: { text: 'Runs against production and changes something there: Add, Change and Remove.' },
      },
    });
  });

  test('stay one row while they run', () => {
    const clicked = run(situationIn('verifying', { yaml }), (now) =>
      rerunItems(now, { itemIds: ['add', 'change', 'remove'], actor: actor(now, 'bob') }),
    );
    expect(drawn(clicked)).toContain('… *Smoke tests: 3 write checks* · 3 being measured');
  });
});

describe('the watch', () => {
  let watching: Situation;
  beforeAll(() => {
    watching = situationIn('watching');
  });

  test('without anything red has at most twelve blocks', () => {
    expect(cardMessage({ situation: watching }).blocks.length).toBeLessThanOrEqual(12);
  });

  test('asks for signatures, a row for each role', () => {
    const card = drawn(watching);
    expect(card).toContain('☐ *Sign-off* release-manager · <@UALICE>, <@UBOB> or 1 more [Sign off]');
    expect(card).toContain('☐ *Sign-off* product-owner · <@UCAROL> [Sign off]');
  });

  test('shows the ladder: what was well, what is planned and when', () => {
    const later = passTime(watching, watching.now + 10 * SECOND, answer);
    expect(drawn(later).at(-1)).toBe('+6s ✓ · +20s • {09:00}');
  });

  test('shows an alert with a link, and what can be done about it', () => {
    const bad = passTime(watching, watching.now + 2 * MINUTE, (now) =>
      answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
    );
    const [alert] = bad.deployment.alerts;
    expect(alert).toBeDefined();
    const alertLinks = { [alert?.id ?? '']: 'https://x.slack.com/archives/C1/p2' };
    const card = outline(cardMessage({ situation: bad, alertLinks }).blocks).join('\n');
    expect(card).toMatch(
      /✖ \*Alert\* since \{09:0\d\}: status: expected 200, got 503 · <https:\/\/x\.slack\.com\/archives\/C1\/p2\|open>/,
    );
    expect(card).toContain('[Re-run] [Accept…] [Roll back…] [Details]');
  });

  test('due later is counted, not shown', () => {
    expect(text(watching)).toContain('1 due later');
    expect(text(watching)).not.toContain('Users are content');
    const due = at(watching, watching.now + 25 * HOUR);
    expect(text(due)).toContain('Users are content');
  });
});

describe('the way back', () => {
  test('shows where to, why, and the steps of the chosen plan with the version filled in', () => {
    const card = text(situationIn('rolling_back'));
    expect(card).toContain('*Back to 1.0.0* · Application / asked by <@UBOB> {09:00}: it fails');
    expect(card).toContain('./deploy.sh 1.0.0');
    expect(card).not.toContain('The backup is restored');
  });

  test('ends with what is left to do and how to unlock', () => {
    const card = text(situationIn('rolled_back'));
    expect(card).toContain('somebody types /deploy unlock production and a reason');
    expect(card).toContain('To do next: ☐ The cause is written down');
  });
});

test('the menu opens phases, open ones first, and offers what fits the state', () => {
  const menu = (situation: Situation) => drawn(situation).find((line) => line.startsWith('[Open phase'));
  expect(menu(answer(twoPhases()))).toBe(
    '[Open phase: Basics 1/3, Security 0/4] [overflow: Report, Hold…, Abort…]',
  );
  expect(menu(situationIn('deploying'))).toBe(
    '[Open phase: Roll-out 0/2] [Roll back…] [overflow: Report, Variant, Abort…]',
  );
  expect(menu(situationIn('verifying'))).toContain('[overflow: Report, Variant, Undo Deployed]');
});
