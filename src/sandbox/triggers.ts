import { randomBytes } from 'node:crypto';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';

/** Slack keeps a trigger id for three seconds and accepts it once. */
const LIFE_MS = 3000;

export type Trigger = {
  readonly person: string;
  /** The modal it was issued in; undefined for commands, messages and App Home. */
  readonly viewId: string | undefined;
};

export type TriggerError = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

export type Triggers = {
  readonly issue: (trigger: Trigger) => string;
  readonly exchange: (id: string) => Result<Trigger, TriggerError>;
};

export const createTriggers = (now: () => Date): Triggers => {
  const issued = new Map<string, Trigger & { readonly at: number; used: boolean }>();
  return {
    issue: (trigger) => {
      const id = `${now().getTime()}.${issued.size + 1}.${randomBytes(16).toString('hex')}`;
      issued.set(id, { ...trigger, at: now().getTime(), used: false });
      return id;
    },
    exchange: (id) => {
      const found = issued.get(id);
      if (found === undefined) return err('invalid_trigger_id');
      if (found.used) return err('exchanged_trigger_id');
      if (now().getTime() - found.at > LIFE_MS) return err('expired_trigger_id');
      found.used = true;
      return ok({ person: found.person, viewId: found.viewId });
    },
  };
};
