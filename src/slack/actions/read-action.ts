import { ACTION, INPUT, MORE } from '../../blocks/ids.ts';
import type { Ref } from '../../blocks/ref.ts';
import { decodeRef, decodeStartRef, menuDeployment } from '../../blocks/ref.ts';
import type { Act } from '../../usecases/acts.ts';
import { stated } from '../../lib/stated.ts';
import type { Envelope } from '../envelope.ts';
import type { DialogName, Intent } from '../intent.ts';
import { textAt, tickedIn } from '../views/values.ts';

export type ActionEnvelope = Extract<Envelope, { kind: 'action' }>;

type Read = (ref: Ref, envelope: ActionEnvelope) => Intent;

const act =
  (make: (ref: Ref) => Act | undefined): Read =>
  (ref) => {
    const made = make(ref);
    return made === undefined
      ? { type: 'nothing' }
      : { type: 'act', target: { deploymentId: ref.deploymentId }, act: made };
  };

const onItem = (make: (itemId: string) => Act): Read =>
  act(({ itemId }) => (itemId === undefined ? undefined : make(itemId)));

const alertOf = ({ alertId }: Ref) => (alertId === undefined ? {} : { alertId });

const open =
  (name: DialogName): Read =>
  (ref) => ({ type: 'open', dialog: { name, ref } });

/** Phase modal: the same view with another filter or page. */
const phase =
  (change: (ref: Ref) => Partial<Ref>): Read =>
  (ref, { view }) => ({
    type: 'open',
    dialog: {
      name: 'phase',
      ref: { ...ref, ...change(ref) },
      ...(view === undefined ? {} : { viewId: view.id }),
    },
  });

const BY_ACTION: Readonly<Record<string, Read>> = {
  [ACTION.itemConfirm]: onItem((itemId) => ({ kind: 'confirm', itemId })),
  [ACTION.itemUndo]: onItem((itemId) => ({ kind: 'undo', itemId, reason: undefined })),
  [ACTION.itemRerun]: onItem((itemId) => ({ kind: 'rerun', itemIds: [itemId] })),
  [ACTION.itemConfirmLine]: open('confirm'),
  [ACTION.itemSkip]: open('skip'),
  [ACTION.itemFail]: open('fail'),
  [ACTION.itemNotApplicable]: open('na'),
  [ACTION.itemAccept]: open('accept'),
  [ACTION.itemDetails]: open('details'),
  [ACTION.groupConfirm]: open('confirm_group'),
  [ACTION.groupRun]: ({ deploymentId, phaseId, effect }) => ({
    type: 'act',
    target: { deploymentId },
    act: { kind: 'rerun_group', phaseId: phaseId ?? '', effect: effect ?? 'write' },
  }),
  [ACTION.phaseFilterOpen]: phase(() => ({ filter: 'open', page: 1 })),
  [ACTION.phaseFilterMine]: phase(() => ({ filter: 'mine', page: 1 })),
  [ACTION.phaseFilterRed]: phase(() => ({ filter: 'red', page: 1 })),
  [ACTION.phaseFilterAll]: phase(() => ({ filter: 'all', page: 1 })),
  [ACTION.phasePrevious]: phase(() => ({})),
  [ACTION.phaseNext]: phase(() => ({})),
  [ACTION.gateGo]: act(() => ({ kind: 'go' })),
  [ACTION.gateNoGo]: open('no_go'),
  [ACTION.deploymentResume]: act(() => ({ kind: 'resume' })),
  [ACTION.deploymentDeployed]: open('deployed'),
  [ACTION.deploymentUndoDeployed]: act(() => ({ kind: 'undo_deployed' })),
  [ACTION.deploymentRollBack]: open('roll_back'),
  [ACTION.deploymentAbort]: open('abort'),
  [ACTION.deploymentSignOff]: open('sign_off'),
  [ACTION.deploymentReport]: ({ deploymentId }) => ({
    type: 'show',
    show: { what: 'report', target: { deploymentId } },
  }),
  [ACTION.alertTakeOver]: act((ref) => ({ kind: 'take_over', ...alertOf(ref) })),
  [ACTION.alertAcknowledge]: act((ref) => ({ kind: 'acknowledge', ...alertOf(ref) })),
  [ACTION.alertRerun]: act(({ alertId }) =>
    alertId === undefined ? undefined : { kind: 'rerun_alert', alertId },
  ),
  [ACTION.alertDetails]: open('alert_details'),
  [ACTION.openLink]: () => ({ type: 'nothing' }),
};

/** What a click means. A button of an older version, or of nothing we know, is explained, not dropped. */
export const readAction = (envelope: ActionEnvelope): Intent => {
  const { actionId, blockId, value } = envelope;
  const menu = menuDeployment(blockId);
  if (actionId === ACTION.phaseOpen) return openPhase(envelope, menu);
  if (actionId === ACTION.deploymentMore && menu !== undefined) return readMore(value, menu);
  if (actionId === ACTION.startEnvironment || actionId === ACTION.startSystem) return changeStart(envelope);
  if (actionId === ACTION.rollBackPlans) return changeRollBack(envelope);
  const ref = decodeRef(value);
  const read = BY_ACTION[actionId];
  if (read === undefined || ref === undefined) {
    return {
      type: 'refuse',
      refusal: {
        code: 'usage',
        message: 'This button belongs to an older version of the card. Use the newest card.',
      },
    };
  }
  return read(ref, envelope);
};

const openPhase = ({ value, view }: ActionEnvelope, menu: string | undefined): Intent => {
  const ref = decodeRef(value) ?? (menu === undefined ? undefined : { deploymentId: menu, phaseId: value });
  return ref === undefined
    ? { type: 'nothing' }
    : { type: 'open', dialog: { name: 'phase', ref, ...(view === undefined ? {} : { viewId: view.id }) } };
};

const readMore = (choice: string, deploymentId: string): Intent => {
  const ref = { deploymentId };
  switch (choice) {
    case MORE.report:
      return { type: 'show', show: { what: 'report', target: ref } };
    case MORE.variant:
      return { type: 'open', dialog: { name: 'variant', ref } };
    case MORE.hold:
      return { type: 'open', dialog: { name: 'no_go', ref } };
    case MORE.undoDeployed:
      return { type: 'act', target: ref, act: { kind: 'undo_deployed' } };
    case MORE.abort:
      return { type: 'open', dialog: { name: 'abort', ref } };
    default:
      return { type: 'nothing' };
  }
};

/** Whether data is lost hangs on what is ticked. */
const changeRollBack = ({ view }: ActionEnvelope): Intent => {
  const ref = decodeRef(view?.privateMetadata);
  return view === undefined || ref === undefined
    ? { type: 'nothing' }
    : {
        type: 'open',
        dialog: { name: 'roll_back', ref, viewId: view.id, plans: tickedIn(view.values, INPUT.plans) },
      };
};

/** As it is filled in now: what it asks depends on all of it, not only on what was just chosen. */
const changeStart = ({ view }: ActionEnvelope): Intent =>
  view === undefined
    ? { type: 'nothing' }
    : {
        type: 'open',
        dialog: {
          name: 'start',
          viewId: view.id,
          ...stated({
            channel: decodeStartRef(view.privateMetadata)?.channel,
            environment: textAt(view.values, INPUT.environment),
            system: textAt(view.values, INPUT.system),
            version: textAt(view.values, INPUT.version),
          }),
        },
      };
