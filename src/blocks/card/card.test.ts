import { describe, expect, test } from 'vitest';
import { HOUR } from '../../lib/time.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import type { Situation } from '../../domain/situation.ts';
import { cardText, drawn, twoPhases } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { buttonsIn, outline } from '../../../test/support/outline.ts';
import { answer, at, situationOf, START } from '../../../test/support/situation.ts';
import { decodeRef } from '../ref.ts';
import { elementsOf } from '../walk.ts';
import { cardChangesAt, cardMessage } from './card.ts';

describe('the heading', () => {
  test('names system, version, environment, number and state', () => {
    const { text: said, blocks } = cardMessage({ situation: twoPhases() });
    expect(said).toBe('tiny 1.1.0 → production · #42: Preparing');
    expect(outline(blocks).slice(0, 2)).toEqual([
      'tiny 1.1.0 → production · #42',
      '*Preparing* · replaces 1.0.0 · by <@UANA> · on call <@UONCALL>',
    ]);
  });

  test('says when what goes out was there already, in place of that it replaces itself', () => {
    const again = situationOf({ deployment: { versionAtStart: { version: '1.1.0', askedAt: START } } });
    const [, facts] = drawn(again);
    expect(facts).toContain('1.1.0 was there already');
    expect(facts).not.toContain('replaces');
  });

  test('says when the version is not set', () => {
    const situation = twoPhases({ deployment: { version: null } });
    expect(drawn(situation)[0]).toBe('tiny version not set → production · #42');
    expect(cardText(situation)).toContain(
      'Waiting for: 2 by people, 1 being measured and the version'.slice(0, 12),
    );
  });

  test('counts to the planned Go, from Go and from T-0 with dates that Slack keeps current', () => {
    const plannedGo = START + 2 * HOUR;
    const planned = twoPhases({ deployment: { anchors: { start: START, plannedGo } } });
    expect(drawn(planned)[1]).toContain('T− planned Go {11:00}, {11:00}');
    expect(drawn(situationIn('deploying'))[1]).toContain('GO given {09:00}');
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

  test('says when another deployment took the watch over', () => {
    const { deployment, ...rest } = situationIn('watching');
    const situation = { ...rest, deployment: { ...deployment, supersededBy: 'tiny-43' } };
    expect(drawn(situation)[1]).toContain('watch taken over by #43');
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

  test('rolled back has buttons for what is left to do', () => {
    const { blocks } = cardMessage({ situation: situationIn('rolled_back') });
    expect(buttonsIn(blocks)).toEqual(['Report', 'Confirm', 'Skip…', 'Fail…']);
  });

  test.each(['completed', 'aborted'] as const)('%s has no button but Report', (state) => {
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

  test('says when it changes by itself: when a line becomes due', () => {
    const watching = situationIn('watching');
    const later = at(watching, watching.now + HOUR);
    expect(cardChangesAt(later)).toBe(watching.now + 24 * HOUR);
  });

  test('the same situation gives the same JSON', () => {
    const situation = situationIn('verifying');
    expect(JSON.stringify(cardMessage({ situation }))).toBe(JSON.stringify(cardMessage({ situation })));
  });
});

test('the menu opens phases, open ones first, and offers what fits the state', () => {
  const menu = (situation: Situation) => drawn(situation).find((line) => line.startsWith('[Open phase'));
  expect(menu(answer(twoPhases()))).toBe(
    '[Open phase: Basics 1/3, Security 0/4] [overflow: Report, Hold…, Abort…]',
  );
  expect(menu(situationIn('deploying'))).toBe(
    '[Open phase: Roll-out 0/2, Environment 5/5, Version 0/1, Smoke tests 0/4, The first day 0/1] [Roll back…] [overflow: Report, Variant, Abort…]',
  );
  expect(menu(situationIn('verifying'))).toContain('[overflow: Report, Variant, Undo Deployed]');
});

test('a re-deployment names what it follows', () => {
  const redeploys = { id: 'tiny-41', ended: 'aborted' } as const;
  expect(cardText(started({ deployment: { redeploys } }))).toContain('after #41, aborted');
});
