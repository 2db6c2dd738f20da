import { isValidSlackRequest } from '@slack/bolt';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import getRawBody from 'raw-body';

/** Bolt's own limit; more is answered with 413. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Lets through what Bolt can read. It takes for granted that a signed body, or the `payload` in it, is a JSON object, and
 * ends the process on `null`. The body is read once and left where Bolt looks for it.
 */
export const withReadableBody =
  (next: RequestListener, signingSecret: string): RequestListener =>
  (request, response) => {
    void (async () => {
      const body = await bodyOf(request, response);
      if (body === undefined) return;
      if (isObject(body, request)) next(Object.assign(request, { rawBody: body }), response);
      else answer(response, isSigned({ signingSecret, body, request }) ? 400 : 401);
    })();
  };

const answer = (response: ServerResponse, status: number): void => void response.writeHead(status).end();

/** Undefined: it could not be read, and that was answered. */
const bodyOf = async (request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> => {
  try {
    return await getRawBody(request, { limit: MOST_BYTES });
  } catch (error) {
    const { statusCode = 400 } = error as { statusCode?: number };
    answer(response, statusCode);
    return undefined;
  }
};

const isObject = (body: Buffer, { headers }: IncomingMessage): boolean => {
  const text = body.toString();
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  if (json === null) return true;
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
};

const header = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

const isSigned = (asked: { signingSecret: string; body: Buffer; request: IncomingMessage }): boolean =>
  isValidSlackRequest({
    signingSecret: asked.signingSecret,
    body: asked.body.toString(),
    headers: {
      'x-slack-signature': header(asked.request, 'x-slack-signature'),
      'x-slack-request-timestamp': Number(header(asked.request, 'x-slack-request-timestamp')),
    },
  });
