import type { JsonObject } from '../../lib/json.ts';

/** Slack waits this long for the app before the person sees a failure. */
export const ACK_TIMEOUT_MS = 3000;

/** One payload on its way to the app. */
export type Envelope = {
  readonly id: string;
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: JsonObject;
  /** 0 for the first attempt. */
  readonly attempt: number;
  readonly retryReason: string | undefined;
};

export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly error: string;
      /** The app asked not to be tried again. */ readonly final: boolean;
    };

export type Transport = {
  /** Resolves within about three seconds. `onLateAck` is called when the app answers after that. */
  readonly send: (envelope: Envelope, onLateAck: () => void) => Promise<Answer>;
};
