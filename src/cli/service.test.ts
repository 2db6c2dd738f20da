import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Log } from '../lib/log.ts';
import type { ServiceProcess } from './service.ts';
import { runService } from './service.ts';

class FakeProcess extends EventEmitter implements ServiceProcess {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

type Logged = { readonly event: string; readonly fields: object };

const recording = (): Log & { readonly logged: Logged[] } => {
  const logged: Logged[] = [];
  const say = (fields: object, event: string): void => {
    logged.push({ event, fields });
  };
  return { logged, error: say, warn: say, info: say, debug: say };
};

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A service whose start and whose stop end when the test says so. */
const setUp = (drainMs = 10_000) => {
  const self = new FakeProcess();
  const log = recording();
  const seen: string[] = [];
  let started: () => void = () => undefined;
  let stopped: () => void = () => undefined;
  const ended = runService({
    start: async () => {
      await new Promise<void>((resolve) => (started = resolve));
      seen.push('started');
      return {
        stop: async () => {
          seen.push('stopping');
          await new Promise<void>((resolve) => (stopped = resolve));
        },
      };
    },
    log,
    drainMs,
    self,
  });
  const signal = async (name: string): Promise<void> => {
    self.emit(name, name);
    await wait(1);
  };
  return {
    self,
    log,
    seen,
    ended,
    signal,
    hasStarted: async () => {
      started();
      await wait(1);
    },
    hasStopped: () => stopped(),
  };
};

describe('a service', () => {
  it('runs until a signal, ends in order and says 0', async () => {
    const { self, seen, ended, signal, hasStarted, hasStopped } = setUp();
    await hasStarted();
    expect(seen).toEqual(['started']);
    await signal('SIGTERM');
    expect(seen).toEqual(['started', 'stopping']);
    hasStopped();
    expect(await ended).toBe(0);
    expect(self.exits).toEqual([]);
    expect(self.eventNames()).toEqual([]);
  });

  it('ends as soon as it has started when the signal came before', async () => {
    const { seen, ended, signal, hasStarted, hasStopped } = setUp();
    await signal('SIGINT');
    expect(seen).toEqual([]);
    await hasStarted();
    expect(seen).toEqual(['started', 'stopping']);
    hasStopped();
    expect(await ended).toBe(0);
  });

  it('exits at once at a second signal', async () => {
    const { self, signal, hasStarted } = setUp();
    await hasStarted();
    await signal('SIGTERM');
    await signal('SIGTERM');
    expect(self.exits).toEqual([143]);
  });

  it('takes a Ctrl-C that npm repeats for one, and a later one for a second', async () => {
    const { self, signal, hasStarted } = setUp();
    await hasStarted();
    await signal('SIGINT');
    await signal('SIGINT');
    expect(self.exits).toEqual([]);
    await wait(550);
    await signal('SIGINT');
    expect(self.exits).toEqual([130]);
  });

  it('exits with a line in the log when ending takes too long', async () => {
    const { self, log, signal, hasStarted } = setUp(20);
    await hasStarted();
    await signal('SIGTERM');
    await wait(60);
    expect(self.exits).toEqual([1]);
    expect(log.logged.map(({ event }) => event)).toEqual(['stopping', 'stop_took_too_long']);
  });

  it('logs an error nobody caught with an id, ends in order and says 1', async () => {
    const { self, log, ended, hasStarted, hasStopped } = setUp();
    await hasStarted();
    const bug = new Error('nobody caught this');
    self.emit('uncaughtException', bug);
    await wait(1);
    hasStopped();
    expect(await ended).toBe(1);
    expect(log.logged).toEqual([
      {
        event: 'uncaught_exception',
        fields: { err: bug, errorId: expect.stringMatching(/^[0-9a-f]{8}$/) as string },
      },
    ]);
  });

  it('fails when its start fails, and listens to nothing any more', async () => {
    const self = new FakeProcess();
    const start = () => Promise.reject(new Error('no database'));
    await expect(runService({ start, log: recording(), self })).rejects.toThrow('no database');
    expect(self.eventNames()).toEqual([]);
  });
});
