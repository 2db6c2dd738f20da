import { describe, expect, it } from 'vitest';
import { giveGo } from '../../src/domain/decide/gate.ts';
import { signOff } from '../../src/domain/decide/sign-off.ts';
import { confirmItem } from '../../src/domain/settle/confirm-item.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { situationIn, started } from '../support/journey.ts';
import { checked, smallChecklist } from '../support/small-checklist.ts';
import { actor, answer, refusalOf, run, standing, workerGone } from '../support/situation.ts';
import { virtualBot } from '../support/virtual-time.ts';

const YAML = smallChecklist({
  prepare: [checked('ready')],
  verify: [checked('health', 'watch: true')],
  watch: [checked('errors')],
  rest: "ladder: [{ at: +15m }, { at: +1h }, { cron: '0 9 * * *', for: 5d }]",
});

const rungs = ({ now }: ReturnType<typeof virtualBot>) =>
  now.deployment.followUps.map(({ state }) => (state.kind === 'done' ? { ...state, at: 0 } : state.kind));

describe('a watch whose worker leaves and comes back', () => {
  const begun = situationIn('watching', { yaml: YAML });
  const bot = virtualBot(begun, () => 'pass');
  bot.until(begun.now + 30 * MINUTE);
  bot.change(workerGone);
  bot.until(begun.now + 2 * DAY);
  const alone = rungs(bot);
  bot.change((now) => ({ ...now, readiness: begun.readiness }));
  bot.until(begun.now + 4 * DAY);
  const back = rungs(bot);

  it('has no look that is well without a fresh measurement', () => {
    const well = { kind: 'done', at: 0, late: false, red: 0, measured: 2, unmeasured: 0 };
    const blind = { ...well, measured: 0, unmeasured: 2 };
    expect(alone.slice(0, 4)).toEqual([well, blind, blind, blind]);
    expect(back.slice(4, 6)).toEqual([well, well]);
    expect(standing(bot.now, 'health')).toBe('passed');
  });

  it('is degraded when its last look could not measure', () => {
    bot.change(workerGone);
    bot.until(begun.now + 6 * DAY);
    bot.act((now) =>
      signOff(now, { actor: actor(now, 'alice'), role: 'release-manager', acceptedDebts: [] }),
    );
    expect(bot.now.deployment.state).toMatchObject({ kind: 'completed', outcome: 'degraded', unsigned: [] });
  });
});

describe('a preparation whose worker leaves', () => {
  const go = (now: Parameters<typeof actor>[0]) => giveGo(now, { actor: actor(now, 'bob') });

  it('has no Go on what it measured hours ago', () => {
    const awaiting = workerGone(situationIn('awaiting_go', { yaml: YAML }));
    expect(refusalOf({ ...awaiting, now: awaiting.now + 20 * HOUR }, go).code).toBe('evidence_stale');
  });

  it('does not let one click stand for what a machine was to measure', () => {
    const begun = started({ yaml: YAML });
    const bot = virtualBot(begun, () => 'inconclusive');
    const outdated = () => ({
      ok: true as const,
      value: [{ type: 'evidence_outdated' as const, by: 'small-41' }],
    });
    bot.change(workerGone);
    bot.act(outdated);
    const confirm = (seen?: string) => (now: typeof begun) =>
      confirmItem(now, {
        itemId: 'ready',
        actor: actor(now, 'bob'),
        ...(seen === undefined ? {} : { seen }),
      });
    expect(refusalOf(bot.now, confirm()).code).toBe('line_missing');
    expect(standing(run(bot.now, confirm('the page opens')), 'ready')).toBe('confirmed');
  });

  it('leaves to one click what never could be measured here', () => {
    const byHand = answer(started({ yaml: YAML, connected: [] }));
    const confirmed = run(byHand, (now) => confirmItem(now, { itemId: 'ready', actor: actor(now, 'bob') }));
    expect(standing(confirmed, 'ready')).toBe('confirmed');
  });
});
