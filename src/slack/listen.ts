import type { KnownBlock } from '@slack/types';
import { decodeRef, decodeStartRef } from '../blocks/ref.ts';
import { refusalMessage } from '../blocks/messages/answer.ts';
import type { Ref } from '../blocks/ref.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Log } from '../lib/log.ts';
import type { Result } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import type { Cause } from '../usecases/act.ts';
import type { Loop } from '../usecases/world.ts';
import { readAction } from './actions/read-action.ts';
import type { Order } from './carry-out.ts';
import { carryOut, isMutation } from './carry-out.ts';
import { parseCommand } from './commands/parse-command.ts';
import { dialogInstead } from './dialog-instead.ts';
import type { Envelope } from './envelope.ts';
import { envelopeKey, parseEnvelope, storable } from './envelope.ts';
import type { InboxEntry } from './intake.ts';
import { NotStoredInTime } from './intake.ts';
import type { Dialog, Intent, Show } from './intent.ts';
import type { FieldErrors } from './views/field-errors.ts';
import { fieldErrors } from './views/field-errors.ts';
import { openViews } from './views/open-views.ts';
import { readView } from './views/read-view.ts';

type CommandAck = (answer?: {
  text: string;
  blocks?: KnownBlock[];
  response_type: 'ephemeral';
}) => Promise<void>;
type ViewAck = (answer?: { response_action: 'errors'; errors: FieldErrors }) => Promise<void>;

export type Listeners = {
  readonly command: (body: unknown, ack: CommandAck) => Promise<void>;
  readonly action: (body: unknown, ack: () => Promise<void>) => Promise<void>;
  readonly view: (body: unknown, ack: ViewAck) => Promise<void>;
  readonly home: (person: string) => Promise<void>;
};

export type ListenDeps = {
  readonly loop: Loop;
  readonly intake: (entry: InboxEntry) => Promise<boolean>;
  /** Answers that only look. */
  readonly show: (show: Show, asked: Asked) => Promise<Said>;
  /** `orElse`: told when it cannot be opened any more. */
  readonly openDialog: (dialog: Dialog, asked: Asked, orElse?: Refusal) => Promise<void>;
  /** Draws a dialog again that stayed open. */
  readonly redrawDialog: (dialog: Dialog, asked: Asked) => Promise<void>;
  readonly showHome: (person: string) => Promise<void>;
  /** Tells one person something at once, outside the loop: the database may be down. */
  readonly whisper: (asked: Asked, said: Said) => Promise<void>;
  /** A person in plain words, where Slack draws no mentions. */
  readonly nameOf: (id: string) => string;
  /** Runs work after the answer to Slack, a few at a time; that of one person in order of arrival. */
  readonly later: (work: () => Promise<unknown>, person: string) => void;
  readonly log: Log;
};

/** Something said to one person: plain words, or blocks with words for notifications. */
export type Said = { readonly text: string; readonly blocks?: KnownBlock[] };

/** Who asked, and where the answer goes. */
export type Asked = {
  readonly person: { readonly id: string; readonly name: string };
  readonly channel?: string;
  readonly channelName?: string;
  readonly triggerId: string;
  readonly responseUrl?: string;
  /** A button inside a dialog: what opens next is laid on top of it. */
  readonly inView?: boolean;
  /** Channel the person is in, as the payload proves: it came from there, or from a dialog that was opened there. */
  readonly from?: string;
  /** What the dialog was about that was clicked or sent. */
  readonly below?: Ref;
};

const NOT_SAVED = 'Not saved, try again: the database does not answer.';
const NOT_SURE =
  'Not sure it was saved: the database does not answer. Look at the card before you try again.';
const NO_ANSWER = 'The database does not answer, try again.';
/** Whoever only looks is answered by then, whatever the database does. */
const LOOK_PATIENCE_MS = 2000;
const FOREIGN = 'This bot belongs to another workspace.';
/**
 * A dialog waits for its refusal until this long after it was received, storing it included; after that it closes and the
 * refusal comes as a message. Slack shows an error after three seconds, the way to it and back counted.
 */
const DIALOG_PATIENCE_MS = 2500;

/** What an envelope means. The same for a live payload and for one the sweeper found. */
export const readIntent = (envelope: Envelope): Intent => {
  switch (envelope.kind) {
    case 'command':
      return parseCommand(envelope.text, envelope.channel);
    case 'action':
      return readAction(envelope);
    case 'view':
      return readView(envelope);
  }
};

/** A dialog has no channel of its own; it remembers the one it was opened in. */
const provenBy = (envelope: Envelope): string | undefined => {
  if (envelope.kind === 'command') return envelope.channel;
  if (envelope.kind === 'action' && envelope.channel !== undefined) return envelope.channel;
  const metadata = envelope.view?.privateMetadata;
  return decodeRef(metadata)?.channel ?? decodeStartRef(metadata)?.channel;
};

/** Who sent an envelope, and where the answer goes. */
export const askedBy = (envelope: Envelope): Asked => ({
  person: envelope.person,
  triggerId: envelope.triggerId,
  ...stated({ from: provenBy(envelope) }),
  ...(envelope.kind === 'command' ? {} : stated({ below: decodeRef(envelope.view?.privateMetadata) })),
  ...(envelope.kind === 'command'
    ? { channel: envelope.channel, channelName: envelope.channelName, responseUrl: envelope.responseUrl }
    : {}),
  ...(envelope.kind === 'action' && envelope.channel !== undefined ? { channel: envelope.channel } : {}),
  ...(envelope.kind === 'action' && envelope.view !== undefined ? { inView: true } : {}),
  ...(envelope.kind === 'action' && envelope.responseUrl !== undefined
    ? { responseUrl: envelope.responseUrl }
    : {}),
});

/** The order in an envelope, if it is one that changes something. */
export const orderOf = (envelope: Envelope, inboxId: string): Order | undefined => {
  const intent = readIntent(envelope);
  if (!isMutation(intent)) return undefined;
  const { channel, channelName = '', from, person, responseUrl } = askedBy(envelope);
  const cause: Cause = {
    inboxId,
    isTyped: envelope.kind === 'command',
    reply: {
      person: person.id,
      ...stated({ responseUrl, channel: channel ?? ('channel' in intent ? intent.channel : undefined) }),
    },
  };
  return { intent, by: person, channel, channelName, from, cause };
};

export const createListeners = (deps: ListenDeps): Listeners => ({
  command: (body, ack) => onCommand(deps, body, ack),
  action: (body, ack) => onAction(deps, body, ack),
  view: (body, ack) => onView(deps, body, ack),
  home: (person) => deps.showHome(person),
});

const onCommand = async (deps: ListenDeps, body: unknown, ack: CommandAck): Promise<void> => {
  const envelope = parseEnvelope(body);
  if (envelope === undefined) return ack();
  const say = (said: Said) => ack({ ...said, response_type: 'ephemeral' });
  if (isForeign(deps, envelope)) return say({ text: FOREIGN });
  const order = orderOf(envelope, envelopeKey(envelope));
  if (order === undefined) {
    const asked = askedBy(envelope);
    return answer(deps, { intent: readIntent(envelope), asked, say, ack: () => ack() });
  }
  const saved = await save(deps, envelope, body);
  if (typeof saved === 'string') return say({ text: saved });
  await ack();
  if (saved) followUp(deps, order, { asked: askedBy(envelope), views: [] });
};

const onAction = async (deps: ListenDeps, body: unknown, ack: () => Promise<void>): Promise<void> => {
  const envelope = parseEnvelope(body);
  if (envelope === undefined) return ack();
  const asked = askedBy(envelope);
  const say = async (said: Said) => {
    await ack();
    await deps.whisper(asked, said);
  };
  if (isForeign(deps, envelope)) return say({ text: FOREIGN });
  const order = orderOf(envelope, envelopeKey(envelope));
  if (order === undefined) return answer(deps, { intent: readIntent(envelope), asked, say, ack });
  const saved = await save(deps, envelope, body);
  if (typeof saved === 'string') return say({ text: saved });
  await ack();
  if (saved) followUp(deps, order, { asked, views: openViews(envelope) });
};

const onView = async (deps: ListenDeps, body: unknown, ack: ViewAck): Promise<void> => {
  const deadline = patience(DIALOG_PATIENCE_MS);
  const envelope = parseEnvelope(body);
  if (envelope?.kind !== 'view' || isForeign(deps, envelope)) return ack();
  const order = orderOf(envelope, envelopeKey(envelope));
  if (order === undefined) return ack();
  const field = 'inDialog' in order.intent ? order.intent.inDialog : undefined;
  const show = (errors: FieldErrors) => ack({ response_action: 'errors', errors });
  const saved = await save(deps, envelope, body);
  if (typeof saved === 'string') return field === undefined ? ack() : show({ [field.block]: saved });
  if (!saved) return ack();
  const asked = askedBy(envelope);
  await submit(deps, order, {
    asked,
    deadline,
    refuseIn: field === undefined ? undefined : (refused) => show(fieldErrors(field, refused, deps.nameOf)),
    close: () => ack(),
    redraw: () => redraw(deps, { asked, views: openViews(envelope) }),
  });
};

const isForeign = ({ loop }: ListenDeps, envelope: Envelope): boolean => envelope.teamId !== loop.teamId;

/** True: new. False: delivered before. Words: it could not be stored, or nobody knows; what the person is told. */
const save = async (
  { loop, intake, log }: ListenDeps,
  envelope: Envelope,
  body: unknown,
): Promise<boolean | string> => {
  try {
    return await intake({
      id: envelopeKey(envelope),
      kind: envelope.kind,
      body: storable(body),
      receivedAt: loop.now().getTime(),
    });
  } catch (err) {
    log.error({ err }, 'inbox_not_saved');
    return err instanceof NotStoredInTime && err.isUnderWay ? NOT_SURE : NOT_SAVED;
  }
};

/** Carries an order out; what breaks is left for the sweeper. */
const carryOutLogged = (
  { loop, log }: ListenDeps,
  order: Order,
): Promise<Result<unknown, Refusal> | undefined> =>
  carryOut(loop, order).catch((err: unknown) => {
    log.error({ err, inboxId: order.cause.inboxId }, 'order_broke_off');
    return undefined;
  });

/** Who asked, and the dialogs that stay open before them. */
type Before = { readonly asked: Asked; readonly views: readonly Dialog[] };

/** What was done shows where it was clicked. A dialog is no kept message: what comes by itself later is not drawn there. */
const redraw = async ({ redrawDialog }: ListenDeps, { asked, views }: Before): Promise<void> => {
  for (const view of views) await redrawDialog(view, asked);
};

/** A click or command that has to be asked something first gets the dialog that asks it, in place of a refusal. */
const followUp = (deps: ListenDeps, order: Order, before: Before): void => {
  const { intent } = order;
  const answersItself = (refused: Refusal) => dialogInstead(intent, refused) !== undefined;
  deps.later(async () => {
    const cause: Cause = { ...order.cause, answersItself, isHandledByCaller: true };
    const result = await carryOutLogged(deps, { ...order, cause });
    const refused = result?.ok === false ? result.error : undefined;
    const dialog = refused === undefined ? undefined : dialogInstead(intent, refused);
    if (refused === undefined || dialog === undefined) return redraw(deps, before);
    await deps.openDialog(dialog, before.asked, refused);
    await handled(deps, cause.inboxId, refused);
  }, before.asked.person.id);
};

/** Its person has the dialog, or was told why not. Where this cannot be stored they are told once more, by the sweeper. */
const handled = async ({ loop, log }: ListenDeps, inboxId: string, { code }: Refusal): Promise<void> => {
  const end = { outcome: `refused:${code}`, now: loop.now().getTime() };
  await attempt(() => loop.transact((tx) => tx.inbox.finish(inboxId, end)), log);
};

const attempt = async <T>(work: () => Promise<T>, log: Log): Promise<T | undefined> => {
  try {
    return await work();
  } catch (err) {
    log.error({ err }, 'inbox_not_saved');
    return undefined;
  }
};

type Answering = {
  readonly intent: Intent;
  readonly asked: Asked;
  readonly say: (said: Said) => Promise<void>;
  readonly ack: () => Promise<void>;
};

/** What only looks, opens or explains. */
const answer = async (deps: ListenDeps, { intent, asked, say, ack }: Answering): Promise<void> => {
  switch (intent.type) {
    case 'show': {
      const look = attempt(() => deps.show(intent.show, asked), deps.log);
      return say((await Promise.race([look, patience(LOOK_PATIENCE_MS)])) ?? { text: NO_ANSWER });
    }
    case 'open':
      await ack();
      return deps.openDialog(intent.dialog, asked);
    case 'refuse':
      return say(refusalMessage(intent.refusal));
    default:
      return ack();
  }
};

/** A dialog shows its refusal itself while it is open; a late one comes as a message. */
const submit = async (
  deps: ListenDeps,
  order: Order,
  dialog: {
    readonly asked: Asked;
    /** Resolves when Slack must have its answer. */
    readonly deadline: Promise<undefined>;
    readonly refuseIn: ((refused: Refusal) => Promise<void>) | undefined;
    readonly close: () => Promise<void>;
    readonly redraw: () => Promise<void>;
  },
): Promise<void> => {
  if (dialog.refuseIn === undefined) {
    await dialog.close();
    await carryOutLogged(deps, order);
    return dialog.redraw();
  }
  const open = { isWaiting: true, hasPromised: false };
  const answersItself = (): boolean => {
    open.hasPromised = open.isWaiting;
    return open.isWaiting;
  };
  const work = carryOutLogged(deps, { ...order, cause: { ...order.cause, answersItself } });
  const first = await Promise.race([work, dialog.deadline]);
  open.isWaiting = false;
  if (first?.ok === false) return dialog.refuseIn(first.error);
  await dialog.close();
  const late = first ?? (await work);
  if (late?.ok === false && open.hasPromised) await deps.whisper(dialog.asked, refusalMessage(late.error));
  await dialog.redraw();
};

const patience = (ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
