import { readConfig } from '../../config.ts';
import type { Db } from '../../db/connect.ts';
import { connect } from '../../db/connect.ts';
import { didYouMean } from '../../lib/nearest.ts';
import type { Log } from '../../lib/log.ts';
import { createLog } from '../../log.ts';
import type { Command, ExitCode } from '../command.ts';
import { UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import type { Terminal } from '../terminal.ts';
import { auditStore } from '../../db/loop-tables.ts';
import { judgeChain } from '../../domain/judge-chain.ts';
import { findChains } from './read-chains.ts';

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const verifyAll = async (db: Db, asked: string | undefined, { print }: Terminal): Promise<ExitCode> => {
  const names = await findChains(db, asked);
  if (asked !== undefined && names.asked.length === 0)
    throw new UsageError(
      `There is no audit chain and no deployment "${asked}"${didYouMean(asked, names.all)}. "tminus audit verify" lists all chains.`,
    );
  let broken = 0;
  let events = 0;
  for (const name of names.asked) {
    const chain = await auditStore(db).read(name);
    const problems = judgeChain(chain);
    events += chain.events.length;
    if (problems.length > 0) broken += 1;
    print(`${problems.length === 0 ? 'intact' : 'BROKEN'}  ${name}  ${plural(chain.events.length, 'event')}`);
    print(`        head ${chain.head?.hash ?? 'missing'}`);
    for (const { seq, what } of problems) print(`        event ${seq}: ${what}`);
  }
  print(
    `${plural(names.asked.length, 'chain')}, ${plural(events, 'event')}: ${broken === 0 ? 'all intact' : `${broken} broken`}`,
  );
  return broken === 0 ? 0 : 1;
};

const withDb = async <T>(url: string, log: Log, use: (db: Db) => Promise<T>): Promise<T> => {
  const database = connect(url, { name: 'audit', max: 3, log });
  try {
    return await use(database.db);
  } finally {
    await database.close();
  }
};

export const audit: Command = {
  name: 'audit',
  usage: 'verify [chain or deployment]',
  summary: 'Checks the hash chains of the audit log and prints where each one ends',
  details:
    'A changed, added, moved or removed event breaks its chain. Somebody who may write to the database could make a whole\n' +
    'chain anew: compare the head with the one in the report and the thread in Slack, which they cannot change.\n' +
    'A deployment is named by its id or number: tminus audit verify todo-42, tminus audit verify 42.',
  mostWords: 2,
  run: async ({ words: [verb, asked] }, terminal) => {
    if (verb !== 'verify') throw new UsageError('Usage: tminus audit verify [chain or deployment]');
    const config = readConfig(terminal.env, { roles: new Set() });
    const log = createLog('error', []);
    return withDatabase(config, { log, isMade: false }, (url) =>
      withDb(url, log, (db) => verifyAll(db, asked, terminal)),
    );
  },
};
