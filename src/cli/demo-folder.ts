import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../services/postgres-cluster.ts';
import { findServer } from '../services/postmaster.ts';

/** Followed by the id of the process it belongs to: tells the folder of a live demo from what a killed one left. */
const PREFIX = 'tminus-demo-';

/** The process a folder of this name belongs to; undefined: it is no demo's folder. */
const ownerOf = (name: string): number | undefined => {
  const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
};

/** Ends and removes what demos left that were killed: their Postgres is made to outlive its starter. */
export const sweepDeadDemos = async (parent = tmpdir()): Promise<void> => {
  for (const name of await readdir(parent)) {
    const owner = ownerOf(name);
    if (owner === undefined || isAlive(owner)) continue;
    const folder = join(parent, name);
    const found = await findServer({ data: join(folder, 'postgres', 'data') });
    // Nothing in there is worth a checkpoint.
    if (found.kind === 'running') process.kill(found.pid, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

/** A folder of this demo alone, so that a second one at the same time shares nothing with it. */
export const makeDemoFolder = async (parent = tmpdir()): Promise<string> => {
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  // Run as root, Postgres is another user, who must pass through. What is private inside has modes of its own.
  await chmod(folder, 0o755);
  return folder;
};
