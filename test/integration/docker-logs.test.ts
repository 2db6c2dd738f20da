import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withEngine } from '../../src/checks/docker/engine.ts';
import { readContainerLog, type ContainerLog, type LogWindow } from '../../src/checks/docker/logs.ts';
import { createNetwork } from '../../src/checks/guard/network.ts';
import { Resolver } from 'node:dns/promises';
import { silentLog } from '../../src/lib/log.ts';
import { connections, NOW } from '../support/checks.ts';
import { frame, idOf, startEngine, type FakeEngine } from '../support/docker-engine.ts';

let engine: FakeEngine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());
afterEach(() => {
  engine.misbehave = undefined;
});

const read = (
  window: Partial<LogWindow> = {},
  signal = new AbortController().signal,
): Promise<ContainerLog | undefined> =>
  withEngine(
    engine.socketUrl,
    {
      connections: connections({ values: { docker: engine.socketUrl } }),
      network: createNetwork({ permits: [] }),
      secret: () => '',
      env: () => undefined,
      conceal: () => undefined,
      now: () => NOW,
      signal,
      timeoutMs: 1000,
      dns: new Resolver(),
      log: silentLog,
    },
    (api) =>
      readContainerLog(api, { container: 'shop', since: new Date(NOW.getTime() - 600_000), ...window }),
  );

const tell = (log: Buffer, tty = false): void => {
  engine.containers = [{ name: 'shop', log, tty }];
  engine.asked.length = 0;
};

describe('the log of a container', () => {
  it('is taken apart into lines of both streams, whatever frames they came in', async () => {
    tell(
      Buffer.concat([
        frame(1, 'first\r\nsec'),
        frame(2, 'warning: '),
        frame(1, 'ond\n'),
        frame(2, 'grün\n'),
        frame(1, ''),
        frame(1, 'unfinished'),
      ]),
    );
    expect(await read()).toEqual({
      isCut: false,
      lines: [
        { stream: 'stdout', text: 'first' },
        { stream: 'stdout', text: 'second' },
        { stream: 'stderr', text: 'warning: grün' },
        { stream: 'stdout', text: 'unfinished' },
      ],
    });
  });

  it('is asked for by window, is not followed, and by the id that was looked up', async () => {
    tell(Buffer.alloc(0));
    expect(await read({ until: NOW, tail: 20 })).toEqual({ isCut: false, lines: [] });
    const url = new URL(engine.asked[1]?.url ?? '', 'http://docker');
    expect(url.pathname).toBe(`/containers/${idOf('shop')}/logs`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      stdout: 'true',
      stderr: 'true',
      follow: 'false',
      since: String(NOW.getTime() / 1000 - 600) + '.000',
      until: `${NOW.getTime() / 1000}.000`,
      tail: '20',
    });
  });

  it('of a container with a terminal is plain text', async () => {
    tell(Buffer.from('one\r\ntwo\n'), true);
    expect((await read())?.lines).toEqual([
      { stream: 'stdout', text: 'one' },
      { stream: 'stdout', text: 'two' },
    ]);
  });

  it('keeps the oldest of what is too much and says that it is cut', async () => {
    tell(Buffer.concat(Array.from({ length: 1000 }, (_, index) => frame(1, `line ${index}\n`))));
    const cut = await read({ maxBytes: 100 });
    expect(cut?.isCut).toBe(true);
    expect(cut?.lines[0]).toEqual({ stream: 'stdout', text: 'line 0' });
    expect(cut?.lines.length).toBeLessThan(10);
    tell(frame(1, 'x'.repeat(1_000_000)));
    expect(await read({ maxBytes: 1000 })).toMatchObject({ isCut: true, lines: [{ text: 'x'.repeat(992) }] });
  });

  it('that never ends costs no more than the cap', async () => {
    tell(Buffer.alloc(0));
    let sent = 0;
    engine.misbehave = (request, response) => {
      if (!request.url?.includes('/logs')) return false;
      const line = frame(1, `${'y'.repeat(999)}\n`);
      const more = (): void => {
        while (!response.destroyed && response.write(line)) sent += line.length;
      };
      response.on('drain', more);
      more();
      return true;
    };
    const log = await read({ maxBytes: 100_000 });
    expect(log?.isCut).toBe(true);
    expect(log?.lines.length).toBeGreaterThanOrEqual(99);
    expect(sent).toBeLessThan(10_000_000);
  });

  it('in another form is a problem, not lines', async () => {
    for (const bytes of [
      'plain text that is no frame',
      '\u0001\u0001\u0001\u0001\u0000\u0000\u0000\u0001a',
    ]) {
      tell(Buffer.from(bytes));
      await expect(read()).rejects.toMatchObject({ code: 'bad_log', outcome: 'error' });
    }
  });

  it('that its driver cannot give back is a problem', async () => {
    tell(Buffer.alloc(0));
    engine.misbehave = (request, response) => {
      if (!request.url?.includes('/logs')) return false;
      response.writeHead(501).end('{"message":"configured logging driver does not support reading"}');
      return true;
    };
    await expect(read()).rejects.toMatchObject({
      code: 'docker_refused',
      message: expect.stringContaining('does not support reading'),
    });
  });

  it('of a container that is not there is nothing', async () => {
    engine.containers = [];
    expect(await read()).toBeUndefined();
  });

  it('ends with the deadline when it trickles', async () => {
    tell(Buffer.alloc(0));
    const controller = new AbortController();
    engine.misbehave = (request, response) => {
      if (!request.url?.includes('/logs')) return false;
      response.write(frame(1, 'one\n'), () => controller.abort(new Error('deadline')));
      return true;
    };
    await expect(read({}, controller.signal)).rejects.toThrow('deadline');
  });
});
