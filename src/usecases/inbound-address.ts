import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../lib/secret.ts';
import type { Instant } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';

/** What one of our addresses is for. */
export type Addressed =
  /** One result: `id` of the row that waits for it. */
  | { readonly kind: 'result'; readonly id: string; readonly expiresAt: Instant }
  /** A job that reports regularly. */
  | { readonly kind: 'heartbeat'; readonly id: string };

/** Makes and reads the addresses other systems report to. */
export type Addresses = {
  readonly urlOf: (addressed: Addressed) => string;
  /** Undefined: not one we gave out. Says nothing about whether it may still be used. */
  readonly read: (path: string) => Addressed | undefined;
};

/** Path before the kind and the token. */
export const INBOUND_PATH = '/inbound/';

/** 128 bits: nobody guesses one over the network. */
const MAC_LETTERS = 32;

// Hexadecimal throughout: Slack makes marks of other alphabets, and an address is copied from there.
const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
const ofHex = (text: string): string => Buffer.from(text, 'hex').toString('utf8');

const bodyOf = (addressed: Addressed): string =>
  addressed.kind === 'result'
    ? `result/${hex(addressed.id)}.${Math.ceil(addressed.expiresAt / SECOND)}`
    : `heartbeat/${hex(addressed.id)}`;

const TOKEN =
  /^((?:result\/((?:[0-9a-f]{2}){1,64})\.(\d{9,11}))|(?:heartbeat\/((?:[0-9a-f]{2}){1,300})))\.([0-9a-f]{32})$/;

const isSame = (given: string, wanted: string): boolean =>
  given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));

/** Addresses below a public URL, signed so that only those we made are taken. */
export const createAddresses = ({
  secret,
  publicUrl,
}: {
  readonly secret: Secret;
  readonly publicUrl: string;
}): Addresses => {
  const macOf = (body: string): string =>
    createHmac('sha256', secret.reveal())
      .update(`tminus inbound ${body}`)
      .digest('hex')
      .slice(0, MAC_LETTERS);
  return {
    urlOf: (addressed) => {
      const body = bodyOf(addressed);
      return `${publicUrl}${INBOUND_PATH}${body}.${macOf(body)}`;
    },
    read: (path) => {
      if (!path.startsWith(INBOUND_PATH)) return undefined;
      const [, body, result, expires, heartbeat, mac] = TOKEN.exec(path.slice(INBOUND_PATH.length)) ?? [];
      if (body === undefined || mac === undefined || !isSame(mac, macOf(body))) return undefined;
      return result === undefined
        ? { kind: 'heartbeat', id: ofHex(heartbeat ?? '') }
        : { kind: 'result', id: ofHex(result), expiresAt: Number(expires) * SECOND };
    },
  };
};
