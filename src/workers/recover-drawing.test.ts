import { describe, expect, it } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import type { Deployment } from '../domain/deployment.ts';
import { DAY, HOUR, MINUTE } from '../lib/time.ts';
import type { SlackProblem } from '../slack/messenger/problem.ts';
import type { Loop } from '../usecases/world.ts';
import { recover } from './recover-drawing.ts';
import type { KeptMessage } from '../domain/kept-message.ts';
import type { WorkerStore } from './stores.ts';

const { deployment } = situationOf();
const CARD: KeptMessage = {
  id: 'm1',
  deploymentId: deployment.id,
  kind: 'card',
  ref: 'card',
  channel: 'C1',
  ts: '1.1',
  permalink: null,
  postedAt: 0,
  wanted: 2,
  shown: 1,
  shownHash: null,
  shownAt: 0,
  isUncertain: false,
  isGivenUp: false,
};
const CLOSED: SlackProblem = { kind: 'place_closed', error: 'not_in_channel' };
const REFUSED: SlackProblem = { kind: 'refused', error: 'invalid_blocks', detail: '/blocks/0' };
const GONE: SlackProblem = { kind: 'message_gone', error: 'message_not_found' };

/** What recovering did, in order. */
const recovered = async (
  problem: SlackProblem,
  {
    kept = {},
    of = {},
    now = MINUTE,
  }: { kept?: Partial<KeptMessage>; of?: Partial<Deployment>; now?: number },
): Promise<readonly unknown[]> => {
  const done: unknown[] = [];
  const log = (level: string) => (_fields: object, event: string) => void done.push(`${level} ${event}`);
  const store = {
    deployments: { find: () => Promise.resolve({ ...deployment, ...of }) },
    messages: {
      giveUp: () => Promise.resolve(void done.push('given up')),
      leaveUncertain: (_id: string, _token: string, until: number) =>
        Promise.resolve(void done.push(`left for ${(until - now) / MINUTE} min`)),
      drawn: (_id: string, _token: string, shown: { ts?: string | null }) =>
        Promise.resolve(void done.push(shown.ts === null ? 'posted anew' : 'drawn')),
    },
    transact: () => Promise.resolve(void done.push('starter told')),
  } as unknown as WorkerStore;
  const loop = { teamId: 'T1', now: () => new Date(now) } as unknown as Loop;
  const deps = {
    store,
    loop,
    log: { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') },
  };
  await recover(deps, { kept: { ...CARD, ...kept }, token: 't' }, problem);
  return done;
};

describe('a message that Slack does not take', () => {
  it('is given up when it is refused for good, with one line for whoever runs the bot', async () => {
    expect(await recovered(REFUSED, {})).toEqual(['error message_cannot_be_shown', 'given up']);
  });

  it('is tried again while its place is closed, later and later, and no error of ours', async () => {
    expect(await recovered(CLOSED, {})).toEqual(['warn place_closed', 'left for 1 min']);
    expect(await recovered(CLOSED, { now: 8 * MINUTE })).toEqual(['warn place_closed', 'left for 2 min']);
    expect(await recovered(CLOSED, { now: 5 * HOUR })).toEqual(['warn place_closed', 'left for 5 min']);
  });

  it('is not waited for once its deployment is over for a day', async () => {
    const of: Partial<Deployment> = { state: { kind: 'completed', at: 0, outcome: 'healthy', unsigned: [] } };
    expect(await recovered(CLOSED, { of, now: HOUR })).toEqual(['warn place_closed', 'left for 5 min']);
    expect(await recovered(CLOSED, { of, now: DAY + 1 })).toEqual(['warn place_closed', 'given up']);
  });

  it('is told to the starter while the card does not stand at all', async () => {
    const kept = { ts: null, shownAt: null };
    const now = deployment.anchors.start;
    expect(await recovered(CLOSED, { kept, now })).toEqual([
      'warn place_closed',
      'left for 1 min',
      'starter told',
    ]);
    expect(await recovered(REFUSED, { kept, now })).toContain('starter told');
  });

  it('is posted anew when it is gone, but for an old card that only pointed to the new one', async () => {
    expect(await recovered(GONE, {})).toEqual(['warn message_gone', 'posted anew']);
    expect(await recovered(GONE, { kept: { kind: 'pointer' } })).toEqual(['warn message_gone', 'given up']);
  });
});
