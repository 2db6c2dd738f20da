import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Figure } from '../figures.ts';
import { median, percentile } from '../figures.ts';
import { manualChecklist, PRODUCTION } from '../support/checklists.ts';
import { endChild, forkScript, nextMessage } from '../support/children.ts';
import { eventually } from '../support/eventually.ts';
import type { Product } from '../support/product.ts';
import { BOT_TOKEN, query, SIGNING_SECRET, startProduct, startServer } from '../support/product.ts';
import type { Batch, BatchReport, PreparedRequest } from './batch.ts';
import type { Sender } from './requests.ts';
import { commandRequest, confirmRequest } from './requests.ts';

const CONCURRENCY = 50;
const ROUNDS = 5;
/** Twice the largest checklist that ships. */
const ITEMS = 500;
const LOOKS = 3000;
const CHANNEL = 'C0DEPLOYS';
const REST_MS = 500;
/** As many clicks as the product has had requests by the time that clicks are measured: both are equally warm then. */
const BARE_WARM_UPS = 40;

type Load = { readonly send: (url: string, requests: readonly PreparedRequest[]) => Promise<BatchReport> };
type Round = { readonly bare: BatchReport; readonly product: BatchReport };
/** `carriedOutMs`: from the first click until every one had done what it should. */
type ClickRound = Round & { readonly carriedOutMs: number };

export const ackLatency: Benchmark = {
  name: 'ack-latency',
  run: async (say) => {
    const ends: (() => Promise<void>)[] = [];
    try {
      const server = await startServer();
      ends.push(server.close);
      const systems = Array.from({ length: ROUNDS + 1 }, (_none, number) => `many-${number}`);
      const product = await startProduct({ server, files: filesFor(systems) });
      ends.push(product.close);
      const load = startLoad(ends);
      const commands = await startBare('command', product, ends);
      const clicks = await startBare('action', product, ends);
      const [warmUp = '', ...measured] = systems;
      await clickRound({
        product,
        load,
        bareUrl: clicks,
        system: warmUp,
        round: 0,
        bareWarmUps: BARE_WARM_UPS,
      });
      const looks = await lookRounds({ product, load, bareUrl: commands, say });
      const confirms: ClickRound[] = [];
      for (const [round, system] of measured.entries()) {
        confirms.push(await clickRound({ product, load, bareUrl: clicks, system, round, bareWarmUps: 0 }));
        say(roundText('confirm', confirms.at(-1)));
      }
      return [...lookFigures(looks), ...clickFigures(confirms)];
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
};

const filesFor = (systems: readonly string[]): Record<string, string> => ({
  ...Object.fromEntries(systems.map((system) => [`${system}.yaml`, manualChecklist(system, ITEMS)])),
  'environments/production.yaml': PRODUCTION,
});

type Ends = (() => Promise<void>)[];

const startLoad = (ends: Ends): Load => {
  const child = forkScript(new URL('load.ts', import.meta.url));
  ends.push(() => endChild(child));
  return {
    send: async (url, requests) => {
      const batch: Batch = { url, requests, concurrency: CONCURRENCY };
      child.send(batch);
      const report = await nextMessage<BatchReport>(child);
      if (report.failures > 0) throw new Error(`${report.failures} requests to ${url} failed`);
      return report;
    },
  };
};

const startBare = async (kind: 'command' | 'action', product: Product, ends: Ends): Promise<string> => {
  const child = forkScript(new URL('bare-app.ts', import.meta.url), [
    kind,
    BOT_TOKEN,
    SIGNING_SECRET,
    product.sandbox.apiUrl,
  ]);
  ends.push(() => endChild(child));
  return (await nextMessage<{ url: string }>(child)).url;
};

const senderTo = ({ sandbox }: Product): Sender => ({
  signingSecret: SIGNING_SECRET,
  teamId: sandbox.teamId,
  channel: CHANNEL,
  person: { id: 'U0ANA', name: 'ana' },
  responseUrl: `${sandbox.url}response/none`,
  triggerId: randomUUID,
});

type Rounds = {
  readonly product: Product;
  readonly load: Load;
  readonly bareUrl: string;
  readonly say: (line: string) => void;
};

/** `/deploy status` while a deployment with many settled items is under way. The first round only warms up. */
const lookRounds = async ({ product, load, bareUrl, say }: Rounds): Promise<readonly Round[]> => {
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const requests = () => Array.from({ length: LOOKS }, () => commandRequest(senderTo(product), 'status'));
    const sent = await inTurns(round, {
      bare: () => load.send(bareUrl, requests()),
      product: () => load.send(product.requestUrl, requests()),
    });
    if (!sent.product.answers.every((answer) => answer.includes('many-0')))
      throw new Error(`status answered ${sent.product.answers.join(' | ')}`);
    rounds.push(sent);
    say(roundText('status', rounds.at(-1)));
  }
  return rounds.slice(1);
};

type ClickRoundOptions = { readonly system: string; readonly round: number; readonly bareWarmUps: number };

/** Fifty people confirm every line of a deployment. Ends when each click has been carried out. */
const clickRound = async ({
  product,
  load,
  bareUrl,
  system,
  round,
  bareWarmUps,
}: Omit<Rounds, 'say'> & ClickRoundOptions): Promise<ClickRound> => {
  const message = await startDeployment(product, system);
  const deploymentId = await idOf(product, system);
  const requests = () =>
    Array.from({ length: ITEMS }, (_none, index) =>
      confirmRequest(senderTo(product), { deploymentId, itemId: `item-${index + 1}`, message }),
    );
  for (let time = 0; time < bareWarmUps; time += 1) await load.send(bareUrl, requests());
  let carriedOutMs = 0;
  const sent = await inTurns(round, {
    bare: () => load.send(bareUrl, requests()),
    product: async () => {
      const from = performance.now();
      const report = await load.send(product.requestUrl, requests());
      await allCarriedOut(product, deploymentId);
      carriedOutMs = performance.now() - from;
      return report;
    },
  });
  return { ...sent, carriedOutMs };
};

/** Who goes first changes from round to round, and what came before has come to rest. */
const inTurns = async (
  round: number,
  send: { readonly bare: () => Promise<BatchReport>; readonly product: () => Promise<BatchReport> },
): Promise<Round> => {
  await sleep(REST_MS);
  if (round % 2 === 0) {
    const bare = await send.bare();
    return { bare, product: await send.product() };
  }
  const product = await send.product();
  await sleep(REST_MS);
  return { bare: await send.bare(), product };
};

/** Starts it as a person does and returns its card as Slack hands it to the app with every click. */
const startDeployment = async (
  { sandbox }: Product,
  system: string,
): Promise<Readonly<Record<string, unknown>>> => {
  await sandbox.as('ana').command(`/deploy start production ${system} 1.0.0`, '#deploys');
  const card = await eventually(`the card of ${system}`, () =>
    sandbox
      .messages('#deploys')
      .find(({ visibleText }) => visibleText.includes(`${system} 1.0.0 → production`)),
  );
  const url = new URL('conversations.history', sandbox.apiUrl);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${BOT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: CHANNEL, limit: 50 }),
  });
  // The local workspace answers as Slack does.
  const { messages } = (await answer.json()) as { messages: Record<string, unknown>[] };
  const message = messages.find(({ ts }) => ts === card.ts);
  if (message === undefined) throw new Error(`The card of ${system} is not in the channel`);
  return message;
};

const idOf = async ({ databaseUrl }: Product, system: string): Promise<string> => {
  const [row] = await query<{ id: string }>(databaseUrl, 'select id from deployment where system = $1', [
    system,
  ]);
  if (row === undefined) throw new Error(`${system} was not started`);
  return row.id;
};

/** Every acknowledged click has done what it should: nothing waits in the inbox, every line is confirmed. */
const allCarriedOut = async ({ databaseUrl }: Product, deploymentId: string): Promise<void> => {
  await eventually(
    'the clicks to be carried out',
    async () => {
      const [row] = await query<{ open: string }>(
        databaseUrl,
        'select count(*) as open from inbox where handled_at is null',
      );
      return Number(row?.open) === 0 ? true : undefined;
    },
    { withinMs: 120_000, everyMs: 250 },
  );
  const [row] = await query<{ confirmed: string }>(
    databaseUrl,
    `select count(*) as confirmed from deployment_item
     where deployment_id = $1 and progress -> 'settled' ->> 'kind' = 'confirmed'`,
    [deploymentId],
  );
  if (Number(row?.confirmed) !== ITEMS)
    throw new Error(`${row?.confirmed ?? 'none'} of ${ITEMS} clicks were carried out`);
};

const perSecond = ({ durationMs, latenciesMs }: BatchReport): number =>
  (latenciesMs.length * 1000) / durationMs;

const p99 = ({ latenciesMs }: BatchReport): number => percentile(latenciesMs, 0.99);

const roundText = (what: string, round: Round | undefined): string =>
  round === undefined
    ? ''
    : `${what}: bare ${perSecond(round.bare).toFixed(0)}/s p99 ${p99(round.bare).toFixed(0)} ms, product ${perSecond(round.product).toFixed(0)}/s p99 ${p99(round.product).toFixed(0)} ms`;

const commonFigures = (what: string, rounds: readonly Round[], atLeast: number): readonly Figure[] => {
  const figure = (name: string, value: number, unit: string): Figure => ({
    benchmark: 'ack-latency',
    name: `${what}: ${name}`,
    value,
    unit,
  });
  return [
    figure('bare app', median(rounds.map(({ bare }) => perSecond(bare))), 'req/s'),
    figure('product', median(rounds.map(({ product }) => perSecond(product))), 'req/s'),
    {
      ...figure(
        'product against bare app',
        median(rounds.map(({ bare, product }) => perSecond(product) / perSecond(bare))),
        'ratio',
      ),
      bound: { atLeast },
    },
    figure('p99 of the bare app', median(rounds.map(({ bare }) => p99(bare))), 'ms'),
  ];
};

const lookFigures = (rounds: readonly Round[]): readonly Figure[] => [
  ...commonFigures('status', rounds, 0.5),
  {
    benchmark: 'ack-latency',
    name: 'status: p99 of the answer',
    value: median(rounds.map(({ product }) => p99(product))),
    unit: 'ms',
  },
];

const clickFigures = (rounds: readonly ClickRound[]): readonly Figure[] => [
  ...commonFigures('confirm', rounds, 0.25),
  {
    benchmark: 'ack-latency',
    name: 'confirm: p99 of the ack',
    value: median(rounds.map(({ product }) => p99(product))),
    unit: 'ms',
    bound: { atMost: 100 },
  },
  {
    benchmark: 'ack-latency',
    name: 'confirm: clicks carried out',
    value: median(rounds.map(({ carriedOutMs }) => (ITEMS * 1000) / carriedOutMs)),
    unit: 'per s',
  },
];
