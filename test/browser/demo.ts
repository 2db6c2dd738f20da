import { z } from 'zod';
import type { SandboxCall, SandboxDelivery } from '../../src/sandbox/public-types.ts';
import { startCli } from '../support/cli.ts';

/** The whole demo as a process of its own, the way somebody starts it who has just installed it. */
export type RunningDemo = {
  /** The page of the local workspace; ends in a slash. */
  readonly url: string;
  /** From the start of the process until it printed that. */
  /** What the bot was given and what it called that did not go well: empty in health. */
  readonly trouble: () => Promise<readonly unknown[]>;
  /** Asks it to end and waits; resolves with the exit code and what it complained about. */
  readonly stop: () => Promise<{ readonly code: unknown; readonly complaints: string }>;
};

/** Beyond any start that works: how long one takes is for the benchmarks. */
const PATIENCE_MS = 90_000;

const list = z.array(z.looseObject({ ok: z.boolean() }));

/** @throws an error with what it printed when no address came, on however busy a machine. */
export const startDemo = async (): Promise<RunningDemo> => {
  const { child, ended, says, stderr } = startCli(['demo']);
  const stop = async () => {
    child.kill('SIGTERM');
    return { code: await ended, complaints: stderr() };
  };
  try {
    const [url] = await says(/http:\/\/127\.0\.0\.1:\d+\//, PATIENCE_MS);
    const read = async (what: 'deliveries' | 'calls') =>
      list.parse(await (await fetch(`${url}control/${what}`)).json());
    const trouble = async () => [
      ...(await read('deliveries')).filter(({ ok }: Pick<SandboxDelivery, 'ok'>) => !ok),
      ...(await read('calls')).filter(({ ok }: Pick<SandboxCall, 'ok'>) => !ok),
    ];
    return { url, trouble, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};
