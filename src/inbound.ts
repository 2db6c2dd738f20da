import { randomBytes } from 'node:crypto';
import { INBOUND_SECRET } from './checks/kinds/webhook.ts';
import type { Config } from './config.ts';
import type { Store } from './db/store.ts';
import type { InboundOptions } from './http/inbound.ts';
import type { Addresses } from './usecases/inbound-address.ts';
import { createAddresses } from './usecases/inbound-address.ts';
import { receive } from './usecases/receive.ts';
import type { Loop } from './usecases/world.ts';
import type { CheckWorkerDeps } from './workers/run-checks.ts';
import { inboundFor } from './workers/inbound.ts';

const NONCE_BYTES = 16;

/** The addresses other systems report to; undefined: the configuration says nothing of them, and nothing is taken in. */
export const addressesOf = ({ inbound }: Pick<Config, 'inbound'>): Addresses | undefined =>
  inbound && createAddresses(inbound);

/** What a worker's checks see of it. */
export const inboundOfChecks = (
  addresses: Addresses | undefined,
  { store, now }: { readonly store: Store; readonly now: () => Date },
): CheckWorkerDeps['inbound'] =>
  addresses &&
  inboundFor({ store, addresses, now, newNonce: () => randomBytes(NONCE_BYTES).toString('hex') });

/** What the HTTP server does with it. */
export const inboundOfHttp = (addresses: Addresses | undefined, loop: Loop): InboundOptions | undefined =>
  addresses && {
    read: addresses.read,
    receive: (arrival) => receive(loop, arrival),
    log: loop.log,
  };

/** Names of our own variables that a check may need; never their values. */
export const ownNames = ({ inbound }: Pick<Config, 'inbound'>): readonly string[] =>
  inbound === undefined ? [] : [INBOUND_SECRET];
