import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const env = {
  PATH: '/usr/bin:/bin',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@a',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@a',
};

/** Real git in a folder, without the config of the machine. */
export const gitIn = async (cwd: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)('git', [...args], { cwd, env: { ...env, HOME: cwd } });
  return stdout.trim();
};

/** A folder for checkouts, `root`, with things beside it that no check may see. */
export type Checkouts = {
  readonly base: string;
  readonly root: string;
  readonly remove: () => Promise<void>;
};

export const makeCheckouts = async (): Promise<Checkouts> => {
  const base = await mkdtemp(join(tmpdir(), 'tminus-checkout-'));
  const root = join(base, 'srv');
  for (const folder of [root, join(base, 'origin'), join(base, 'outside')]) await mkdir(folder);
  await gitIn(join(base, 'origin'), 'init', '--quiet', '--bare', '--initial-branch=main');
  return { base, root, remove: () => rm(base, { recursive: true }) };
};

/** A new repository with one commit, tagged v1.0.0. */
export const makeRepository = async (folder: string): Promise<void> => {
  await mkdir(folder);
  await gitIn(folder, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(folder, 'app.py'), 'password = load()\nname = "x"\n');
  await gitIn(folder, 'add', '.');
  await gitIn(folder, 'commit', '--quiet', '-m', 'first');
  await gitIn(folder, 'tag', 'v1.0.0');
};

/** One more commit, of a changed file. */
export const commitMore = async (folder: string, subject: string): Promise<void> => {
  await appendFile(join(folder, 'app.py'), `# ${subject}\n`);
  await gitIn(folder, 'commit', '--quiet', '--all', '-m', subject);
};
