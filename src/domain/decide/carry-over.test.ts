import { describe, expect, it } from 'vitest';
import { actor, run, situationOf } from '../../../test/support/situation.ts';
import { smallChecklist } from '../../../test/support/small-checklist.ts';
import { started } from '../../../test/support/journey.ts';
import { DAY, MINUTE } from '../../lib/time.ts';
import { ok } from '../../lib/result.ts';
import { confirmItem } from '../settle/confirm-item.ts';
import { skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import { carryOver, isCarriable } from './carry-over.ts';
import { abort } from './deploying.ts';

const PREPARE = [
  '{ id: told, title: All were told }',
  '{ id: papers, title: Papers are signed }',
  '{ id: load, title: Load is known }',
  '{ id: board, title: The board agrees, approval: { role: approver } }',
  '{ id: key, title: Key is strong, check: { env: { name: KEY } }, critical: true }',
];

const yaml = (prepare: readonly string[] = PREPARE): string => smallChecklist({ prepare });

const confirmed = (situation: Situation, itemId: string): Situation =>
  run(situation, (now) => confirmItem(now, { itemId, actor: actor(now, 'bob'), seen: 'seen' }));

/** Everything but the load is confirmed by bob, the load is skipped; then alice calls it off. */
const attempt = (connected: readonly string[] = []): Situation => {
  const begun = started({ yaml: yaml(), connected });
  const settled = ['told', 'papers', 'board', 'key'].reduce(confirmed, begun);
  const skipped = run(settled, (now) =>
    skipItem(now, { itemId: 'load', actor: actor(now, 'bob'), reason: 'not today' }),
  );
  return run(skipped, (now) => abort(now, { actor: actor(now, 'bob'), reason: 'wrong branch' }));
};

const carriedTo = (next: Situation, from = attempt()): readonly string[] =>
  carryOver(next, from).map(({ itemId }) => itemId);

const next = (prepare?: readonly string[], connected: readonly string[] = []): Situation =>
  situationOf({ yaml: yaml(prepare), connected });

describe('what people confirmed in an aborted attempt', () => {
  it('counts for the next one, with who and when; no skip and no approval does', () => {
    expect(carriedTo(next())).toEqual(['told', 'papers', 'key']);
    const from = attempt();
    const after = run(next(), (now) => ok(carryOver(now, from)));
    expect(after.deployment.items['told']?.settled).toEqual(from.deployment.items['told']?.settled);
  });

  it('does not stand in for a check that has been connected since', () => {
    expect(carriedTo(next(undefined, ['key']))).toEqual(['told', 'papers']);
  });

  it('does not count for another version where the line names it', () => {
    const about = (prepare: string) => yaml([prepare]);
    const line = "{ id: told, title: 'All know of \${deployment.version}' }";
    const from = run(confirmed(started({ yaml: about(line) }), 'told'), (now) =>
      abort(now, { actor: actor(now, 'bob'), reason: 'wrong branch' }),
    );
    const again = (version: string) => situationOf({ yaml: about(line), deployment: { version } });
    expect(carriedTo(again('1.1.0'), from)).toEqual(['told']);
    expect(carriedTo(again('1.2.0'), from)).toEqual([]);
  });

  it('does not count for a line that reads otherwise now, asks otherwise, or is gone', () => {
    const changed = [
      '{ id: told, title: All were told twice }',
      '{ id: papers, title: Papers are signed, evidence: { kind: link } }',
    ];
    expect(carriedTo(next(changed))).toEqual([]);
  });

  it('says the same whatever order storage gave the keys of the earlier checklist', () => {
    const from = attempt();
    const turned = JSON.parse(JSON.stringify(from.checklist), (_key, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as typeof from.checklist;
    expect(carriedTo(next(), { ...from, checklist: turned })).toEqual(['told', 'papers', 'key']);
  });

  it('is worth something for a day after it was aborted, and only then', () => {
    const { deployment, now } = attempt();
    expect(isCarriable(deployment, now + DAY - MINUTE)).toBe(true);
    expect(isCarriable(deployment, now + DAY)).toBe(false);
    expect(isCarriable(started({ yaml: yaml() }).deployment, now)).toBe(false);
  });
});
