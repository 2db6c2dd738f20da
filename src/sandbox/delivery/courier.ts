import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { keepNewest } from '../keep-newest.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Delivery, SandboxDelivery } from '../public-types.ts';
import type { Answer, Envelope, Transport } from './transport.ts';

/** A payload for the app, and what to call it in the log. */
export type Parcel = {
  readonly kind: 'command' | 'block_actions' | 'view_submission' | 'view_closed' | 'event';
  readonly name: string;
  readonly payload: JsonObject;
};

export type Courier = {
  /** Gives one payload to the app and waits for its ack. */
  readonly deliver: (parcel: Parcel) => Promise<Delivery>;
  /** Gives an event to the app: like deliver, and when it fails three more times, at once, after 1 min and after 5 min. */
  readonly deliverEvent: (parcel: Parcel) => Promise<Delivery>;
  /** The same payload under the same envelope id once more; the answer is only recorded. */
  readonly redeliver: (envelopeId?: string) => Promise<void>;
  readonly log: () => SandboxDelivery[];
  /** Stops the retries. */
  readonly close: () => void;
};

const EVENT_RETRIES_MS = [0, 60_000, 300_000] as const;

const envelopeType = (kind: Parcel['kind']): Envelope['type'] => {
  if (kind === 'command') return 'slash_commands';
  return kind === 'event' ? 'events_api' : 'interactive';
};

type Attempt = { readonly envelopeId: string; readonly number: number; readonly reason: string | undefined };

type Sent = { readonly delivery: Delivery; readonly answer: Answer };

type CourierOptions = {
  /** Asked for each payload, because an app may move from one transport to the other. */
  readonly transport: () => Transport;
  readonly now: () => Date;
  readonly changed: () => void;
};

/** Sends one payload and keeps the log of what was sent. */
const createSender = ({ transport, now, changed }: CourierOptions) => {
  const log: SandboxDelivery[] = [];
  const sent: { envelopeId: string; parcel: Parcel }[] = [];
  const send = async (parcel: Parcel, { envelopeId, number, reason }: Attempt): Promise<Sent> => {
    const entry: SandboxDelivery = {
      kind: parcel.kind,
      name: parcel.name,
      envelopeId,
      ok: false,
      attempt: number,
      at: now(),
    };
    keepNewest(log, entry);
    keepNewest(sent, { envelopeId, parcel });
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    const envelope: Envelope = {
      id: envelopeId,
      type: envelopeType(parcel.kind),
      payload: parcel.payload,
      attempt: number,
      retryReason: reason,
    };
    const answer = await transport().send(envelope, () => (entry.ackMs = elapsed()));
    const ackMs = elapsed();
    if (answer.ok) Object.assign(entry, { ok: true, ackMs });
    else entry.error = answer.error;
    changed();
    const delivery: Delivery = answer.ok
      ? { ok: true, ackMs, envelopeId, ...(answer.body === undefined ? {} : { body: answer.body }) }
      : { ok: false, ackMs, envelopeId, error: answer.error };
    return { delivery, answer };
  };
  return { log, sent, send };
};

const firstAttempt = (): Attempt => ({ envelopeId: randomUUID(), number: 0, reason: undefined });

export const createCourier = (options: CourierOptions): Courier => {
  const { log, sent, send } = createSender(options);
  const timers = new Set<NodeJS.Timeout>();

  const retryEvent = (parcel: Parcel, last: Answer, number: number): void => {
    const delayMs = EVENT_RETRIES_MS[number - 1];
    if (last.ok || last.final || delayMs === undefined) return;
    const reason = last.error === 'operation_timeout' ? 'http_timeout' : 'http_error';
    const timer = setTimeout(() => {
      timers.delete(timer);
      void send(parcel, { envelopeId: randomUUID(), number, reason }).then(({ answer }) =>
        retryEvent(parcel, answer, number + 1),
      );
    }, delayMs);
    timers.add(timer);
  };

  return {
    deliver: async (parcel) => (await send(parcel, firstAttempt())).delivery,
    deliverEvent: async (parcel) => {
      const { delivery, answer } = await send(parcel, firstAttempt());
      retryEvent(parcel, answer, 1);
      return delivery;
    },
    redeliver: async (envelopeId) => {
      const id = envelopeId ?? log.at(-1)?.envelopeId;
      const parcel = sent.findLast(({ envelopeId: each }) => each === id)?.parcel;
      if (id === undefined || parcel === undefined)
        throw new Error(`Nothing was delivered as ${id ?? 'yet'}.`);
      await send(parcel, { envelopeId: id, number: 0, reason: undefined });
    },
    log: () => log.map((entry) => ({ ...entry })),
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};
