import { randomUUID } from 'node:crypto';
import { WebSocketServer } from 'ws';
import { ACK_TIMEOUT_MS } from './transport.ts';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Answer, Envelope, Transport } from './transport.ts';

/** Slack allows ten connections of one app. */
const MAX_CONNECTIONS = 10;
const PING_EVERY_MS = 10_000;
/** Between a warning and the end of the connection. */
const WARNING_MS = 10_000;
const CLOSE_MS = 500;
/** Acks later than this are not even recorded. */
const LATE_MS = 60_000;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'too_many_websockets';

type Connection = { readonly socket: WebSocket; draining: boolean; alive: boolean };

type Pending = {
  readonly settle: (answer: Answer) => void;
  readonly late: () => void;
  readonly timer: NodeJS.Timeout;
  settled: boolean;
};

export type SocketMode = Transport & {
  /** A path and query that opens one connection once. */
  readonly ticket: () => string;
  readonly canOpen: () => boolean;
  /** Completes the WebSocket handshake, or refuses it when the ticket is unknown. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly disconnect: (reason: DisconnectReason) => void;
  readonly close: () => Promise<void>;
};

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
};

/** The ack on the wire: `{"envelope_id":"...","payload":{...}}`; anything else is ignored as Slack does. */
const readAck = (data: RawData): { id: string; payload: unknown } | undefined => {
  try {
    const frame: unknown = JSON.parse(textOf(data));
    if (typeof frame !== 'object' || frame === null || !('envelope_id' in frame)) return undefined;
    if (typeof frame.envelope_id !== 'string') return undefined;
    return { id: frame.envelope_id, payload: 'payload' in frame ? frame.payload : undefined };
  } catch {
    return undefined;
  }
};

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const frameOf = (envelope: Envelope): string =>
  JSON.stringify({
    envelope_id: envelope.id,
    type: envelope.type,
    payload: envelope.payload,
    accepts_response_payload: envelope.type !== 'events_api' && envelope.payload['type'] !== 'block_actions',
    ...(envelope.type === 'events_api'
      ? { retry_attempt: envelope.attempt, retry_reason: envelope.retryReason ?? '' }
      : {}),
  });

/** Acks by envelope id, whichever connection they come back on. */
const createPendings = () => {
  const pendings = new Map<string, Pending>();
  const lateTimers = new Set<NodeJS.Timeout>();

  const giveUp = (id: string, pending: Pending, error: string): void => {
    pending.settled = true;
    pending.settle({ ok: false, error, final: false });
    const timer = setTimeout(() => {
      lateTimers.delete(timer);
      if (pendings.get(id) === pending) pendings.delete(id);
    }, LATE_MS);
    lateTimers.add(timer);
  };

  return {
    wait: (id: string, onLateAck: () => void): Promise<Answer> =>
      new Promise((resolve) => {
        const timer = setTimeout(() => giveUp(id, pending, 'operation_timeout'), ACK_TIMEOUT_MS);
        const pending: Pending = { settle: resolve, late: onLateAck, timer, settled: false };
        pendings.set(id, pending);
      }),
    ack: (id: string, payload: unknown): void => {
      const pending = pendings.get(id);
      if (pending === undefined) return;
      pendings.delete(id);
      clearTimeout(pending.timer);
      if (pending.settled) pending.late();
      else pending.settle({ ok: true, body: isEmptyObject(payload) ? undefined : payload });
    },
    close: (): void => {
      for (const [id, pending] of pendings) {
        clearTimeout(pending.timer);
        if (!pending.settled) giveUp(id, pending, 'no_connection');
      }
      pendings.clear();
      for (const timer of lateTimers) clearTimeout(timer);
    },
  };
};

/** The open connections of the app, used in turn. */
const createPool = (onFrame: (data: RawData) => void) => {
  const open: Connection[] = [];
  const waiting = new Set<() => void>();
  let turn = 0;
  const usable = (): Connection[] => open.filter((connection) => !connection.draining);
  const next = (): Connection | undefined => {
    const candidates = usable();
    turn += 1;
    return candidates[turn % Math.max(1, candidates.length)];
  };
  return {
    open,
    usable,
    add: (socket: WebSocket): void => {
      const connection: Connection = { socket, draining: false, alive: true };
      open.push(connection);
      socket.on('message', onFrame);
      socket.on('pong', () => (connection.alive = true));
      socket.on('close', () => open.splice(open.indexOf(connection), 1));
      // A broken connection ends in `close`, which takes it out of the list.
      socket.on('error', () => socket.terminate());
    },
    wakeAll: (): void => {
      for (const wake of waiting) wake();
    },
    /** The next connection in turn; waits for one when there is none. */
    pick: (): Promise<Connection | undefined> => {
      const ready = next();
      if (ready !== undefined) return Promise.resolve(ready);
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(next());
        };
        const timer = setTimeout(wake, ACK_TIMEOUT_MS);
        waiting.add(wake);
      });
    },
    beat: (): void => {
      for (const connection of open) {
        if (!connection.alive) connection.socket.terminate();
        connection.alive = false;
        if (connection.socket.readyState === connection.socket.OPEN) connection.socket.ping();
      }
    },
  };
};

const drain = (connection: Connection, reason: DisconnectReason): void => {
  connection.draining = true;
  connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
  const afterMs = reason === 'warning' ? WARNING_MS : CLOSE_MS;
  setTimeout(() => connection.socket.close(), afterMs).unref();
};

const hello = (appId: string, connections: number): string =>
  JSON.stringify({
    type: 'hello',
    num_connections: connections,
    connection_info: { app_id: appId },
    debug_info: { host: 'sandbox', approximate_connection_time: 18_060 },
  });

export const createSocketMode = (appId: string): SocketMode => {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const pendings = createPendings();
  const pool = createPool((data) => {
    const ack = readAck(data);
    if (ack !== undefined) pendings.ack(ack.id, ack.payload);
  });
  const heartbeat = setInterval(pool.beat, PING_EVERY_MS);
  heartbeat.unref();

  return {
    ticket: () => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${appId}`;
    },
    canOpen: () => pool.open.length < MAX_CONNECTIONS,
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'ws://sandbox').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (connection) => {
        pool.add(connection);
        connection.send(hello(appId, pool.open.length));
        // The client's watch for pings starts with the first one.
        connection.ping();
        pool.wakeAll();
      });
    },
    send: async (envelope, onLateAck) => {
      const connection = await pool.pick();
      if (connection === undefined) return { ok: false, error: 'no_connection', final: false };
      const answer = pendings.wait(envelope.id, onLateAck);
      connection.socket.send(frameOf(envelope));
      return answer;
    },
    disconnect: (reason) => {
      for (const connection of pool.usable()) drain(connection, reason);
    },
    close: async () => {
      clearInterval(heartbeat);
      for (const { socket } of pool.open) socket.terminate();
      pool.wakeAll();
      pendings.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
