import { VIEW } from '../../blocks/ids.ts';
import type { Ref } from '../../blocks/ref.ts';
import { decodeRef, encodeRef } from '../../blocks/ref.ts';
import type { Envelope, ViewPlace } from '../envelope.ts';
import type { Dialog, StandingDialog } from '../intent.ts';

/** Dialogs that show how things stand, and stay open while something is done from them. */
const STANDING: Readonly<Record<string, StandingDialog>> = {
  [VIEW.phase]: 'phase',
  [VIEW.itemDetails]: 'details',
  [VIEW.alertDetails]: 'alert_details',
};

/** The dialogs that are still open once this envelope was answered, the one in front first: each as it was last drawn. */
export const openViews = (envelope: Envelope): readonly Dialog[] => {
  if (envelope.kind === 'command' || envelope.view === undefined) return [];
  const ref = decodeRef(envelope.view.privateMetadata);
  if (ref === undefined) return [];
  return (envelope.kind === 'action' ? withFront(envelope.view, ref) : below(envelope.view, ref)).map(
    ({ name, viewId }) => ({ name, ref, viewId }),
  );
};

type OpenView = { readonly name: StandingDialog; readonly viewId: string };

const withFront = (view: ViewPlace, ref: Ref): readonly OpenView[] => {
  const name = STANDING[view.callbackId];
  return name === undefined ? [] : [{ name, viewId: view.id }, ...below(view, ref)];
};

/** Whatever lies between the lowest and the one in front is about the item. */
const below = ({ rootId, previousId }: ViewPlace, ref: Ref): readonly OpenView[] => {
  if (previousId === undefined) return [];
  const root: OpenView = { name: rootOf(ref), viewId: rootId };
  return previousId === rootId ? [root] : [{ name: 'details', viewId: previousId }, root];
};

const rootOf = ({ filter, alertId }: Ref): StandingDialog =>
  filter !== undefined ? 'phase' : alertId !== undefined ? 'alert_details' : 'details';

/** What a dialog remembers that is laid upon another: its own, and the page below, to be drawn again after it. */
export const refUpon = ({ itemId: _another, ...page }: Ref, own: string): string => {
  const ref = decodeRef(own);
  return ref === undefined ? own : encodeRef({ ...page, ...ref });
};
