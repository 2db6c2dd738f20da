import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import type { Receiver } from '@slack/bolt';
import type { RequestListener } from 'node:http';
import type { Log } from '../lib/log.ts';
import type { Listeners } from './listen.ts';
import { quietLogger } from './quiet-logger.ts';
import { withReadableBody } from './readable-body.ts';

export type SlackConnection =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string };

export type SlackAppOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly connection: SlackConnection;
  readonly log: Log;
};

export type SlackApp = {
  readonly app: App;
  /** Serves `POST /slack/events`; undefined over a socket. */
  readonly requestListener: RequestListener | undefined;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** True while payloads can reach us. */
  readonly isConnected: () => boolean;
};

/** Bolt over either transport. Listeners are attached apart, by `attach`. */
export const createSlackApp = ({ token, apiUrl, connection, log }: SlackAppOptions): SlackApp => {
  const logger = quietLogger(log);
  const { receiver, requestListener, link } = receiverFor(connection, { apiUrl, logger });
  const app = new App({
    token,
    receiver,
    logger,
    // An object of its own: Bolt writes its retry settings into it.
    clientOptions: { slackApiUrl: apiUrl },
    convoStore: false,
    deferInitialization: true,
  });
  return {
    app,
    requestListener,
    start: async () => {
      await app.init();
      await link.start();
    },
    stop: link.stop,
    isConnected: link.isConnected,
  };
};

type Link = {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly isConnected: () => boolean;
};

const receiverFor = (
  connection: SlackConnection,
  { apiUrl, logger }: { apiUrl: string; logger: ReturnType<typeof quietLogger> },
): { receiver: Receiver; requestListener: RequestListener | undefined; link: Link } => {
  if (connection.kind === 'http') {
    const receiver = new HTTPReceiver({
      signingSecret: connection.signingSecret,
      endpoints: '/slack/events',
      logger,
    });
    let isUp = false;
    return {
      receiver,
      requestListener: withReadableBody(receiver.requestListener, connection.signingSecret),
      link: {
        // The server that listens is ours; Bolt only reads the requests to its path.
        start: () => {
          isUp = true;
          return Promise.resolve();
        },
        stop: () => {
          isUp = false;
          return Promise.resolve();
        },
        isConnected: () => isUp,
      },
    };
  }
  const receiver = new SocketModeReceiver({
    appToken: connection.appToken,
    logger,
    installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
  });
  let isUp = false;
  receiver.client.on('connected', () => (isUp = true));
  for (const event of ['disconnected', 'reconnecting', 'close'])
    receiver.client.on(event, () => (isUp = false));
  return {
    receiver,
    requestListener: undefined,
    link: {
      start: async () => {
        await receiver.start();
        isUp = true;
      },
      stop: async () => {
        isUp = false;
        await receiver.stop();
      },
      isConnected: () => isUp,
    },
  };
};

/** Hangs the listeners into Bolt: one per kind of payload, each a few lines. */
export const attach = ({ app }: SlackApp, listeners: Listeners, log: Log): void => {
  app.command(/.*/, ({ body, ack }) => listeners.command(body, ack));
  app.action(/.*/, ({ body, ack }) => listeners.action(body, () => ack()));
  app.view(/.*/, ({ body, ack }) => listeners.view(body, ack as Parameters<Listeners['view']>[1]));
  app.event('app_home_opened', ({ event }) => listeners.home(event.user));
  app.error((error) => {
    log.error({ err: error }, 'slack_listener_failed');
    return Promise.resolve();
  });
};
