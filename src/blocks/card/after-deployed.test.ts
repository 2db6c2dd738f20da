import { beforeAll, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/time.ts';
import { progressOf } from '../../domain/deployment.ts';
import { rerunItems } from '../../domain/settle/rerun-items.ts';
import type { Situation } from '../../domain/situation.ts';
import { cardText, drawn } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { outline } from '../../../test/support/outline.ts';
import { actor, answer, at, passTime, run, workerGone } from '../../../test/support/situation.ts';
import { eventPost } from '../messages/posts.ts';
import { sceneOf } from '../scene.ts';
import { cardMessage } from './card.ts';

describe('while verifying', () => {
  test('checks that have to wait for the new version are counted, not shown', () => {
    const old = answer(situationIn('verifying'), { 'version-live': 'fail' });
    const card = cardText(old);
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

  test('checks of one over-privileged login are one row while preparing too', () => {
    const line = 'db: the login is a superuser; give checks a role that can only read';
    const refused = { outcome: 'error' as const, line, cause: 'sql db: superuser' };
    const rows = drawn(
      answer(started(), { 'signing-key': refused, 'database-answers': refused, 'users-before': refused }),
    ).filter((row) => row.includes('superuser'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('not yet');
    expect(rows[0]).toContain('2 more checks with the same cause');
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
    const card = cardText(answer(situationIn('verifying')));
    expect(card).toContain(
      '*A new user can be added* · <@UALICE>, <@UBOB> or 1 more · runs by click: it writes',
    );
    expect(card).toContain('[Run check] [Skip…] [Fail…]');
  });

  test('after the click the row stays and shows the result', () => {
    const clicked = run(answer(situationIn('verifying')), (now) =>
      rerunItems(now, { itemIds: ['create-user'], actor: actor(now, 'bob') }),
    );
    expect(cardText(clicked)).toContain('being measured since');
    const passed = cardText(answer(clicked));
    expect(passed).toContain('☑ 13. ~A new user can be added~ · as expected');
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
    expect(drawn(later).at(-1)).toBe('+6s ✓ · +20s {09:00}');
  });

  test('never ticks a look that could not measure, on the ladder and in the thread', () => {
    const lost = passTime(watching, watching.now + 10 * MINUTE);
    const [first] = lost.deployment.followUps;
    expect(drawn(lost).at(-1)).toContain('+6s ? 1 not measured');
    expect(cardText(lost)).not.toContain('✓');
    const post = eventPost(sceneOf(lost), { type: 'not_measured', followUpId: first?.id ?? '' });
    expect(post.text).toContain(
      'The look +6s could not measure 1 check: The service says it is healthy. What is not measured is not known to be well. <@UBOB> and <@UONCALL>: is a worker running that can measure it?',
    );
  });

  test('ticks nothing where nothing is measured by machine', () => {
    const byHand = situationIn('watching', { connected: [] });
    expect(drawn(passTime(byHand, byHand.now + 10 * SECOND)).at(-1)).toBe('+6s by hand · +20s {09:00}');
  });

  test('says which lines nobody can measure while the worker is gone', () => {
    const gone = workerGone(situationIn('preparing'));
    expect(cardText(gone)).toContain('not measurable now, no worker');
    expect(cardText(gone)).not.toContain('by hand, not connected');
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
      /✖ \*Alert\* The service says it is healthy: status: expected 200, got 503 · since \{09:0\d\} · <https:\/\/x\.slack\.com\/archives\/C1\/p2\|open>/,
    );
    expect(card).toContain('[Re-run] [Accept…] [Roll back…] [Details]');
  });

  test('due later is counted, not shown', () => {
    expect(cardText(watching)).toContain('1 due later');
    expect(cardText(watching)).not.toContain('Users are content');
    const due = at(watching, watching.now + 25 * HOUR);
    expect(cardText(due)).toContain('Users are content');
  });
});

describe('the way back', () => {
  test('shows where to, why, and the steps of the chosen plan with the version filled in', () => {
    const card = cardText(situationIn('rolling_back'));
    expect(card).toContain('*Back to 1.0.0* · Application / asked by <@UBOB> {09:00}: it fails');
    expect(card).toContain('./deploy.sh 1.0.0');
    expect(card).not.toContain('The backup is restored');
  });

  test('ends with what is left to do and how to unlock', () => {
    const card = cardText(situationIn('rolled_back'));
    expect(card).toContain(
      'production stays locked until somebody types `/deploy unlock production &lt;reason&gt;`',
    );
    expect(card).toContain('*To do next* · 0 of 1 done');
    expect(card).toMatch(/▸? ?\d+\. \*The cause is written down\*/);
  });
});
