import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import type { CheckRequest } from '../../src/domain/check.ts';
import { patienceWith } from '../../src/domain/lost-run.ts';
import { silentLog } from '../../src/lib/log.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import { giveUpLost, takeResult } from '../../src/usecases/take-result.ts';
import { testDatabase } from '../support/postgres.ts';
import { resultOf, situationOf } from '../support/situation.ts';

const ASKED = Date.parse('2026-11-30T12:00:00Z');
const REQUEST: CheckRequest = {
  definition: { kind: 'http', params: {}, timeoutMs: 10 * SECOND, retry: { max: 1, delayMs: SECOND } },
  connections: { values: {}, secrets: {}, allow: [], commands: {}, fileRoots: [], runner: 'dmz' },
};

let store: Store;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  const { db, close } = connect(database.url, { name: 'test', max: 4, log: silentLog });
  ends.push(close, database.close);
  store = storeOn(db);
});
afterAll(async () => {
  for (const end of ends) await end();
});

let count = 0;

const insertDeployment = async (): Promise<string> => {
  const { checklist, deployment } = situationOf();
  count += 1;
  const id = `d${count}`;
  await store.checklists.pin(deployment.checklistHash, checklist, ASKED);
  await store.deployments.insert({ ...deployment, id, number: count }, undefined, ASKED);
  return id;
};

const ask = async (id: string, deploymentId: string): Promise<void> => {
  const zone = { name: 'dmz', lostAt: ASKED + patienceWith(REQUEST.definition) };
  await store.runs.insert(
    [{ id, deploymentId, itemId: id, reason: { kind: 'stage' }, effect: 'read', request: REQUEST, zone }],
    ASKED,
  );
};

it('is waited for as long as all tries may take and the way there and back, then nothing was measured', async () => {
  const deploymentId = await insertDeployment();
  await ask('silent', deploymentId);
  const patience = 2 * 10 * SECOND + SECOND + 2 * MINUTE;
  await giveUpLost(store, ASKED + patience - 1);
  expect(await store.runs.listFinished(deploymentId, 10)).toEqual([]);
  await giveUpLost(store, ASKED + patience);
  expect(await store.runs.listFinished(deploymentId, 10)).toMatchObject([
    {
      itemId: 'silent',
      result: {
        outcome: 'inconclusive',
        line: 'runner dmz gave no result; see whether it runs, then Re-run or Confirm',
      },
    },
  ]);
});

it('counts once: what comes after it was given up changes nothing, and what came in time is not given up', async () => {
  const deploymentId = await insertDeployment();
  await ask('late', deploymentId);
  await ask('in-time', deploymentId);
  const take = (runId: string, now: number) =>
    takeResult(store.transact, { runId, result: resultOf('pass'), now });
  expect(await take('in-time', ASKED + SECOND)).toEqual({ deploymentId });
  await giveUpLost(store, ASKED + 10 * MINUTE);
  expect(await take('late', ASKED + 11 * MINUTE)).toBeUndefined();
  const outcomes = (await store.runs.listFinished(deploymentId, 10)).map(({ runId, result }) => [
    runId,
    result.outcome,
  ]);
  expect(outcomes).toEqual([
    ['in-time', 'pass'],
    ['late', 'inconclusive'],
  ]);
});

it('belongs to its zone: no worker of the core takes it up, however long it waits', async () => {
  const deploymentId = await insertDeployment();
  await ask('elsewhere', deploymentId);
  expect(await store.runs.claim('elsewhere', ASKED)).toBeUndefined();
  expect(await store.runs.listStale(ASKED + 60 * MINUTE, 100)).not.toContain('elsewhere');
});
