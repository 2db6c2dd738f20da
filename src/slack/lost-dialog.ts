import { noticeRow, tell } from '../usecases/notices.ts';
import { quoted } from '../domain/refusal.ts';
import type { Loop } from '../usecases/world.ts';
import type { Order } from './carry-out.ts';
import type { Envelope } from './envelope.ts';

type Lost = { readonly envelope: Envelope; readonly order: Order; readonly outcome: string };

/** A dialog was to answer, and the process ended first: what would open it has died with it. Said once. */
export const tellLostDialog = (loop: Loop, { envelope, order: { cause }, outcome }: Lost): Promise<void> =>
  loop.transact(async (tx) => {
    const now = loop.now().getTime();
    const { inboxId, reply } = cause;
    if (!(await tx.inbox.finish(inboxId, { outcome, now })) || reply === undefined) return;
    const again =
      envelope.kind === 'command'
        ? `Type it again: ${quoted(`/deploy ${envelope.text.trim()}`)}`
        : 'Press the button again.';
    const text = `I was restarted before the dialog could open, and nothing was done. ${again}`;
    await tell(tx, noticeRow(`answer:${inboxId}`, null, { kind: 'told', reply, text }), now);
  });
