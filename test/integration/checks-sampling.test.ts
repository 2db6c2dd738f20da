import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import type { Store } from '../../src/db/store.ts';
import { storeOn } from '../../src/db/store.ts';
import { silentLog } from '../../src/lib/log.ts';
import { HOUR, SECOND } from '../../src/lib/time.ts';
import { askForSamples, takeResult } from '../../src/usecases/take-result.ts';
import type { TestApp } from '../support/app.ts';
import { cardWith, eventually, startApp } from '../support/app.ts';
import { connections } from '../support/checks.ts';
import { testDatabase } from '../support/postgres.ts';
import { resultOf, situationOf, START } from '../support/situation.ts';

describe('a check with sampling, in the loop', () => {
  const calls: string[] = [];
  const target = createServer((request, response) => {
    calls.push(request.url ?? '');
    const isDown = request.url === '/flaky' && calls.filter((url) => url === '/flaky').length === 2;
    response.statusCode = isDown ? 404 : 200;
    response.end('{}');
  });
  let app: TestApp;
  beforeAll(async () => {
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    app = await startApp({
      files: {
        'tiny.yaml': `
system: tiny
title: Tiny
parameters: {api-url: {describe: Base URL}}
stages:
  prepare:
    - id: first
      title: First things
      items:
        - id: steady
          title: Answers three times
          check: {http: {url: "\${api-url}/steady"}, expect: {status: 200}, sampling: {count: 3, interval: 1s}}
        - id: flaky
          title: Answers without a gap
          check: {http: {url: "\${api-url}/flaky"}, expect: {status: 200}, sampling: {count: 5, interval: 1s}}
`,
        'environments/production.yaml': `
environment: production
channel: "#deploys"
systems: {tiny: {values: {api-url: "${url}"}}}
`,
      },
    });
  });
  afterAll(async () => {
    await app.close();
    target.close();
  });

  it('is measured as often as it says, and no more once it has failed', async () => {
    await app.sandbox.as('ana').command('/deploy start production 1.0.0', '#deploys');
    const card = await cardWith(app.sandbox, 'First things', '1/2', 'samples failed');
    expect(card.visibleText).toContain('1 of 2 samples failed: status: expected 200, got 404');
    await eventually('the third look', () => calls.filter((url) => url === '/steady').length === 3);
    expect(calls.filter((url) => url === '/flaky')).toHaveLength(2);
  });
});

describe('a measurement', () => {
  const RUN = 'sampled';
  const sampling = {
    count: 3,
    intervalMs: 10 * SECOND,
    failureLimit: 0,
    consecutiveErrorLimit: 0,
    minSamples: 3,
  };
  const request = { definition: { kind: 'http', params: {}, sampling }, connections: connections({}) };
  let store: Store;
  let ends: (() => Promise<void>)[];

  beforeEach(async () => {
    const database = await testDatabase();
    const { db, close } = connect(database.url, { name: 'test', max: 4, log: silentLog });
    ends = [close, database.close];
    store = storeOn(db);
    const { checklist, deployment } = situationOf();
    await store.checklists.pin(deployment.checklistHash, checklist, START);
    await store.deployments.insert({ ...deployment, id: 'd1' }, undefined, START);
    const run = { id: RUN, deploymentId: 'd1', itemId: 'a', effect: 'read' as const, request };
    await store.runs.insert([{ ...run, reason: { kind: 'stage' } }], START);
    return async () => {
      for (const end of ends) await end();
    };
  });

  const take = (sample: number, now: number) =>
    takeResult(store.transact, { runId: RUN, result: resultOf('pass'), sample, now });
  const jobs = async () => (await store.outbox.take(100)).map(({ queue }) => queue);

  it('that comes twice counts once, and the next one waits for its time', async () => {
    await take(0, START);
    await take(0, START + SECOND);
    // Nobody takes it up before, also not as one that was forgotten.
    expect(await store.runs.claim(RUN, START + 9 * SECOND)).toBeUndefined();
    expect(await store.runs.listStale(START + HOUR, 10)).toEqual([]);
    await askForSamples(store.transact, START + 9 * SECOND);
    expect(await jobs()).toEqual([]);
    await askForSamples(store.transact, START + 10 * SECOND);
    await askForSamples(store.transact, START + 10 * SECOND);
    expect(await jobs()).toEqual(['checks']);
    expect(await store.runs.claim(RUN, START + 10 * SECOND)).toMatchObject({ sample: 1 });
  });

  it('whose process died is asked for again, like any run', async () => {
    await take(0, START);
    await askForSamples(store.transact, START + 10 * SECOND);
    expect(await store.runs.listStale(START + HOUR, 10)).toEqual([RUN]);
  });

  it('is the last: the run has ended with what all of them say', async () => {
    for (const [sample, at] of [START, START + 10 * SECOND, START + 20 * SECOND].entries()) {
      await askForSamples(store.transact, at);
      await take(sample, at);
    }
    const [finished] = await store.runs.listFinished('d1', 10);
    expect(finished?.result).toMatchObject({ outcome: 'pass' });
    expect(finished?.result.line).toMatch(/^3 of 3 samples passed: /);
  });

  it('of a deployment that has ended is not asked for', async () => {
    await take(0, START);
    const before = await store.deployments.lock('d1');
    if (before === undefined) throw new Error('no deployment');
    const state = { kind: 'aborted' as const, by: 'UANA', reason: 'over', locked: false, at: START };
    const after = { ...before, state, revision: before.revision + 1 };
    await store.deployments.save({ before, after, nextDueAt: undefined }, START);
    await askForSamples(store.transact, START + HOUR);
    expect(await jobs()).toEqual([]);
  });
});
