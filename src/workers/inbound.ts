import type { Inbound, Statement } from '../checks/check.ts';
import type { Addresses } from '../usecases/inbound-address.ts';
import type { AskedResult, Statement as Received } from '../usecases/receive.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Instant } from '../lib/time.ts';

type Store = {
  readonly deployments: { readonly find: (id: string) => Promise<Deployment | undefined> };
  readonly inbound: {
    readonly ask: (asked: AskedResult, now: Instant) => Promise<void>;
    readonly listAsked: (deploymentId: string, itemId: string) => Promise<readonly AskedResult[]>;
    readonly findBeat: (
      id: string,
    ) => Promise<{ readonly at: Instant; readonly statement: Received } | undefined>;
  };
};

export type InboundDeps = {
  readonly store: Store;
  readonly addresses: Addresses;
  readonly now: () => Date;
  /** Nobody can guess it. */
  readonly newNonce: () => string;
};

const statementOf = ({
  at,
  statement,
}: {
  readonly at: Instant;
  readonly statement: Received;
}): Statement => ({
  ...statement,
  at: new Date(at),
});

const resultOf = async (
  { store, addresses, now, newNonce }: InboundDeps,
  { deploymentId, itemId, validForMs }: { deploymentId: string; itemId: string; validForMs: number },
): ReturnType<Inbound['result']> => {
  const at = now().getTime();
  const asked = await store.inbound.listAsked(deploymentId, itemId);
  const last = asked.flatMap(({ received }) => received ?? []).sort((one, other) => other.at - one.at)[0];
  const told = last && { last: statementOf(last) };
  // What went well needs no other word; anything else may be followed by a better one.
  if (last?.statement.state === 'pass') return { ...told };
  const open = asked.find(({ received, expiresAt }) => received === undefined && expiresAt > at);
  const waiting = open ?? { id: newNonce(), deploymentId, itemId, expiresAt: at + validForMs };
  if (!open) await store.inbound.ask(waiting, at);
  const { id, expiresAt } = waiting;
  const url = addresses.urlOf({ kind: 'result', id, expiresAt });
  return { ...told, send: { url, until: new Date(expiresAt) } };
};

/** What others send in for one item of a deployment; each run looks at what has arrived so far, and waits for nothing. */
export const inboundFor =
  (deps: InboundDeps) =>
  ({ deploymentId, itemId }: { readonly deploymentId: string; readonly itemId: string }): Inbound => ({
    result: (validForMs) => resultOf(deps, { deploymentId, itemId, validForMs }),
    heartbeat: async (name) => {
      const { store, addresses } = deps;
      const deployment = await store.deployments.find(deploymentId);
      // The same job for every deployment of the place: it goes on between them.
      const id = `${deployment?.environment ?? ''}/${deployment?.system ?? ''}/${name}`;
      const beat = await store.inbound.findBeat(id);
      return { url: addresses.urlOf({ kind: 'heartbeat', id }), ...(beat && { last: statementOf(beat) }) };
    },
  });
