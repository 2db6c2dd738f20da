import type { ServerResponse } from 'node:http';

/** Changes closer together than this are told once. */
const COALESCE_MS = 20;
/** Keeps proxies and the browser from closing a silent stream. */
const COMMENT_EVERY_MS = 15_000;

export type Live = {
  /** Turns a request into an event stream of `change` events. */
  readonly add: (response: ServerResponse) => void;
  readonly changed: () => void;
  readonly close: () => void;
};

/** Server-sent events: pages are told that something changed and ask for what they show. */
export const createLive = (): Live => {
  const streams = new Set<ServerResponse>();
  let pending: NodeJS.Timeout | undefined;
  let sequence = 0;
  const comment = setInterval(() => {
    for (const stream of streams) stream.write(': still here\n\n');
  }, COMMENT_EVERY_MS);
  comment.unref();
  return {
    add: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`id: ${sequence}\nevent: change\ndata: {}\n\n`);
      streams.add(response);
      response.on('close', () => streams.delete(response));
    },
    changed: () => {
      if (pending !== undefined || streams.size === 0) return;
      pending = setTimeout(() => {
        pending = undefined;
        sequence += 1;
        for (const stream of streams) stream.write(`id: ${sequence}\nevent: change\ndata: {}\n\n`);
      }, COALESCE_MS);
    },
    close: () => {
      clearInterval(comment);
      clearTimeout(pending);
      for (const stream of streams) stream.end();
    },
  };
};
