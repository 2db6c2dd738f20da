import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VIEW } from '../blocks/ids.ts';
import { encodeRef } from '../blocks/ref.ts';
import type { Loop } from '../usecases/world.ts';
import { createIntake } from './intake.ts';
import { createListeners } from './listen.ts';

const never = (): never => {
  throw new Error('not asked here');
};

const submission = {
  type: 'view_submission',
  team: { id: 'T1' },
  user: { id: 'UANA', username: 'ana' },
  trigger_id: 'trigger',
  view: {
    id: 'V1',
    callback_id: VIEW.abort,
    private_metadata: encodeRef({ deploymentId: 'small-1', channel: 'C1' }),
    state: { values: { reason: { reason: { value: 'no' } } } },
  },
};

describe('a dialog that is sent', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('has its answer inside three seconds, however slowly it is stored and carried out', async () => {
    const ack = vi.fn(() => Promise.resolve());
    const listeners = createListeners({
      // Carrying it out begins with a look into tables that do not answer.
      loop: {
        teamId: 'T1',
        now: () => new Date(),
        transact: () => new Promise(() => undefined),
      } as unknown as Loop,
      intake: () => new Promise((resolve) => setTimeout(() => resolve(true), 1900)),
      show: never,
      openDialog: never,
      redrawDialog: never,
      showHome: never,
      whisper: never,
      nameOf: never,
      later: never,
      log: { error: never, warn: never, info: never, debug: never },
    });
    void listeners.view(submission, ack);
    await vi.advanceTimersByTimeAsync(2400);
    expect(ack).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(ack).toHaveBeenCalledOnce();
  });
});

const typed = (text: string) => ({
  team_id: 'T1',
  user_id: 'UANA',
  channel_id: 'C1',
  text,
  trigger_id: 'trigger',
  response_url: 'https://hooks.slack.example/1',
});

const hung = {
  loop: { teamId: 'T1', now: () => new Date() } as unknown as Loop,
  intake: createIntake(() => new Promise(() => undefined)),
  show: () => new Promise<never>(() => undefined),
  openDialog: never,
  redrawDialog: never,
  showHome: never,
  whisper: never,
  nameOf: never,
  later: never,
  log: { error: () => undefined, warn: never, info: never, debug: never },
};

describe('a command while the database hangs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['status', 'The database does not answer'],
    ['go', 'Not sure it was saved'],
  ])('%s is answered inside three seconds with what is true', async (text, words) => {
    const ack = vi.fn((_answer?: { text: string }) => Promise.resolve());
    void createListeners(hung).command(typed(text), ack);
    await vi.advanceTimersByTimeAsync(2500);
    expect(ack.mock.calls[0]?.[0]?.text).toContain(words);
  });
});
