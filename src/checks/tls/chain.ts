import type { DetailedPeerCertificate } from 'node:tls';
import type { JsonObject } from '../../lib/json.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_CHAIN = 10;

/** Whole days until a certificate ends; negative once it has. */
export const daysLeft = (certificate: DetailedPeerCertificate, now: Date): number =>
  Math.floor((Date.parse(certificate.valid_to) - now.getTime()) / DAY_MS);

// A self-signed certificate is its own issuer; the type does not say that an incomplete chain ends in nothing.
const nextOf = (certificate: DetailedPeerCertificate): DetailedPeerCertificate | undefined => {
  const issuer = certificate.issuerCertificate as DetailedPeerCertificate | undefined;
  return issuer && issuer.fingerprint256 !== certificate.fingerprint256 ? issuer : undefined;
};

const isOwnIssuer = (certificate: DetailedPeerCertificate): boolean =>
  (certificate.issuerCertificate as DetailedPeerCertificate | undefined) !== undefined &&
  nextOf(certificate) === undefined;

const walk = (leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] => {
  const chain = [leaf];
  for (let next = nextOf(leaf); next && chain.length < MAX_CHAIN; next = nextOf(next)) chain.push(next);
  return chain;
};

/** Organisation and name, as far as a certificate has them. */
export const nameOf = ({ O, CN }: { readonly O?: unknown; readonly CN?: unknown }): string =>
  [O, CN]
    .flat()
    .filter((part) => typeof part === 'string')
    .join(' ');

/**
 * The chain as far as it could be followed, leaf first. Its root is not counted in `days`: it comes from this machine's
 * trust store, not from the server. `missing` names the issuer that neither the server sent nor this machine trusts.
 */
export const describeChain = (leaf: DetailedPeerCertificate, now: Date): JsonObject => {
  const chain = walk(leaf);
  const last = chain.at(-1) ?? leaf;
  const isComplete = isOwnIssuer(last);
  const sent = isComplete && chain.length > 1 ? chain.slice(0, -1) : chain;
  return {
    days: Math.min(...sent.map((certificate) => daysLeft(certificate, now))),
    complete: isComplete,
    ...(!isComplete && { missing: nameOf(last.issuer) }),
    certificates: chain.map((certificate) => ({
      subject: nameOf(certificate.subject),
      issuer: nameOf(certificate.issuer),
      until: new Date(Date.parse(certificate.valid_to)).toISOString(),
      days: daysLeft(certificate, now),
    })),
  };
};
