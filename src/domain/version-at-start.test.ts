import { describe, expect, it } from 'vitest';
import { settleAll, situationIn, started } from '../../test/support/journey.ts';
import type { Answer } from '../../test/support/situation.ts';
import {
  actor,
  answer,
  eventsOf,
  refusalOf,
  run,
  runningItems,
  wakeAt,
} from '../../test/support/situation.ts';
import { checked, manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { ok } from '../lib/result.ts';
import { HOUR } from '../lib/time.ts';
import { outdateEvidence } from './decide/newer-deployment.ts';
import { giveGo, giveNoGo } from './decide/gate.ts';
import { rollBack } from './decide/roll-back.ts';
import { setVersion } from './decide/set-version.ts';
import type { Deployment } from './deployment.ts';
import { isThereAlready, previousVersionOf } from './previous-version.ts';
import { rerunItems } from './settle/rerun-items.ts';
import { settleChecks } from './settle/settle-check.ts';
import type { Situation } from './situation.ts';
import { boardOf } from './standing.ts';

const AT_START = 'version.at-start';
const yaml = smallChecklist({
  prepare: [manual('told'), checked('ready')],
  verify: [manual('seen')],
  rest: "version: { check: { http: { url: 'http://127.0.0.1:1/version' } }, path: body.version }",
});
const begun = (deployment: Partial<Deployment> = {}) =>
  started({ yaml, environment: 'staging', deployment: { previousVersion: null, ...deployment } });
const answers = (version: unknown): Record<string, Answer> => ({
  [AT_START]: { outcome: 'pass', captured: { version: version as string } },
});
const previous = ({ deployment }: Situation) => previousVersionOf(deployment);

describe('the version that answers at the start', () => {
  it('is measured once, with the first checks, and is no line of the checklist', () => {
    const now = begun();
    expect(runningItems(now)).toEqual(['ready', AT_START]);
    const { plan, tally } = boardOf(now);
    expect(plan.items.map(({ item }) => item.id)).not.toContain(AT_START);
    expect(tally(['prepare']).total).toBe(2);
    const measured = answer(now, answers('1.0.0'));
    expect(runningItems(run(measured, () => ok([])))).toEqual([]);
    expect(
      refusalOf(measured, (at) => rerunItems(at, { itemIds: [AT_START], actor: actor(at, 'bob') })).code,
    ).toBe('unknown_item');
  });

  it('is on the record, and becomes the one that is replaced when the records know none', () => {
    const now = begun();
    const runId = now.deployment.items[AT_START]?.running?.runId ?? '';
    const result = {
      outcome: 'pass' as const,
      line: '200',
      findings: [],
      observation: {},
      captured: { version: '1.0.0' },
      durationMs: 1,
      tries: 1,
    };
    const events = eventsOf(now, (at) => ok(settleChecks(at, [{ itemId: AT_START, runId, result }])));
    expect(events).toContainEqual({
      type: 'version_at_start_measured',
      version: '1.0.0',
      line: '200',
      runId,
      askedAt: now.now,
    });
    const measured = answer(now, answers('1.0.0'));
    expect(previous(measured)).toBe('1.0.0');
    expect(measured.deployment.captured).toEqual({});
  });

  it('wins over the records', () => {
    expect(previous(answer(begun({ previousVersion: '0.9.0' }), answers('1.0.0')))).toBe('1.0.0');
  });

  it('is not asked where nothing could measure it, and then nothing is red', () => {
    const now = started({ yaml, environment: 'staging', connected: ['ready'] });
    expect(runningItems(now)).toEqual(['ready']);
    expect(now.deployment.items[AT_START]).toBeUndefined();
    expect(previous(answer(now))).toBe('1.0.0');
  });

  it.each<[string, Answer]>([
    ['failed', { outcome: 'fail', captured: { version: '1.0.0' } }],
    ['inconclusive', 'inconclusive'],
    ['without a version', 'pass'],
    ['no version at all', { outcome: 'pass', captured: { version: '<html>' } }],
    ['a number', { outcome: 'pass', captured: { version: 7 } }],
  ])('changes nothing when the measurement is %s', (_what, given) => {
    const now = answer(begun({ previousVersion: '0.9.0' }), { [AT_START]: given });
    expect(previous(now)).toBe('0.9.0');
    expect(boardOf(now).tally(['prepare']).red).toBe(0);
    expect(runningItems(now)).toEqual([]);
  });

  it('may be lost like every run, without a word', () => {
    const lost = wakeAt(begun(), begun().now + HOUR);
    expect(runningItems(lost)).toEqual([]);
    expect(previous(lost)).toBeNull();
  });

  it('that goes out itself is there already and replaces nothing: going back to it would prove nothing', () => {
    const now = answer(begun({ previousVersion: '0.9.0' }), answers('1.1.0'));
    expect(isThereAlready(now.deployment)).toBe(true);
    expect(previous(now)).toBe('0.9.0');
    const other = run(now, (at) => setVersion(at, { actor: actor(at, 'bob'), version: '1.2.0' }));
    expect(isThereAlready(other.deployment)).toBe(false);
    expect(previous(other)).toBe('1.1.0');
  });

  it('and that the records name as well leaves no version to go back to', () => {
    expect(previous(answer(begun({ previousVersion: '1.1.0' }), answers('1.1.0')))).toBeNull();
    expect(previous(begun({ previousVersion: '1.1.0' }))).toBeNull();
  });

  it('is not changed any more once Go was given', () => {
    const waiting = run(
      situationIn('awaiting_go', { yaml, environment: 'staging', deployment: { previousVersion: null } }),
      () =>
        ok([
          {
            type: 'checks_requested',
            reason: { kind: 'stage' },
            runs: [{ runId: 'late', itemId: AT_START }],
          },
        ]),
    );
    const deploying = run(waiting, (at) => giveGo(at, { actor: actor(at, 'bob') }));
    const result = { outcome: 'pass' as const, captured: { version: '1.0.7' } };
    const late = run(deploying, (at) =>
      ok(
        settleChecks(at, [
          {
            itemId: AT_START,
            runId: 'late',
            result: { line: '200', findings: [], observation: {}, durationMs: 1, tries: 1, ...result },
          },
        ]),
      ),
    );
    expect(previous(late)).toBeNull();
  });

  it('is still learned while on hold', () => {
    const held = run(begun(), (at) => giveNoGo(at, { actor: actor(at, 'bob'), reason: 'not today' }));
    expect(previous(answer(held, answers('1.0.0')))).toBe('1.0.0');
  });

  it('is measured again when another deployment changed the place', () => {
    const measured = answer(begun(), answers('1.0.0'));
    const changed = run(measured, (at) => ok(outdateEvidence(at, { by: 'small-43', version: '1.0.5' })));
    expect(previous(changed)).toBe('1.0.5');
    expect(runningItems(changed)).toContain(AT_START);
    expect(previous(answer(changed, answers('1.0.6')))).toBe('1.0.6');
  });

  it('is where a rollback leads, and what has to answer then', () => {
    const measured = answer(begun(), answers('1.0.0'));
    const deploying = run(settleAll(measured, ['prepare']), (at) => giveGo(at, { actor: actor(at, 'bob') }));
    const back = run(deploying, (at) =>
      rollBack(at, { actor: actor(at, 'bob'), reason: 'it fails', plans: [] }),
    );
    expect(back.deployment.rollback?.targetVersion).toBe('1.0.0');
  });
});
