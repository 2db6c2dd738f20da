import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { defineCheck, missingHost, numberOf, portParam } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { problemOf } from '../problem.ts';

const params = z.strictObject({
  host: z.string().min(1).describe('Name or address.'),
  port: portParam.default(443).describe('TCP port; default 443.'),
  servername: z.string().min(1).optional().describe('Name the certificate has to carry; absent: the host.'),
});

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_CHAIN = 10;

const daysLeft = (certificate: DetailedPeerCertificate, now: Date): number =>
  Math.floor((Date.parse(certificate.valid_to) - now.getTime()) / DAY_MS);

/** Leaf first. The root is left out: it comes from this machine's trust store, not from the server. */
const chainOf = (leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] => {
  const chain = [leaf];
  for (let next = nextOf(leaf); next && chain.length < MAX_CHAIN; next = nextOf(next)) chain.push(next);
  return chain.filter((certificate, position) => position === 0 || nextOf(certificate) !== undefined);
};

// A self-signed certificate is its own issuer; the type does not say that an incomplete chain ends in nothing.
const nextOf = (certificate: DetailedPeerCertificate): DetailedPeerCertificate | undefined => {
  const issuer = certificate.issuerCertificate as DetailedPeerCertificate | undefined;
  return issuer && issuer.fingerprint256 !== certificate.fingerprint256 ? issuer : undefined;
};

const nameOfIssuer = ({ issuer }: DetailedPeerCertificate): string =>
  [issuer.O, issuer.CN].filter((part) => part !== undefined).join(' ');

const observe = (socket: TLSSocket, now: Date): JsonObject => {
  const leaf = socket.getPeerCertificate(true);
  // Node sets a code here although the type says Error.
  const error = socket.authorizationError as unknown;
  return {
    valid: socket.authorized,
    days: daysLeft(leaf, now),
    chain_days: Math.min(...chainOf(leaf).map((certificate) => daysLeft(certificate, now))),
    issuer: nameOfIssuer(leaf),
    protocol: socket.getProtocol() ?? 'unknown',
    ...(!socket.authorized && { error: error instanceof Error ? error.message : String(error) }),
  };
};

/** The certificate chain of one TLS server. A chain that is not trusted is measured (`valid: false` and why). */
export const tls = defineCheck({
  kind: 'tls',
  title: 'A TLS certificate is valid, and for how long.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 2,
  observation: {
    valid: 'true when the chain is trusted and carries the name',
    days: 'days until the certificate ends, rounded down',
    chain_days: 'days until the first certificate of the chain ends, the root left out',
    issuer: 'organisation and name of the issuer',
    protocol: 'TLSv1.3 and the like',
    error: 'why it is not valid, e.g. CERT_HAS_EXPIRED; absent when it is',
  },
  passes: { valid: true },
  target: nameTarget,
  needs: missingHost,
  run: async ({ host, port, servername = host }, { network, signal, now }) => {
    const socket = await network.connect({ host, port }, signal);
    try {
      const secured = await network.secure(
        { socket, servername, options: { rejectUnauthorized: false } },
        signal,
      );
      return { observation: observe(secured, now()) };
    } catch (error) {
      signal.throwIfAborted();
      throw problemOf(error, nameTarget({ host, port }));
    } finally {
      socket.destroy();
    }
  },
  say: (observation) =>
    `valid for ${numberOf(observation['days'])} days, ${plain(observation['issuer'] ?? '')}`,
});
