import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * The user the Postgres binaries run as. Absent means the user of this process: only root needs another one,
 * because Postgres refuses to run as root.
 */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

export type Finished = { readonly code: number | null; readonly output: string };

/** The number Linux and the BSDs give to the user `nobody` when /etc/passwd does not say. */
const NOBODY = 65534;

/** A Postgres tool that has not ended by then hangs; initdb takes below a second, on slow disks some ten. */
const TOOL_TIMEOUT_MS = 120_000;

/** uid and gid of `nobody` in the text of /etc/passwd, else 65534. */
export const nobodyIn = (passwd: string): { uid: number; gid: number } => {
  const [, , uid, gid] = passwd.match(/^nobody:.*$/m)?.[0].split(':') ?? [];
  return { uid: Number(uid ?? NOBODY), gid: Number(gid ?? NOBODY) };
};

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The account for a new cluster. */
export const defaultAccount = async (): Promise<Account> => {
  if (!isRoot()) return undefined;
  return nobodyIn(await readFile('/etc/passwd', 'utf8').catch(() => ''));
};

/**
 * What a Postgres process may see of our environment: nothing. It outlives us and runs as somebody else,
 * so the bot's tokens must not be in it.
 */
export const bareEnvironment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  ...extra,
});

/** Runs a tool as the account and gives exit code (null: killed) and all it printed; rejects when it cannot be started. */
export const runAs = (
  account: Account,
  [file, ...args]: readonly [string, ...string[]],
  input = '',
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...account,
      // The folder we stand in may be closed to the account.
      cwd: '/',
      env: bareEnvironment(),
      timeout: TOOL_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output: Buffer.concat(chunks).toString('utf8').trim() });
    });
    // A tool that ends before it has read its input breaks the pipe; its exit code says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });

/** Whether the account passes `test <flag> <path>`; asked as that account, so that every ancestor and ACL counts. */
export const accountCan = async (
  account: Account,
  flag: '-x' | '-r' | '-w',
  path: string,
): Promise<boolean> => (await runAs(account, ['/bin/sh', '-c', `test ${flag} "$0"`, path])).code === 0;
