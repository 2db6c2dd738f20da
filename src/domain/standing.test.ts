import { describe, expect, it } from 'vitest';
import { actor, answer, run, situationOf, standing } from '../../test/support/situation.ts';
import { settleAll, situationIn, started } from '../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { openRequired } from './decide/open-items.ts';
import { confirmItem } from './settle/confirm-item.ts';
import { failItem, markNotApplicable, skipItem } from './settle/skip-item.ts';
import type { Situation } from './situation.ts';
import { boardOf, leavesOf } from './standing.ts';

type Act = 'confirm' | 'skip' | 'na' | 'fail';
const doing = (situation: Situation, itemId: string, act: Act): Situation =>
  run(situation, (now) => {
    const input = { itemId, actor: actor(now, 'bob'), reason: 'because' };
    switch (act) {
      case 'confirm':
        return confirmItem(now, input);
      case 'skip':
        return skipItem(now, input);
      case 'na':
        return markNotApplicable(now, input);
      case 'fail':
        return failItem(now, input);
    }
  });

describe('a parent', () => {
  const yaml = smallChecklist({
    prepare: [
      `{ id: group, title: Group, items: [${manual('a')}, ${manual('b')}, { id: inner, title: Inner, items: [${checked('c')}] }] }`,
      `{ id: none, title: None, when: { environment: staging }, items: [${manual('d')}] }`,
    ],
  });

  it.each([
    ['open while one line is', { a: 'confirm' }, 'pass', 'open'],
    ['red when one line is, whatever is open', { a: 'fail' }, 'pass', 'red'],
    ['red when a check two levels below is', {}, 'fail', 'red'],
    ['unclear when one could not be measured', { a: 'confirm', b: 'confirm' }, 'inconclusive', 'unclear'],
    ['passed when all are settled in different ways', { a: 'confirm', b: 'skip' }, 'pass', 'passed'],
    ['warned when all are settled and one warns', { a: 'confirm', b: 'na' }, 'warn', 'warned'],
  ] as const)('is %s', (_name, acts: Partial<Record<string, Act>>, outcome, expected) => {
    const measured = answer(started({ yaml }), { c: outcome });
    const situation = Object.entries(acts).reduce(
      (now, [itemId, act]) => (act === undefined ? now : doing(now, itemId, act)),
      measured,
    );
    expect(standing(situation, 'group')).toBe(expected);
  });

  it('takes the word of its lines when they agree', () => {
    const lines = smallChecklist({
      prepare: [`{ id: group, title: Group, items: [${manual('a')}, ${manual('b')}] }`],
    });
    const skipped = doing(doing(started({ yaml: lines }), 'a', 'skip'), 'b', 'skip');
    expect(standing(skipped, 'group')).toBe('skipped');
  });

  it('whose condition does not hold is hidden with all its lines, and blocks nothing', () => {
    const situation = started({ yaml });
    expect([standing(situation, 'none'), standing(situation, 'd')]).toEqual(['hidden', 'hidden']);
    expect(openRequired(boardOf(situation), ['prepare']).map(({ item }) => item.id)).toEqual(['a', 'b', 'c']);
  });
});

describe('a twin', () => {
  const yaml = smallChecklist({
    prepare: [checked('a'), manual('same', 'same_as: a'), manual('b')],
  });

  it.each([
    ['pass', 'passed'],
    ['fail', 'red'],
    ['inconclusive', 'unclear'],
  ] as const)('stands as the item it repeats: %s', (outcome, expected) => {
    expect(standing(answer(started({ yaml }), { a: outcome }), 'same')).toBe(expected);
  });

  it('follows when the original is settled by hand, and asks nothing on its own', () => {
    const situation = doing(answer(started({ yaml }), { a: 'inconclusive' }), 'a', 'skip');
    expect(standing(situation, 'same')).toBe('skipped');
    expect(openRequired(boardOf(situation), ['prepare']).map(({ item }) => item.id)).toEqual(['b']);
  });
});

describe('a judgement about other items', () => {
  const judging = (of: string, expected = '') =>
    smallChecklist({
      prepare: [
        `{ id: group, title: Group, items: [${checked('a')}, ${manual('b')}] }`,
        manual('same', 'same_as: a'),
        manual('elsewhere', 'when: { environment: staging }'),
        `{ id: judge, title: Judge, check: { state: { of: ${of} }${expected} } }`,
        '{ id: judge-again, title: Judge again, check: { state: { of: [judge] } } }',
      ],
    });
  const judged = (of: string, expected?: string) =>
    standing(doing(answer(started({ yaml: judging(of, expected) })), 'b', 'confirm'), 'judge');

  it('passes when they are settled', () => {
    expect(judged('[group]')).toBe('passed');
    expect(judged('group')).toBe('passed');
    expect(judged('[a, b]')).toBe('passed');
  });

  it('is open while one of them is, red when one of them is', () => {
    const open = answer(started({ yaml: judging('[group]') }));
    expect(standing(open, 'judge')).toBe('open');
    expect(standing(doing(open, 'b', 'fail'), 'judge')).toBe('red');
  });

  it('follows when they change again', () => {
    const open = answer(started({ yaml: judging('[group]') }));
    const passed = doing(open, 'b', 'confirm');
    expect([standing(open, 'judge-again'), standing(passed, 'judge-again')]).toEqual(['open', 'passed']);
  });

  it('looks through a twin at its original', () => {
    expect(standing(answer(started({ yaml: judging('[same]') }), { a: 'fail' }), 'judge')).toBe('red');
    expect(judged('[same]')).toBe('passed');
  });

  it('never passes on a name that means nothing', () => {
    const passed = doing(answer(started({ yaml: judging('[group]') })), 'b', 'confirm');
    const renamed = JSON.parse(
      JSON.stringify(passed.checklist).replace('{"of":["group"]}', '{"of":["group","gruop"]}'),
    );
    expect(standing({ ...passed, checklist: renamed }, 'judge')).toBe('open');
  });

  it('is hidden where nothing of it applies', () => {
    expect(judged('[elsewhere]')).toBe('hidden');
  });

  it('may count otherwise', () => {
    const skipped = doing(
      answer(started({ yaml: judging('[group]', ', expect: { skipped: 0, open: 0 }') })),
      'b',
      'skip',
    );
    expect(standing(skipped, 'judge')).toBe('open');
  });

  it('about itself is open, not endless', () => {
    const yaml = smallChecklist({ prepare: ['{ id: j, title: J, check: { state: { of: [j] } } }'] });
    expect(standing(started({ yaml }), 'j')).toBe('open');
  });
});

describe('counts', () => {
  it('tell total, settled, open, red and skipped of what applies', () => {
    const yaml = smallChecklist({
      prepare: [
        checked('a'),
        checked('b'),
        manual('c'),
        manual('d'),
        manual('e', 'when: { environment: staging }'),
      ],
    });
    const situation = doing(answer(started({ yaml }), { b: 'fail' }), 'c', 'skip');
    expect(boardOf(situation).tally(['before'])).toEqual({
      total: 4,
      settled: 2,
      open: 1,
      red: 1,
      skipped: 1,
    });
  });

  it('take a stage, a phase or an item for what is below it, each once', () => {
    const { plan } = boardOf(situationOf());
    const ids = (of: string[]) => leavesOf(plan, of).map(({ item }) => item.id);
    expect(ids(['database'])).toEqual(['database-answers', 'users-before']);
    expect(ids(['verify', 'health'])).toEqual([
      'version-live',
      'health',
      'users-after',
      'create-user',
      'pods',
    ]);
    expect(ids(['smoke'])).not.toContain('version-live');
    expect(ids(['nothing'])).toEqual([]);
  });
});

describe('the plan', () => {
  it('puts version-live first in verify when the file says how to read the version', () => {
    const verify = boardOf(situationOf()).plan.items.filter(({ section }) => section === 'verify');
    expect(verify[0]?.item).toMatchObject({
      id: 'version-live',
      required: true,
      body: { check: { expect: { 'body.version': '${deployment.version}' } } },
    });
    const without = boardOf(situationOf({ yaml: smallChecklist({ verify: [manual('a')] }) })).plan;
    expect(without.byId.has('version-live')).toBe(false);
  });

  it('follows variants and switches', () => {
    const choices = { variants: { publish: 'vendor' }, parameters: { 'scale-out': true } };
    const deploying = {
      ...situationIn('deploying'),
      deployment: { ...situationIn('deploying').deployment, choices },
    };
    expect(standing(deploying, 'publish-vendor')).toBe('open');
    expect(standing(deploying, 'publish-script')).toBe('hidden');
    expect(standing(deploying, 'second-instance')).toBe('open');
  });

  it('gives an item the owner of its parent or phase, unless it has its own', () => {
    const { byId } = boardOf(situationOf()).plan;
    expect(byId.get('database-answers')?.owner).toBe('release-manager');
    expect(byId.get('complaints')?.owner).toBe('product-owner');
  });
});

it('a measured item that was accepted stays accepted while it is red, and passes when it is good again', () => {
  const deployment = situationIn('watching').deployment;
  const accepted = { by: 'U1', at: 0, reason: 'known' };
  const measured = { runId: 'r', outcome: 'fail', line: 'x', at: 0, tries: 1 } as const;
  const withHealth = (outcome: 'fail' | 'pass') =>
    situationOf({
      deployment: { ...deployment, items: { health: { accepted, measured: { ...measured, outcome } } } },
    });
  expect(standing(withHealth('fail'), 'health')).toBe('accepted');
  expect(standing(withHealth('pass'), 'health')).toBe('passed');
});

it('settling all items well brings every stage to its end', () => {
  expect(settleAll(situationIn('verifying'), ['verify']).deployment.state.kind).toBe('watching');
});
