import type { Refusal } from '../domain/refusal.ts';
import { refusal } from '../domain/refusal.ts';
import type { Result } from '../lib/result.ts';
import { ok } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import type { Cause } from '../usecases/act.ts';
import { AlreadyHandled } from '../usecases/act.ts';
import { ASK, choosePlace } from '../usecases/choose-place.ts';
import { lockEnvironment } from '../usecases/lock-environment.ts';
import { performAct, refuse } from '../usecases/perform-act.ts';
import { startDeployment } from '../usecases/start-deployment.ts';
import type { Loop, Person } from '../usecases/world.ts';
import type { Intent } from './intent.ts';
import { findTarget, resolveAct } from './resolve.ts';

/** Intents that change something. */
export type Mutation = Extract<Intent, { type: 'act' | 'start' | 'lock' }>;

export const isMutation = (intent: Intent): intent is Mutation =>
  intent.type === 'act' || intent.type === 'start' || intent.type === 'lock';

export type Order = {
  readonly intent: Mutation;
  readonly by: Person;
  /** Where it was asked: a channel, or nothing for a dialog. */
  readonly channel: string | undefined;
  readonly channelName: string;
  /** Channel that the payload proves the person to be in. */
  readonly from: string | undefined;
  readonly cause: Cause;
};

/** Does what somebody asked for, exactly once, however often it is called for the same envelope. */
export const carryOut = async (loop: Loop, order: Order): Promise<Result<unknown, Refusal>> => {
  try {
    return await dispatch(loop, order);
  } catch (error) {
    if (error instanceof AlreadyHandled) return ok(undefined);
    throw error;
  }
};

const dispatch = (loop: Loop, order: Order): Promise<Result<unknown, Refusal>> => {
  const { intent } = order;
  switch (intent.type) {
    case 'act':
      return actOn(loop, order, intent);
    case 'start':
      return start(loop, order, intent);
    case 'lock': {
      const { kind, environment, reason } = intent;
      const { by, cause, channel } = order;
      return lockEnvironment(loop, { kind, environment, reason, by, cause, channel: channel ?? '' });
    }
  }
};

const actOn = async (
  loop: Loop,
  { by, from, cause }: Order,
  { target, act }: Extract<Mutation, { type: 'act' }>,
): Promise<Result<unknown, Refusal>> => {
  const deployment = await findTarget(loop, target);
  if (!deployment.ok) return refuse(loop, cause, deployment.error);
  const resolved = await resolveAct(loop, deployment.value, act);
  if (!resolved.ok) return refuse(loop, cause, resolved.error);
  return performAct(loop, { deployment: deployment.value, by, from, act: resolved.value, cause });
};

const start = async (
  loop: Loop,
  { by, cause, channel: asked, channelName }: Order,
  { words, chosen, plannedGo, named, carryOverFrom, channel: opened }: Extract<Mutation, { type: 'start' }>,
): Promise<Result<unknown, Refusal>> => {
  const channel = opened ?? asked;
  const recent = await loop.transact((tx) =>
    tx.deployments.listRecent(loop.teamId, { limit: 1, ...(channel === undefined ? {} : { channel }) }),
  );
  const channelNames = [channel, channelName, `#${channelName}`].flatMap((name) => name ?? []);
  const place = choosePlace(words, { files: loop.files(), channelNames, last: recent[0] });
  if (!place.ok) return refuse(loop, cause, place.error);
  if (place.value === ASK) {
    const systems = [...loop.files().checklists.keys()].join(', ');
    const typed = ['/deploy start', words.environment, '<system>', ...words.rest].join(' ');
    const message = `Say which system: ${typed}. Loaded: ${systems}. Or type /deploy for the dialog.`;
    return refuse(loop, cause, refusal('system_missing', message));
  }
  return startDeployment(loop, {
    ...place.value,
    chosen,
    channel: channel ?? '',
    by,
    cause,
    ...stated({ plannedGo, named, carryOverFrom }),
  });
};
