import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { defineCheck, missingHost, numberOf, portParam, type CheckContext } from '../check.ts';
import { normaliseHost } from '../guard/addresses.ts';
import { nameTarget } from '../guard/hosts.ts';
import { CheckProblem, problemOf } from '../problem.ts';
import { daysLeft, describeChain, nameOf } from '../tls/chain.ts';
import { askForTls, STARTTLS } from '../tls/starttls.ts';

const params = z.strictObject({
  host: z.string().min(1).describe('Name or address.'),
  port: portParam.default(443).describe('TCP port; default 443.'),
  servername: z.string().min(1).optional().describe('Name the certificate has to carry; absent: the host.'),
  starttls: z
    .enum(STARTTLS)
    .optional()
    .describe(
      'smtp or postgres: begin in the clear and go over to TLS as that protocol does. Absent: TLS at once.',
    ),
});

type Params = z.output<typeof params>;

const observe = (socket: TLSSocket, { servername, now }: { servername: string; now: Date }): JsonObject => {
  const leaf = socket.getPeerCertificate(true);
  // A server may shake hands without any; the type does not say so.
  if (Object.keys(leaf).length === 0)
    throw new CheckProblem('the server showed no certificate', { outcome: 'fail', code: 'no_certificate' });
  // Node sets a code here although the type says Error.
  const error = socket.authorizationError as unknown;
  const chain = describeChain(leaf, now);
  return {
    valid: socket.authorized,
    days: daysLeft(leaf, now),
    until: new Date(Date.parse(leaf.valid_to)).toISOString(),
    hostname: checkServerIdentity(normaliseHost(servername)?.name ?? servername, leaf) === undefined,
    subject: nameOf(leaf.subject),
    issuer: nameOf(leaf.issuer),
    chain,
    chain_days: numberOf(chain['days']),
    protocol: socket.getProtocol() ?? 'unknown',
    address: socket.remoteAddress ?? '',
    ...(!socket.authorized && { error: error instanceof Error ? error.message : String(error) }),
  };
};

const run = async ({ host, port, servername = host, starttls }: Params, context: CheckContext) => {
  const { network, signal, now } = context;
  const name = nameTarget({ host, port });
  const socket = await network.connect({ host, port }, signal);
  try {
    if (starttls !== undefined) await askForTls(socket, starttls, { name, signal });
    const secured = await network.secure(
      { socket, servername, options: { rejectUnauthorized: false } },
      signal,
    );
    return { observation: observe(secured, { servername, now: now() }) };
  } catch (error) {
    signal.throwIfAborted();
    throw problemOf(error, name);
  } finally {
    socket.destroy();
  }
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
    days: 'days until the certificate ends, rounded down; negative once it has',
    until: 'when it ends, as ISO time',
    hostname: 'true when it carries the name, trusted or not',
    subject: 'organisation and name of its holder',
    issuer: 'organisation and name of its issuer',
    'chain.days': 'days until the first certificate of the chain ends, the root left out',
    'chain.complete':
      'true when the chain leads to a root; false when an intermediate certificate is missing',
    'chain.missing':
      'issuer that the server did not send and this machine does not trust; absent when complete',
    'chain.certificates[n]': "subject, issuer, until and days of each, the server's own first; at most 10",
    chain_days: 'the same as chain.days',
    protocol: 'TLSv1.3 and the like',
    address: 'address that showed it',
    error: 'why it is not valid, e.g. CERT_HAS_EXPIRED; absent when it is',
  },
  passes: { valid: true },
  target: nameTarget,
  needs: missingHost,
  run,
  say: (observation) =>
    `valid for ${numberOf(observation['days'])} days, ${plain(observation['issuer'] ?? '')}`,
});
