import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small service to deploy; what it answers is set by the test. */
export type Service = {
  readonly url: string;
  /** Path -> how it answers: a status, or a body with status 200. `/version` and `/health` are there from the start. */
  readonly answers: Record<string, number | object>;
  /** Requests so far, `GET /health`. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
};

export const startService = async (port = 0): Promise<Service> => {
  const answers: Record<string, number | object> = {
    '/version': { version: '1.0.0' },
    '/health': { status: 'healthy' },
    '/ready': 200,
    '/users': 201,
  };
  const requests: string[] = [];
  const reply = (response: ServerResponse, answer: number | object): void => {
    response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(typeof answer === 'number' ? {} : answer));
  };
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    reply(response, answers[request.url ?? ''] ?? 404);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
