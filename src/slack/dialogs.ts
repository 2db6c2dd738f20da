import type { ModalView } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { refusalMessage } from '../blocks/messages/answer.ts';
import { alertDetailsModal } from '../blocks/modals/alert-details.ts';
import { abortModal, noGoModal } from '../blocks/modals/decisions.ts';
import { confirmGroupModal } from '../blocks/modals/confirm-group.ts';
import { confirmItemModal } from '../blocks/modals/confirm-item.ts';
import { deployedModal } from '../blocks/modals/deployed.ts';
import { itemDetailsModal } from '../blocks/modals/details.ts';
import { refusalModal } from '../blocks/modals/loading.ts';
import { phaseModal } from '../blocks/modals/phase.ts';
import {
  acceptItemModal,
  failItemModal,
  notApplicableModal,
  skipItemModal,
  undoItemModal,
} from '../blocks/modals/reason.ts';
import { rollBackModal } from '../blocks/modals/roll-back.ts';
import { signOffModal } from '../blocks/modals/sign-off.ts';
import { variantModal } from '../blocks/modals/variant.ts';
import type { Ref } from '../blocks/ref.ts';
import { decodeRef, encodeRef } from '../blocks/ref.ts';
import type { Scene } from '../blocks/scene.ts';
import { sceneOf } from '../blocks/scene.ts';
import type { PlanItem } from '../domain/plan.ts';
import type { CheckResult } from '../domain/check.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { situate } from '../usecases/situate.ts';
import type { Loop } from '../usecases/world.ts';
import type { Dialog, DialogName } from './intent.ts';
import type { Asked, Said } from './listen.ts';
import { refusedToOpen } from './may-open.ts';
import { findTarget } from './resolve.ts';
import { startView } from './start-view.ts';
import { quietLogger } from './quiet-logger.ts';
import { refUpon } from './views/open-views.ts';

type RunHistory = (
  deploymentId: string,
  itemId: string,
  limit: number,
) => Promise<readonly { readonly at: Instant; readonly result: CheckResult }[]>;

export type DialogDeps = {
  readonly loop: Loop;
  readonly runHistory: RunHistory;
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Told to the person when the dialog cannot be shown. */
  readonly whisper: (asked: Asked, said: Said) => Promise<void>;
  readonly log: Log;
};

/** A trigger lives three seconds; a dialog that takes longer is lost anyway. */
const TIMEOUT_MS = 2500;

const NOT_OPENED: Said = {
  text: 'The dialog could not be opened in time: the database or Slack does not answer. Press the button again, or type /deploy help.',
};

export type Dialogs = {
  /** `orElse`: told when it cannot be opened any more, in place of the common words. */
  readonly open: (dialog: Dialog, asked: Asked, orElse?: Refusal) => Promise<void>;
  /** Draws an open dialog as things stand now. Closed meanwhile, or Slack says no: it is only logged. */
  readonly redraw: (dialog: Dialog, asked: Asked) => Promise<void>;
};

/** Opens dialogs with a client of its own, so that nothing in the background makes a person wait. */
export const createDialogs = (deps: DialogDeps): Dialogs => {
  const client = new WebClient(deps.token, {
    slackApiUrl: deps.apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: deps.fetch,
    logger: quietLogger(deps.log),
  });
  const show = async (dialog: Dialog, asked: Asked): Promise<void> => {
    const view = remembering(await viewFor(deps, dialog, asked), asked.from);
    const viewId = viewIdOf(dialog);
    const trigger_id = asked.triggerId;
    if (viewId !== undefined) await client.views.update({ view_id: viewId, view: upon(view, asked) });
    else if (asked.inView === true) await client.views.push({ trigger_id, view: upon(view, asked) });
    else await client.views.open({ trigger_id, view });
  };
  const inTurn = oneAtATime();
  const showInTurn = (dialog: Dialog, asked: Asked): Promise<void> => {
    const viewId = viewIdOf(dialog);
    return viewId === undefined ? show(dialog, asked) : inTurn(viewId, () => show(dialog, asked));
  };
  return {
    open: async (dialog, asked, orElse) => {
      try {
        const refused = viewIdOf(dialog) === undefined && (await refusedToOpen(deps.loop, dialog, asked));
        await (refused ? deps.whisper(asked, refusalMessage(refused)) : showInTurn(dialog, asked));
      } catch (err) {
        deps.log.warn({ err, dialog: dialog.name }, 'dialog_not_opened');
        await deps.whisper(asked, orElse === undefined ? NOT_OPENED : refusalMessage(orElse));
      }
    },
    redraw: (dialog, asked) =>
      showInTurn(dialog, asked).catch((err: unknown) =>
        deps.log.warn({ err, dialog: dialog.name }, 'dialog_not_redrawn'),
      ),
  };
};

const viewIdOf = (dialog: Dialog): string | undefined => ('viewId' in dialog ? dialog.viewId : undefined);

const upon = (view: ModalView, { below }: Asked): ModalView =>
  below === undefined ? view : { ...view, private_metadata: refUpon(below, view.private_metadata ?? '') };

/** Drawings of the same dialog follow each other, so that an older state never covers a newer one. */
const oneAtATime = (): ((key: string, work: () => Promise<void>) => Promise<void>) => {
  const last = new Map<string, Promise<void>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).catch(() => undefined).then(work);
    last.set(key, turn);
    const forget = () => last.get(key) === turn && last.delete(key);
    turn.then(forget, forget);
    return turn;
  };
};

/** A dialog comes back without a channel: it carries the one it was opened in, which proves who is there. */
const remembering = (view: ModalView, channel: string | undefined): ModalView => {
  const ref = decodeRef(view.private_metadata);
  return ref === undefined || channel === undefined
    ? view
    : { ...view, private_metadata: encodeRef({ ...ref, channel }) };
};

const viewFor = async (deps: DialogDeps, dialog: Dialog, asked: Asked): Promise<ModalView> => {
  if (dialog.name === 'start') return startView(deps.loop, dialog, asked);
  const { ref } = dialog;
  const found = await findTarget(deps.loop, { deploymentId: ref.deploymentId });
  if (!found.ok) return refusalModal('Not found', found.error.message);
  const deployment = found.value;
  const checklist = await deps.loop.transact((tx) => tx.checklists.get(deployment.checklistHash));
  const scene = sceneOf(situate(deps.loop, { deployment, checklist, now: deps.loop.now().getTime() }));
  if (dialog.name === 'phase') {
    const { phaseId = '', filter, page } = ref;
    return phaseModal(scene, {
      phaseId,
      viewer: asked.person.id,
      ...(filter === undefined ? {} : { filter }),
      ...(page === undefined ? {} : { page }),
    });
  }
  const entry = ref.itemId === undefined ? undefined : scene.board.plan.byId.get(ref.itemId);
  if (entry !== undefined) return itemView(deps, dialog.name, { scene, entry });
  const viewer = asked.person.id;
  if ('plans' in dialog) return rollBackModal(scene, viewer, dialog.plans);
  return deploymentView(dialog.name, scene, { ...ref, viewer });
};

const ITEM_VIEWS: Partial<Record<DialogName, (scene: Scene, entry: PlanItem) => ModalView>> = {
  confirm: confirmItemModal,
  skip: skipItemModal,
  fail: failItemModal,
  na: notApplicableModal,
  undo: undoItemModal,
  accept: acceptItemModal,
};

const itemView = async (
  { runHistory }: DialogDeps,
  name: DialogName,
  { scene, entry }: { scene: Scene; entry: PlanItem },
): Promise<ModalView> => {
  const make = ITEM_VIEWS[name];
  if (make !== undefined) return make(scene, entry);
  const runs = await runHistory(scene.situation.deployment.id, entry.item.id, 5);
  return itemDetailsModal(scene, entry, {
    findings: runs[0]?.result.findings.map(({ line }) => line) ?? [],
    history: [...runs].reverse().map(({ at, result }) => ({ at, text: `${result.outcome}: ${result.line}` })),
  });
};

const alertView = (scene: Scene, alertId: string | undefined): ModalView => {
  const alert = scene.situation.deployment.alerts.find(({ id }) => id === alertId);
  return alert === undefined
    ? refusalModal('Not found', 'This alert is not part of the deployment any more.')
    : alertDetailsModal(scene, alert);
};

const deploymentView = (
  name: DialogName,
  scene: Scene,
  {
    phaseId = '',
    role,
    alertId,
    viewer,
  }: Pick<Ref, 'phaseId' | 'role' | 'alertId'> & { readonly viewer: string },
): ModalView => {
  switch (name) {
    case 'alert_details':
      return alertView(scene, alertId);
    case 'confirm_group':
      return confirmGroupModal(scene, phaseId);
    case 'no_go':
      return noGoModal(scene);
    case 'deployed':
      return deployedModal(scene);
    case 'roll_back':
      return rollBackModal(scene, viewer);
    case 'abort':
      return abortModal(scene);
    case 'sign_off':
      return signOffModal(scene, role);
    case 'variant':
      return variantModal(scene);
    default:
      return refusalModal('Not found', 'This item is not part of the deployment any more.');
  }
};
