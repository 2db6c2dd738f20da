import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox, SandboxMessage } from '../../src/sandbox/sandbox.ts';
import { measuredChecklist, stagingFor } from '../support/checklists.ts';
import { eventually } from '../support/eventually.ts';
import type { Product, Server } from '../support/product.ts';
import { query, startProduct } from '../support/product.ts';
import type { Run } from './results.ts';
import { handIn, inTurns } from './results.ts';
import { startSilentTarget } from './silent-target.ts';

const RESULTS = 150;
const WITHIN_MS = 10_000;
const LINES = 5;
/** Somebody confirms a line at these moments while results come in. */
const CLICKS_AT_MS = [2000, 4000, 6000, 8000];

export type Scenario = {
  readonly cards: number;
  readonly rate: 'window' | 'bucket';
  /** Somebody confirms lines meanwhile. */
  readonly withClicks: boolean;
};

export type Outcome = {
  /** From the last result of a card to the update that shows its final state, per card. */
  readonly lastShownMs: readonly number[];
  /** From a click to the update that shows it. */
  readonly clickShownMs: readonly number[];
  readonly updates: number;
  readonly refused: number;
};

/** Lets results stream in over the cards and watches what the workspace gets to see. */
export const play = async (server: Server, scenario: Scenario): Promise<Outcome> => {
  const target = await startSilentTarget();
  const systems = Array.from({ length: scenario.cards }, (_none, index) => `measured-${index + 1}`);
  const checks = RESULTS / scenario.cards;
  const everybody = ['U0ANA', 'U0BEN', 'U0EVA', 'U0OMAR'];
  const product = await startProduct({
    server,
    files: {
      ...Object.fromEntries(
        systems.map((system) => [`${system}.yaml`, measuredChecklist(system, { checks, lines: LINES })]),
      ),
      'environments/staging.yaml': stagingFor(systems, target.url),
    },
    sandbox: {
      limits: { rate: scenario.rate },
      channels: systems.map((system, index) => ({ id: `C0${index + 1}`, name: system, members: everybody })),
    },
  });
  try {
    await startAll(product, systems);
    return await stream(product, scenario, systems);
  } finally {
    // First the target: checks that wait for it would hold the product up.
    await target.close();
    await product.close();
  }
};

const startAll = async ({ sandbox }: Product, systems: readonly string[]): Promise<void> => {
  for (const system of systems)
    await sandbox.as('ana').command(`/deploy start staging ${system} 1.0.0`, `#${system}`);
  for (const system of systems) await eventually(`the card of ${system}`, () => cardOf(sandbox, system));
  // What the start itself changed on the cards is no part of what is measured.
  await eventually('the cards to come to rest', async () => {
    const before = sandbox.calls().length;
    await sleep(2000);
    return sandbox.calls().length === before ? true : undefined;
  });
};

const cardOf = (sandbox: Sandbox, system: string): SandboxMessage | undefined =>
  sandbox.messages(`#${system}`).find(({ visibleText }) => visibleText.includes(`${system} 1.0.0`));

const stream = async (
  product: Product,
  { withClicks }: Scenario,
  systems: readonly string[],
): Promise<Outcome> => {
  const { sandbox, databaseUrl } = product;
  const runs = await query<Run>(
    databaseUrl,
    `select id, deployment_id as "deploymentId" from check_run where state in ('queued', 'claimed')
     order by deployment_id, queued_at, id`,
  );
  if (runs.length !== RESULTS) throw new Error(`${runs.length} checks are under way, not ${RESULTS}`);
  const from = sandbox.calls().length;
  const handing = handIn(databaseUrl, { runs: inTurns(runs), withinMs: WITHIN_MS });
  const clickShownMs = withClicks ? await clickMeanwhile(sandbox, systems[0] ?? '') : [];
  const handedIn = await handing;
  const lastShownMs = await Promise.all(
    systems.map(async (system) => {
      const at = await finalShownAt(sandbox, system);
      return at - (handedIn.get(await idOf(databaseUrl, system)) ?? 0);
    }),
  );
  await sleep(SETTLE_MS);
  for (const system of systems) requireFinal(sandbox, system);
  const calls = sandbox.calls().slice(from);
  return {
    lastShownMs,
    clickShownMs,
    updates: calls.filter(({ method }) => method === 'chat.update').length,
    refused: sandbox.calls().filter(({ status }) => status === 429).length,
  };
};

/** Long enough for anything that would still overwrite a final state. */
const SETTLE_MS = 3000;

const idOf = async (databaseUrl: string, system: string): Promise<string> => {
  const [row] = await query<{ id: string }>(databaseUrl, 'select id from deployment where system = $1', [
    system,
  ]);
  if (row === undefined) throw new Error(`${system} was not started`);
  return row.id;
};

/** Every result is taken in and nothing is open: only then may the gate be shown as open. */
const isFinal = (text: string): boolean => text.includes('Awaiting Go') && !text.includes('being measured');

const requireFinal = (sandbox: Sandbox, system: string): void => {
  const text = cardOf(sandbox, system)?.visibleText ?? 'no card';
  if (!isFinal(text)) throw new Error(`The card of ${system} does not show its final state:\n${text}`);
};

/** When the first update with the final state of a card was sent. */
const finalShownAt = async (sandbox: Sandbox, system: string): Promise<number> => {
  const card = await eventually(
    `the final state on the card of ${system}`,
    () => {
      const found = cardOf(sandbox, system);
      return found !== undefined && isFinal(found.visibleText) ? found : undefined;
    },
    { withinMs: 60_000, everyMs: 20 },
  );
  const update = sandbox
    .calls()
    .find(
      ({ method, ok, args }) =>
        method === 'chat.update' && ok && args['ts'] === card.ts && isFinal(JSON.stringify(args['blocks'])),
    );
  if (update === undefined) throw new Error(`The final state of ${system} was never sent`);
  return update.at.getTime();
};

const clickMeanwhile = async (sandbox: Sandbox, system: string): Promise<readonly number[]> => {
  const from = performance.now();
  const shown: number[] = [];
  for (const [index, atMs] of CLICKS_AT_MS.entries()) {
    await sleep(Math.max(0, atMs - (performance.now() - from)));
    shown.push(await clickOnce(sandbox, system, `Line ${index + 1} was read`));
  }
  return shown;
};

/** Confirms a line; returns how long it took until the card showed it. */
const clickOnce = async (sandbox: Sandbox, system: string, title: string): Promise<number> => {
  const clickedAt = performance.now();
  await sandbox.as('ana').clickLabel(`#${system}`, 'Confirm', title);
  await eventually(
    `the click on ${title}`,
    () => (cardOf(sandbox, system)?.visibleText.includes(`~${title}~`) === true ? true : undefined),
    { withinMs: 30_000, everyMs: 10 },
  );
  return performance.now() - clickedAt;
};
