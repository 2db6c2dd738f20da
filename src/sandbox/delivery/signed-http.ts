import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { ACK_TIMEOUT_MS } from './transport.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Answer, Envelope, Transport } from './transport.ts';

type SignedHttpOptions = {
  readonly requestUrl: string;
  readonly signingSecret: string;
};

const formOf = (payload: JsonObject): string =>
  new URLSearchParams(
    Object.entries(payload).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString();

const bodyOf = (envelope: Envelope): { type: string; body: string } => {
  // Bolt compares the form content type as a whole; Slack sends it without a charset.
  const form = 'application/x-www-form-urlencoded';
  switch (envelope.type) {
    case 'slash_commands':
      return { type: form, body: formOf(envelope.payload) };
    case 'interactive':
      return {
        type: form,
        body: new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString(),
      };
    case 'events_api':
      return { type: 'application/json', body: JSON.stringify(envelope.payload) };
  }
};

export const signature = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

/** An ack body is JSON, plain text (a command's reply) or empty. */
const parseAck = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const failure = (error: unknown): Answer => {
  const name = error instanceof Error ? error.name : '';
  const timedOut = ['TimeoutError', 'AbortError', 'HeadersTimeoutError', 'BodyTimeoutError'].includes(name);
  return { ok: false, error: timedOut ? 'operation_timeout' : 'connection_failed', final: false };
};

export const signedHttpTransport = ({ requestUrl, signingSecret }: SignedHttpOptions): Transport => ({
  send: async (envelope) => {
    const { type, body } = bodyOf(envelope);
    // The app compares it with its own clock, so it is the real one even when the workspace's is not.
    const timestamp = String(Math.floor(Date.now() / 1000));
    const retry =
      envelope.attempt === 0
        ? {}
        : {
            'x-slack-retry-num': String(envelope.attempt),
            'x-slack-retry-reason': envelope.retryReason ?? 'http_timeout',
          };
    try {
      const response = await request(requestUrl, {
        method: 'POST',
        headers: {
          'content-type': type,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature(signingSecret, timestamp, body),
          ...retry,
        },
        body,
        signal: AbortSignal.timeout(ACK_TIMEOUT_MS),
      });
      const text = await response.body.text();
      if (response.statusCode >= 200 && response.statusCode < 300) return { ok: true, body: parseAck(text) };
      const final = response.headers['x-slack-no-retry'] === '1';
      return { ok: false, error: `http_${response.statusCode}`, final };
    } catch (error) {
      return failure(error);
    }
  },
});
