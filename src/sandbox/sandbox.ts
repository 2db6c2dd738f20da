import { createFaults } from './api/faults.ts';
import { createCourier } from './delivery/courier.ts';
import { signedHttpTransport } from './delivery/signed-http.ts';
import { createSocketMode } from './delivery/socket-mode.ts';
import { createHttpServer } from './http/server.ts';
import { createLive } from './http/live.ts';
import { actAs } from './people/person.ts';
import { createRateLimiter } from './rates.ts';
import { createResponseUrls } from './response-urls.ts';
import { createTriggers } from './triggers.ts';
import { createWorkspace } from './workspace/create.ts';
import { findChannel, findMember, openDirectMessages } from './workspace/channels.ts';
import { repliesTo, topLevel } from './workspace/messages.ts';
import { presentMessage, presentRevision } from './workspace/present.ts';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Transport } from './delivery/transport.ts';
import type { SocketMode } from './delivery/socket-mode.ts';
import type { Engine } from './engine.ts';
import type { Sandbox, SandboxCall, SandboxOptions } from './public-types.ts';
import type { Channel, Workspace } from './workspace/state.ts';

export type {
  Delivery,
  Sandbox,
  SandboxCall,
  SandboxDelivery,
  SandboxFault,
  SandboxFile,
  SandboxMessage,
  SandboxOptions,
  SandboxPanel,
  SandboxPerson,
  SandboxTarget,
  SandboxView,
} from './public-types.ts';

const channelOf = (ws: Workspace, idOrName: string): Channel => {
  const person = idOrName.startsWith('@') ? findMember(ws, idOrName) : undefined;
  const channel = person === undefined ? findChannel(ws, idOrName) : openDirectMessages(ws, person);
  if (channel === undefined) throw new Error(`There is no channel "${idOrName}".`);
  return channel;
};

/** The reading half of the API: what is in the workspace now. */
const reader = (
  ws: Workspace,
): Pick<Sandbox, 'messages' | 'thread' | 'ephemerals' | 'revisions' | 'pins' | 'files'> => ({
  messages: (name) => {
    const channel = channelOf(ws, name);
    return topLevel(channel).map((message) => presentMessage(ws, channel, message));
  },
  thread: (name, ts) => {
    const channel = channelOf(ws, name);
    const parent = channel.messages.filter((message) => message.ts === ts);
    return [...parent, ...repliesTo(channel, ts)].map((message) => presentMessage(ws, channel, message));
  },
  ephemerals: (name, personName) => {
    const channel = channelOf(ws, name);
    const person = findMember(ws, personName);
    if (person === undefined) throw new Error(`There is nobody called "${personName}".`);
    return channel.messages
      .filter((message) => message.ephemeralTo === person.id && !message.deleted)
      .map((message) => presentMessage(ws, channel, message));
  },
  revisions: (name, ts) => {
    const channel = channelOf(ws, name);
    const message = channel.messages.find((each) => each.ts === ts);
    if (message === undefined) throw new Error(`There is no message ${ts} in ${name}.`);
    return message.revisions.map((_revision, index) => presentRevision(ws, { channel, message }, index));
  },
  pins: (name) => [...channelOf(ws, name).pins],
  files: () =>
    [...ws.files.values()]
      .filter((file) => file.content !== undefined)
      .map(({ id, name, title, user, content, shared }) => ({
        id,
        name,
        title,
        user,
        content: content?.toString('utf8') ?? '',
        ...(shared === undefined ? {} : { channel: shared.channel }),
        ...(shared?.threadTs === undefined ? {} : { threadTs: shared.threadTs }),
      })),
});

/** Where payloads go; the address may be set later, when the app knows its port. */
const createRoute = (options: SandboxOptions, socketMode: SocketMode) => {
  const over = (url: string | undefined): Transport => {
    if (url === undefined) return socketMode;
    if (options.signingSecret === undefined) throw new Error('requestUrl needs a signingSecret.');
    return signedHttpTransport({ requestUrl: url, signingSecret: options.signingSecret });
  };
  let transport = over(options.requestUrl);
  return {
    transport: () => transport,
    setRequestUrl: (url: string | undefined) => {
      transport = over(url);
    },
  };
};

const listen = (server: Server, { host, port }: { host: string; port: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    // A TCP server's address is never a string.
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const shutDown = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Starts a local Slack workspace and resolves when it answers. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const host = options.host ?? '127.0.0.1';
  const live = createLive();
  const ws = createWorkspace(options, live.changed);
  const { now } = ws;
  const socketMode = createSocketMode(ws.appId);
  const route = createRoute(options, socketMode);
  const courier = createCourier({ transport: route.transport, now, changed: live.changed });
  const faults = createFaults();
  const calls: SandboxCall[] = [];
  let address = '';
  const engine: Engine = {
    ws,
    triggers: createTriggers(now),
    responseUrls: createResponseUrls(now),
    courier,
    baseUrl: () => `http://${address}`,
    socketUrl: () => (socketMode.canOpen() ? `ws://${address}${socketMode.ticket()}` : undefined),
  };
  const api = {
    engine,
    tokens: { bot: options.botToken, app: options.appToken },
    rates: createRateLimiter(options.limits?.rate ?? 'bucket', now),
    faults,
    calls,
  };
  const server = createHttpServer({ api, live, panel: options.panel, sandbox: () => sandbox }, host);
  server.on('upgrade', socketMode.upgrade);
  address = `${host}:${await listen(server, { host, port: options.port ?? 0 })}`;
  const sandbox: Sandbox = {
    ...reader(ws),
    url: `http://${address}/`,
    apiUrl: `http://${address}/api/`,
    teamId: ws.teamId,
    botUserId: ws.botUserId,
    as: (person) => actAs(engine, person),
    calls: () => [...calls],
    deliveries: courier.log,
    fault: faults.add,
    setRequestUrl: route.setRequestUrl,
    disconnect: socketMode.disconnect,
    redeliver: courier.redeliver,
    close: async () => {
      courier.close();
      live.close();
      await socketMode.close();
      await shutDown(server);
    },
  };
  return sandbox;
};
