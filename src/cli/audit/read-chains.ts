import type { Db } from '../../db/connect.ts';
import { deploymentChain } from '../../domain/audit.ts';

/** Every chain there is, and every one there should be: with events, with a head, or of a deployment. */
const listNames = async (db: Db): Promise<readonly string[]> => {
  const [withEvents, withHead, deployments] = await Promise.all([
    db.selectFrom('audit_event').select('chain').distinct().execute(),
    db.selectFrom('audit_chain').select('chain').execute(),
    db.selectFrom('deployment').select('id').execute(),
  ]);
  const names = [
    ...withEvents.map(({ chain }) => chain),
    ...withHead.map(({ chain }) => chain),
    ...deployments.map(({ id }) => deploymentChain(id)),
  ];
  return [...new Set(names)].sort();
};

/** What `asked` may mean: the name of a chain, the id of a deployment, or its number with or without #. */
const chainsMeant = async (db: Db, asked: string): Promise<ReadonlySet<string>> => {
  const number = /^#?(\d{1,9})$/.exec(asked)?.[1];
  const rows =
    number === undefined
      ? []
      : await db.selectFrom('deployment').select('id').where('number', '=', Number(number)).execute();
  return new Set([asked, deploymentChain(asked), ...rows.map(({ id }) => deploymentChain(id))]);
};

export type ChainNames = {
  readonly all: readonly string[];
  /** Those that were asked for; all of them when nothing was. */
  readonly asked: readonly string[];
};

export const findChains = async (db: Db, asked: string | undefined): Promise<ChainNames> => {
  const all = await listNames(db);
  if (asked === undefined) return { all, asked: all };
  const meant = await chainsMeant(db, asked);
  return { all, asked: all.filter((name) => meant.has(name)) };
};
