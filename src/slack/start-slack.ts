import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckResult } from '../domain/check.ts';
import { createLane } from '../lib/lane.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import type { Loop, People } from '../usecases/world.ts';
import type { JsonObject } from '../lib/json.ts';
import type { SlackConnection } from './app.ts';
import { attach, createSlackApp } from './app.ts';
import type { Order } from './carry-out.ts';
import { carryOut } from './carry-out.ts';
import { createDialogs } from './dialogs.ts';
import { createDirectory } from './directory.ts';
import { parseEnvelope } from './envelope.ts';
import { createIntake } from './intake.ts';
import type { InboxEntry } from './intake.ts';
import type { Asked, Said } from './listen.ts';
import { askedBy, createListeners, orderOf } from './listen.ts';
import { tellLostDialog } from './lost-dialog.ts';
import { createMessenger } from './messenger/messenger.ts';
import type { Messenger } from './messenger/messenger.ts';
import type { ShowStores } from './show.ts';
import { createGiveWay } from './give-way.ts';
import { createHome } from './home.ts';
import { createShow } from './show.ts';

/** Handled at the same time in one process; more would only wait for each other's rows. */
const WIDTH = 4;
/** Envelopes taken over in one sweep. */
const SWEEP_BATCH = 50;
/** Takeovers, ten seconds apart, after which an order that always breaks off is given up: five minutes. */
const MOST_TRIES = 30;

const givenUp = (inboxId: string): string =>
  `What you asked for could not be done, in spite of many tries; nothing was changed. Tell whoever runs me: ${inboxId}.`;

export type SlackOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly connection: SlackConnection;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
  readonly log: Log;
  readonly loopFor: (teamId: string, people: People) => Loop;
  readonly inbox: {
    insert: (rows: readonly InboxEntry[]) => Promise<ReadonlySet<string>>;
    claimAbandoned: (
      now: Instant,
      limit: number,
    ) => Promise<
      readonly { id: string; kind: string; body: JsonObject; tries: number; outcome: string | null }[]
    >;
    finish: (id: string, end: { outcome: string; now: Instant }) => Promise<boolean>;
  };
  readonly runHistory: (
    deploymentId: string,
    itemId: string,
    limit: number,
  ) => Promise<readonly { readonly at: Instant; readonly result: CheckResult }[]>;
  readonly show: ShowStores;
};

export type SlackEdge = {
  readonly loop: Loop;
  readonly messenger: Messenger;
  readonly requestListener: RequestListener | undefined;
  readonly isConnected: () => boolean;
  readonly sweepInbox: () => Promise<void>;
  readonly open: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Tells one person something: where they asked, or as a direct message when that was a dialog. */
const whisperWith =
  (messenger: Messenger, log: Log) =>
  async ({ channel, person, responseUrl, triggerId }: Asked, said: Said): Promise<void> => {
    const told = await (responseUrl !== undefined
      ? messenger.respond(responseUrl, said)
      : channel !== undefined
        ? messenger.tellOnly({ channel, person: person.id }, said)
        : messenger.post({ channel: person.id, key: triggerId }, said));
    if (!told.ok) log.warn({ problem: told.error }, 'person_not_told');
  };

/** Carries out what was taken over; what breaks is taken over again. */
const followWith =
  (loop: Loop, log: Log) =>
  (order: Order): Promise<unknown> =>
    carryOut(loop, order).catch((err: unknown) =>
      log.error({ err, inboxId: order.cause.inboxId }, 'order_broke_off'),
    );

/** Everything between Slack and the use cases, over either transport. */
export const startSlack = async (options: SlackOptions): Promise<SlackEdge> => {
  const { token, apiUrl, fetch, now, log, inbox } = options;
  const directory = createDirectory({ token, apiUrl, fetch, now, log });
  const messenger = createMessenger({ token, apiUrl, fetch, log });
  const teamId = await messenger.teamId();
  const loop = options.loopFor(teamId, directory);
  const app = createSlackApp({ token, apiUrl, connection: options.connection, log });
  const lane = createLane(WIDTH);
  const giveWay = createGiveWay({ now, sleep });
  const intake = createIntake(inbox.insert);

  const whisper = whisperWith(messenger, log);
  const look = createShow(loop, options.show);
  const show: typeof look = (...asked) => giveWay.answering(() => look(...asked));
  const dialogs = createDialogs({ ...options, loop, whisper });
  const listeners = createListeners({
    loop,
    intake: (entry) => giveWay.answering(() => intake(entry)),
    show,
    openDialog: dialogs.open,
    redrawDialog: dialogs.redraw,
    showHome: createHome({ show, token, apiUrl, fetch, log }),
    whisper,
    nameOf: directory.nameOf,
    later: (work, of) => lane.add(() => giveWay.turn().then(work), of),
    log,
  });
  attach(app, listeners, log);

  const follow = followWith(loop, log);
  const sweepInbox = async (): Promise<void> => {
    for (const row of await inbox.claimAbandoned(now().getTime(), SWEEP_BATCH)) {
      const envelope = parseEnvelope(row.body);
      const order = envelope === undefined ? undefined : orderOf(envelope, row.id);
      const end = (outcome: string) => inbox.finish(row.id, { outcome, now: now().getTime() });
      log.warn({ inboxId: row.id, tries: row.tries, readable: order !== undefined }, 'inbox_taken_over');
      if (envelope === undefined || order === undefined) await end('unreadable');
      else if (row.outcome !== null) await tellLostDialog(loop, { envelope, order, outcome: row.outcome });
      else if (row.tries > MOST_TRIES) {
        log.error({ inboxId: row.id, tries: row.tries }, 'order_given_up');
        if (await end('given_up')) await whisper(askedBy(envelope), { text: givenUp(row.id) });
      } else await follow(order);
    }
  };
  return {
    loop,
    messenger,
    requestListener: app.requestListener,
    isConnected: app.isConnected,
    sweepInbox,
    open: async () => {
      await directory.refresh();
      await app.start();
    },
    stop: async () => {
      await app.stop();
      await lane.idle();
    },
  };
};
