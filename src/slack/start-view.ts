import type { ModalView } from '@slack/types';
import { startModal } from '../blocks/modals/start.ts';
import type { Checklist } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import { stated } from '../lib/stated.ts';
import { carriableOf } from '../usecases/carriable.ts';
import type { Loop } from '../usecases/world.ts';
import type { Dialog } from './intent.ts';
import type { Asked } from './listen.ts';

/** The start dialog, filled in from the last run of this channel. */
export const startView = async (
  loop: Loop,
  dialog: Extract<Dialog, { name: 'start' }>,
  asked: Asked,
): Promise<ModalView> => {
  const { checklists, environments } = loop.files();
  const channel = asked.channel ?? dialog.channel ?? '';
  const recent = await loop.transact((tx) => tx.deployments.listRecent(loop.teamId, { limit: 20 }));
  const last = recent.find((deployment) => deployment.channel === channel) ?? recent[0];
  const systems = [...checklists.values()].map(({ system, title }) => ({ system, title }));
  const { environment, system } = preselected(dialog, last, systems);
  const checklist = system === undefined ? undefined : checklists.get(system);
  const before = recent.find(
    (deployment) => deployment.system === system && deployment.environment === environment,
  );
  const carryOver = before === undefined ? undefined : await carriableOf(loop, before);
  return startModal({
    channel,
    environments: environments.size > 0 ? [...environments.keys()] : ['production', 'staging'],
    systems,
    chosen: stated({ environment, system }),
    ...stated({
      carryOver,
      runningNow: runningNow(recent, { system, environment }),
      asks: checklist === undefined ? undefined : asksOf(checklist, before),
    }),
  });
};

/** What was chosen, else what ran last, else the only system there is. */
const preselected = (
  dialog: Extract<Dialog, { name: 'start' }>,
  last: Deployment | undefined,
  systems: readonly { readonly system: string }[],
): { readonly environment: string | undefined; readonly system: string | undefined } => {
  const only = systems.length === 1 ? systems[0]?.system : undefined;
  return {
    environment: dialog.environment ?? last?.environment,
    system: dialog.system ?? last?.system ?? only,
  };
};

/** What a system asks, with the answers of its last run there. */
const asksOf = ({ variants, parameters }: Checklist, before: Deployment | undefined) => ({
  variants,
  parameters: Object.fromEntries(Object.entries(parameters).filter(([, { ask }]) => ask)),
  ...stated({ last: before?.choices }),
});

const runningNow = (
  recent: readonly Deployment[],
  place: { system: string | undefined; environment: string | undefined },
): string | undefined =>
  recent.find(
    ({ system, environment, anchors, state }) =>
      system === place.system &&
      environment === place.environment &&
      anchors.deployed !== undefined &&
      state.kind !== 'rolled_back',
  )?.version ?? undefined;
