import { alertMessage } from '../blocks/messages/alert.ts';
import { cardChangesAt, cardMessage } from '../blocks/card/card.ts';
import { pointerMessage } from '../blocks/messages/pointer.ts';
import { sceneOf } from '../blocks/scene.ts';
import type { Painter } from './draw-message.ts';

/** What each kind of kept message looks like now. Undefined: there is nothing to show. */
export const paint: Painter = (kept, situation, { messages, lockSince, alert: context }) => {
  if (kept.kind === 'alert') {
    const alert = situation.deployment.alerts.find(({ id }) => id === kept.ref);
    return alert === undefined ? undefined : { message: alertMessage(sceneOf(situation), alert, context) };
  }
  const newCard = messages.find(({ kind }) => kind === 'card')?.permalink;
  if (kept.kind === 'pointer') {
    // Until the new card stands the old one is of more use than a pointer to nothing.
    return typeof newCard === 'string' ? { message: pointerMessage(sceneOf(situation), newCard) } : undefined;
  }
  const [earlier] = messages
    .filter(({ kind }) => kind === 'pointer')
    .sort((a, b) => (b.postedAt ?? 0) - (a.postedAt ?? 0));
  const links = messages.filter(({ kind, permalink }) => kind === 'alert' && permalink !== null);
  const redrawAt = cardChangesAt(situation);
  return {
    message: cardMessage({
      situation,
      alertLinks: Object.fromEntries(links.map(({ ref, permalink }) => [ref, permalink ?? ''])),
      ...(lockSince === undefined ? {} : { lock: { since: lockSince } }),
      ...(typeof earlier?.permalink === 'string' ? { oldCard: earlier.permalink } : {}),
    }),
    ...(redrawAt === undefined ? {} : { redrawAt }),
  };
};
