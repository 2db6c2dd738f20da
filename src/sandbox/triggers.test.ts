import { expect, it } from 'vitest';
import { createResponseUrls } from './response-urls.ts';
import { createTriggers } from './triggers.ts';

const clock = () => {
  let nowMs = 1_000_000;
  return {
    now: () => new Date(nowMs),
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
};

const grant = { channel: 'C1', person: 'U1', messageTs: undefined, threadTs: undefined };

it('exchanges a trigger id once', () => {
  const triggers = createTriggers(clock().now);
  const id = triggers.issue({ person: 'U1', viewId: 'V1' });

  expect(triggers.exchange(id)).toEqual({ ok: true, value: { person: 'U1', viewId: 'V1' } });
  expect(triggers.exchange(id)).toEqual({ ok: false, error: 'exchanged_trigger_id' });
});

it('refuses a trigger id after three seconds, and one it never issued', () => {
  const { now, wait } = clock();
  const triggers = createTriggers(now);
  const inTime = triggers.issue({ person: 'U1', viewId: undefined });
  const late = triggers.issue({ person: 'U1', viewId: undefined });
  wait(3000);
  expect(triggers.exchange(inTime).ok).toBe(true);
  wait(1);

  expect(triggers.exchange(late)).toEqual({ ok: false, error: 'expired_trigger_id' });
  expect(triggers.exchange('1.2.3')).toEqual({ ok: false, error: 'invalid_trigger_id' });
});

it('lets a response url be used five times', () => {
  const urls = createResponseUrls(clock().now);
  const token = urls.issue(grant);
  for (let use = 0; use < 5; use += 1) {
    expect(urls.find(token)).toEqual({ ok: true, value: grant });
    urls.spend(token);
  }

  expect(urls.find(token)).toEqual({ ok: false, error: 'used_url' });
});

it('lets a response url be used for thirty minutes', () => {
  const { now, wait } = clock();
  const urls = createResponseUrls(now);
  const token = urls.issue(grant);
  wait(30 * 60_000);
  expect(urls.find(token).ok).toBe(true);
  wait(1);

  expect(urls.find(token)).toEqual({ ok: false, error: 'expired_url' });
});
