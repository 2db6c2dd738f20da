import { describe, expect, it } from 'vitest';
import { situationIn } from '../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { actor, answer, passTime, run, workerGone } from '../../test/support/situation.ts';
import { declareDeployed, undoDeployed } from '../domain/decide/deploying.ts';
import { giveNoGo, resume } from '../domain/decide/gate.ts';
import type { Situation } from '../domain/situation.ts';
import type { Decision } from '../domain/transition.ts';
import { transition } from '../domain/transition.ts';
import { elapse, nextDueAt } from '../domain/elapse.ts';
import { ok } from '../lib/result.ts';
import { DAY, HOUR } from '../lib/time.ts';
import { noticesFor } from './notices.ts';

/** Ids of what is said of a decision, and what comes after it. */
const said = (situation: Situation, decide: Decision): { ids: string[]; after: Situation } => {
  const moved = transition(situation, decide);
  if (!moved.ok) throw new Error(moved.error.message);
  const ids = noticesFor(moved.value).map(({ id }) => id);
  return { ids, after: { ...situation, deployment: moved.value.after } };
};

const bob = (now: Situation) => actor(now, 'bob');
const namesOf = (ids: readonly string[]) => ids.map((id) => id.split(':')[1]);

describe('what can happen again', () => {
  it('asks for Go again once a hold is over, under another name', () => {
    const awaiting = situationIn('awaiting_go');
    const first = { id: `${awaiting.deployment.id}:go_asked:${awaiting.deployment.revision}` };
    const held = run(awaiting, (now) => giveNoGo(now, { actor: bob(now), reason: 'wait' }));
    const { ids } = said(held, (now) => resume(now, { actor: bob(now) }));
    expect(namesOf(ids)).toEqual(['go_asked']);
    expect(ids).not.toContain(first.id);
  });

  it('says Deployed again after it was taken back, under another name', () => {
    const deployed = (now: Situation) => declareDeployed(now, { actor: bob(now), override: 'really' });
    const first = said(situationIn('deploying'), deployed);
    const back = run(first.after, (now) => undoDeployed(now, { actor: bob(now) }));
    const second = said(back, deployed);
    expect([namesOf(first.ids), namesOf(second.ids)]).toEqual([['deployed'], ['deployed']]);
    expect(second.ids).not.toEqual(first.ids);
  });
});

describe('what was overtaken before it could be said', () => {
  it('keeps who and why of then', () => {
    const awaiting = situationIn('awaiting_go');
    const bodies = ['x2', 'x3'].map((reason) => {
      const moved = transition(awaiting, (now) => giveNoGo(now, { actor: bob(now), reason }));
      return moved.ok ? noticesFor(moved.value)[0]?.body : undefined;
    });
    expect(bodies).toMatchObject([{ event: { reason: 'x2' } }, { event: { reason: 'x3' } }]);
  });

  it('says that Deployed was taken back', () => {
    const deployed = run(situationIn('deploying'), (now) =>
      declareDeployed(now, { actor: bob(now), override: 'really' }),
    );
    const { ids } = said(deployed, (now) => undoDeployed(now, { actor: bob(now) }));
    expect(namesOf(ids)).toEqual(['deployed_undone']);
  });
});

describe('a look that could not measure', () => {
  const yaml = smallChecklist({
    prepare: [manual('m')],
    watch: [checked('c')],
    rest: 'ladder: [{ at: +1h }, { at: +2h }, { at: +3h }]',
  });

  /** Everything the clock says until a moment. */
  const saidUntil = (begun: Situation, until: number, answers: (now: Situation) => Situation) => {
    const ids: string[] = [];
    let current = answers(begun);
    for (let due = nextDueAt(current); due !== undefined && due <= until; due = nextDueAt(current)) {
      const step = said({ ...current, now: Math.max(due, current.now) }, (now) => ok(elapse(now)));
      ids.push(...step.ids);
      current = answers(step.after);
    }
    return { ids, after: { ...current, now: until } };
  };
  const blind = (ids: readonly string[]) => ids.filter((id) => id.includes('not-measured'));

  it('is said once, not for every look of the same night', () => {
    const begun = situationIn('watching', { yaml });
    const night = saidUntil(workerGone(begun), begun.now + 4 * HOUR, (now) => now);
    expect(blind(night.ids)).toHaveLength(1);
  });

  it('is said again when it was well in between', () => {
    const begun = situationIn('watching', { yaml });
    const first = saidUntil(workerGone(begun), begun.now + 1.5 * HOUR, (now) => now);
    const well = passTime({ ...first.after, readiness: begun.readiness }, begun.now + 2.5 * HOUR, answer);
    const second = saidUntil(workerGone(well), begun.now + 4 * HOUR, (now) => now);
    expect([blind(first.ids).length, blind(second.ids).length]).toEqual([1, 1]);
    expect(second.ids).not.toEqual(first.ids);
  });

  it('is never said of what is by hand here', () => {
    const begun = situationIn('watching', { yaml, connected: [] });
    expect(blind(saidUntil(begun, begun.now + DAY, (now) => now).ids)).toEqual([]);
  });
});
