// Preloaded into a tminus process with `--import`: once armed by its parent it counts the steps the process takes
// towards the outside and ends it with SIGKILL, as `kill -9` would, right before or right after one of them.
// A step is a query to Postgres, a call to Slack, or the acknowledgement of a payload.
import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { WebSocket } from 'undici';

/** Where a process dies: before or after the step with this number; 0 counts and writes down, and never kills. */
export type Kill = {
  readonly at: number;
  readonly when: 'before' | 'after';
  /**
   * `traces` counts only steps that leave something outside the process: writes outside a transaction, commits of those
   * inside, calls to Slack, acknowledgements. Between two of them a kill is seen by nobody, wherever it falls, and what
   * the clock does at rest is left out. `sample` is the same, and the third and later steps of one kind are left out too:
   * a worker that asks its queue again and again does nothing new. `all` counts everything.
   */
  readonly steps: 'sample' | 'traces' | 'all';
  /** Counting begins with the first step whose text contains this; absent: at once. */
  readonly from?: string;
};

/** What the parent sends. */
export type Order = ({ readonly kind: 'arm'; readonly trail: string } & Kill) | { readonly kind: 'disarm' };

/** What the parent gets back, so that nothing it does next is missed. */
export type OrderDone = { readonly kind: 'armed' | 'disarmed' };

let order: Extract<Order, { kind: 'arm' }> | undefined;
let count = 0;
let hasBegun = false;
const alike = new Map<string, number>();

process.on('message', (message) => {
  // Only the test that started this process can send here.
  const next = message as Order;
  order = next.kind === 'arm' ? next : undefined;
  count = 0;
  alike.clear();
  hasBegun = false;
  process.send?.({ kind: next.kind === 'arm' ? 'armed' : 'disarmed' } satisfies OrderDone);
});
process.channel?.unref();

/** Counts one step; the returned function is to be called when it is done. */
const take = (label: string, leavesTrace = true): (() => void) => {
  if (order === undefined || !isCounted(order, label, leavesTrace)) return () => undefined;
  count += 1;
  const { at, when, trail } = order;
  const isHit = count === at;
  // Written before the end comes: the last line is the step at which the process died.
  appendFileSync(trail, `${label}${isHit ? ' KILL' : ''}\n`);
  if (isHit && when === 'before') die();
  return () => {
    if (isHit && order !== undefined) die();
  };
};

/** Steps of one kind that a sample holds. */
const MOST_ALIKE = 2;

const isCounted = ({ steps, from }: Kill, label: string, leavesTrace: boolean): boolean => {
  if (steps !== 'all' && !leavesTrace) return false;
  hasBegun ||= from === undefined || label.includes(from);
  if (!hasBegun) return false;
  const seen = (alike.get(label) ?? 0) + 1;
  alike.set(label, seen);
  return steps !== 'sample' || seen <= MOST_ALIKE;
};

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process before this line is over; no code of the product may run on.
  for (;;);
};

type Callback = (...results: unknown[]) => unknown;
type Query = (this: pg.Client, ...args: unknown[]) => unknown;

const textOf = (first: unknown): string => {
  const text = typeof first === 'string' ? first : (first as { text?: unknown } | undefined)?.text;
  return String(text)
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 110);
};

/** Functions of the queue that change something; their first value is the queue's name. */
const QUEUE_WRITES = /\b(add|move|extend|retry|remove)_/;
/** What the clock does every few seconds whether there is work or not; a kill there is a kill at rest. */
const AT_REST =
  /move_stalled|"redraw_at" <=|insert into "worker"|delete from "(?:outbox|inbox|notice)"|"check_run" set "request"|"inbox" set "claimed_until"|"app_meta"/;
/** Clients in a transaction, and what they wrote last in it. */
const transactions = new WeakMap<pg.Client, { wrote?: string }>();

const changesSomething = (verb: string, text: string): boolean =>
  (verb === 'select' ? QUEUE_WRITES.test(text) : verb !== 'listen') && !AT_REST.test(text);

type Statement = { readonly label: string; readonly leavesTrace: boolean };

/** What a statement is called, and whether it is there for others to see when it is done. */
const statementOf = (client: pg.Client, args: readonly unknown[]): Statement => {
  const text = textOf(args[0]);
  const [verb = ''] = text.toLowerCase().split(' ', 1);
  const transaction = transactions.get(client);
  switch (verb) {
    case 'begin':
      transactions.set(client, {});
      return { label: text, leavesTrace: false };
    case 'rollback':
      transactions.delete(client);
      return { label: text, leavesTrace: false };
    case 'commit':
      transactions.delete(client);
      if (transaction?.wrote === undefined) return { label: text, leavesTrace: false };
      return { label: `commit of ${transaction.wrote}`, leavesTrace: true };
  }
  const isWrite = changesSomething(verb, text);
  if (transaction !== undefined && isWrite) transaction.wrote = text;
  const queue = verb === 'select' && isWrite && Array.isArray(args[1]) ? ` ${String(args[1][0])}` : '';
  return { label: `${text}${queue}`, leavesTrace: isWrite && transaction === undefined };
};

const patched = pg.Client.prototype as unknown as { query: Query };
const query = patched.query;
patched.query = function (this: pg.Client, ...args: unknown[]) {
  const { application_name: from } = (
    this as unknown as { connectionParameters: { application_name?: string } }
  ).connectionParameters;
  const { label, leavesTrace } = statementOf(this, args);
  const done = take(`${from ?? 'pg'}: ${label}`, leavesTrace);
  const last = args.at(-1);
  if (typeof last === 'function') {
    const answer: Callback = (...results) => {
      done();
      return (last as Callback)(...results);
    };
    return query.apply(this, [...args.slice(0, -1), answer]);
  }
  const result = query.apply(this, args);
  // A query object brings its own events; its end is not looked at.
  if (!(result instanceof Promise)) return result;
  return result.finally(done);
};

const fetchNow = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const [input] = args;
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const done = take(`slack: ${pathname}`);
  try {
    return await fetchNow(...args);
  } finally {
    done();
  }
};

const socket = WebSocket.prototype as unknown as { send: (this: WebSocket, data: unknown) => void };
const { send } = socket;
socket.send = function (this: WebSocket, data) {
  const done = take('ack');
  send.call(this, data);
  const flushed = (): void => {
    if (this.bufferedAmount > 0) setImmediate(flushed);
    else done();
  };
  flushed();
};
