import { requireMember } from '../domain/actor.ts';
import { mayNotSign } from '../domain/decide/sign-off.ts';
import type { Refusal } from '../domain/refusal.ts';
import { actorFor } from '../usecases/act.ts';
import { environmentOf, situate } from '../usecases/situate.ts';
import type { Loop } from '../usecases/world.ts';
import type { Dialog } from './intent.ts';
import type { Asked } from './listen.ts';
import { findTarget } from './resolve.ts';

/** Dialogs that only show. */
const LOOKS: ReadonlySet<Dialog['name']> = new Set(['phase', 'details', 'alert_details', 'variant']);

/** Who would be refused whatever they fill in is refused before; the rule itself is asked again when it is sent. */
export const refusedToOpen = async (
  loop: Loop,
  dialog: Dialog,
  { person, channel = '', from }: Asked,
): Promise<Refusal | undefined> => {
  if (LOOKS.has(dialog.name)) return undefined;
  if (dialog.name === 'start') {
    const environment = environmentOf(loop, dialog.environment ?? '');
    const member = requireMember(await loop.people.actor(person, environment, { channel, from }));
    return member.ok ? undefined : member.error;
  }
  const found = await findTarget(loop, { deploymentId: dialog.ref.deploymentId });
  if (!found.ok) return undefined;
  const actor = await actorFor(loop, found.value, { by: person, from });
  const member = requireMember(actor);
  if (!member.ok) return member.error;
  if (dialog.name !== 'sign_off') return undefined;
  const checklist = await loop.transact((tx) => tx.checklists.get(found.value.checklistHash));
  const situation = situate(loop, { deployment: found.value, checklist, now: loop.now().getTime() });
  const { role } = dialog.ref;
  return mayNotSign(situation, { actor, ...(role === undefined ? {} : { role }) });
};
