import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';

const SECRET = 'inbound-signing-secret-of-32-chars';

const WITH_STATEMENTS = SMALL.replace(
  '        - id: load-figures',
  `        - {id: suite, title: Test suite is green, check: {webhook: {result: {within: 2h}}, expect: {metrics.failed: 0}}}
        - {id: backup, title: Backup job ran, check: {webhook: {heartbeat: {name: nightly-backup, every: 1h}}}}
        - id: load-figures`,
);

const files = (url: string) => ({
  'small.yaml': WITH_STATEMENTS,
  'environments/production.yaml': smallProduction(url),
});

/** What Details of an item show to somebody, upon the phase. */
const details = async (e2e: E2e, item: string): Promise<string> => {
  const { ts } = await e2e.card('small 1.1.0');
  const ben = e2e.sandbox.as('ben');
  await ben.choose({ actionId: 'phase.open', blockId: 'menu@small-1', ts }, 'first');
  const shows = (title: string, text: string) =>
    eventually(`${title} with ${text}`, () => {
      const view = ben.view();
      return view?.title === title && view.visibleText.includes(text) ? view.visibleText : undefined;
    });
  await shows('First things', 'Showing Open');
  await ben.clickInView('All');
  await shows('First things', 'Showing All');
  await ben.clickInView('Details', item);
  const seen = await shows('Details', item);
  await ben.close();
  await ben.close();
  return seen;
};

const addressIn = (text: string, kind: 'result' | 'heartbeat'): string => {
  const path = new RegExp(`https://tminus\\.example(/inbound/${kind}/[0-9a-f.]+)`).exec(text)?.[1];
  if (path === undefined) throw new Error(`no address in ${text}`);
  return path;
};

describe('what other systems report', () => {
  let e2e: E2e;

  const send = async (path: string, body?: object): Promise<number> => {
    const response = await fetch(`${e2e.app.tminus.url}${path}`, {
      method: 'POST',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return response.status;
  };

  beforeAll(async () => {
    e2e = await startE2e({
      files,
      settings: { INBOUND_SECRET: SECRET, PUBLIC_URL: 'https://tminus.example/' },
    });
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing', 'Test suite is green', 'has not come in yet');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is waited for without holding anything up: Details say where to send it', async () => {
    const text = await details(e2e, 'Test suite is green');
    expect(text).toContain('once, until');
    expect(text).toContain('curl -H');
    expect(addressIn(text, 'result')).toMatch(/^\/inbound\/result\/[0-9a-f]{64}\.\d+\.[0-9a-f]{32}$/);
  });

  it('fails the item, once, and may be followed by a better one at a new address', async () => {
    const first = addressIn(await details(e2e, 'Test suite is green'), 'result');
    expect(await send(first, { state: 'fail', line: '3 tests failed', metrics: { failed: 3 } })).toBe(202);
    await e2e.card('Test suite is green', '3 tests failed');
    expect(await send(first, { state: 'pass', metrics: { failed: 0 } })).toBe(409);

    const second = addressIn(await details(e2e, 'Test suite is green'), 'result');
    expect(second).not.toBe(first);
    // Both at once: one of them is too late, and nothing is counted twice.
    const statement = { state: 'pass', line: '412 of 412', metrics: { failed: 0 } };
    const statuses = await Promise.all([send(second, statement), send(second, statement)]);
    expect(statuses.toSorted()).toEqual([202, 409]);
    const passed = await eventually('the suite to pass', async () => {
      const text = await details(e2e, 'Test suite is green');
      return text.includes('*Passed*') ? text : undefined;
    });
    expect(passed).toContain('412 of 412');
    expect(passed).not.toContain('curl');
  });

  it('tells of a job that it ran, and later that it did not', async () => {
    const path = addressIn(await details(e2e, 'Backup job ran'), 'heartbeat');
    expect(await send(path)).toBe(202);
    await e2e.types('ana', 'rerun backup');
    await eventually(
      'the job to be heard of',
      () =>
        e2e.app.log.lines.filter(({ fields }) => 'outcome' in fields && fields.outcome === 'pass').length >=
        2,
    );
    e2e.clock.forward(3 * 3_600_000);
    await e2e.types('ana', 'rerun backup');
    await e2e.card('Backup job ran', 'overdue: last heard of');
  });

  it('is not taken when it is forged', async () => {
    const path = addressIn(await details(e2e, 'Backup job ran'), 'heartbeat');
    const last = path.at(-1) === '0' ? '1' : '0';
    expect(await send(`${path.slice(0, -1)}${last}`)).toBe(404);
  });

  it('never shows the secret, nor an address in the log', () => {
    const everything = JSON.stringify([e2e.app.log.lines, e2e.sandbox.messages('#deploys')]);
    expect(everything).not.toContain(SECRET);
    expect(JSON.stringify(e2e.app.log.lines)).not.toContain('/inbound/');
  });
});

describe('an address', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files,
      settings: { INBOUND_SECRET: SECRET, PUBLIC_URL: 'https://tminus.example' },
    });
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing', 'Test suite is green', 'has not come in yet');
  });
  afterAll(() => e2e.close());

  const send = async (path: string): Promise<number> => {
    const response = await fetch(`${e2e.app.tminus.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"state":"pass"}',
    });
    return response.status;
  };

  it('that has expired takes nothing; running the check again gives a new one', async () => {
    const path = addressIn(await details(e2e, 'Test suite is green'), 'result');
    e2e.clock.forward(3 * 3_600_000);
    expect(await send(path)).toBe(410);
    await e2e.types('ana', 'rerun suite');
    await eventually('a new address', async () => {
      const text = await details(e2e, 'Test suite is green');
      return addressIn(text, 'result') === path ? undefined : text;
    });
  });

  it('takes nothing once a person has settled the item', async () => {
    const path = addressIn(await details(e2e, 'Test suite is green'), 'result');
    await e2e.asks('ana', 'confirm suite it was green in the pipeline', 'Confirmed');
    expect(await send(path)).toBe(410);
  });
});

describe('without a secret', () => {
  it('such checks are by hand, and nothing is served', async () => {
    const e2e = await startE2e({ files });
    await e2e.types('ana', 'start production small 1.1.0');
    await e2e.card('Preparing');
    expect(await details(e2e, 'Test suite is green')).toContain('INBOUND_SECRET not set');
    const response = await fetch(
      `${e2e.app.tminus.url}/inbound/heartbeat/00.00000000000000000000000000000000`,
    );
    expect(response.status).toBe(404);
    await e2e.close();
  });
});
