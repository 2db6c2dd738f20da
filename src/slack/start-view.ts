import type { ModalView } from '@slack/types';
import type { StartRoles } from '../blocks/modals/role-inputs.ts';
import { startModal } from '../blocks/modals/start.ts';
import { APPROVER } from '../domain/actor.ts';
import type { Checklist } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import { approvalRoles, isGiven, openRoles, rolesOf } from '../domain/roles.ts';
import { stated } from '../lib/stated.ts';
import { carriableOf } from '../usecases/carriable.ts';
import { environmentCalled } from '../usecases/files.ts';
import { ATTEMPTS, runningVersion } from '../usecases/running-version.ts';
import { environmentOf } from '../usecases/situate.ts';
import type { Tx } from '../usecases/stores.ts';
import type { Loop } from '../usecases/world.ts';
import type { Dialog } from './intent.ts';
import type { Asked } from './listen.ts';

type StartDialog = Extract<Dialog, { name: 'start' }>;

/** The start dialog, filled in from the last run of this channel. */
export const startView = async (loop: Loop, dialog: StartDialog, asked: Asked): Promise<ModalView> => {
  const { checklists, environments } = loop.files();
  const channel = asked.channel ?? dialog.channel ?? '';
  const [last] = [...(await recentOf(loop, { channel, limit: 1 })), ...(await recentOf(loop, { limit: 1 }))];
  const systems = [...checklists.values()].map(({ system, title }) => ({ system, title }));
  const { environment, system } = preselected(asWritten(loop, dialog), last, systems);
  const checklist = system === undefined ? undefined : checklists.get(system);
  const earlier =
    system === undefined || environment === undefined
      ? []
      : await recentOf(loop, { system, environment, limit: ATTEMPTS });
  const [before] = earlier;
  const carryOver = before === undefined ? undefined : await carriableOf(loop, before);
  return startModal({
    channel,
    environments: environments.size > 0 ? [...environments.keys()] : ['production', 'staging'],
    systems,
    chosen: stated({ environment, system, version: dialog.version }),
    ...stated({
      carryOver,
      runningNow: runningVersion(earlier) ?? undefined,
      asks: checklist === undefined ? undefined : asksOf(checklist, before),
      roles:
        checklist === undefined || environment === undefined
          ? undefined
          : rolesIn(loop, checklist, { environment, before }),
    }),
  });
};

/** The environment as its file is called, however it was typed. */
const asWritten = (loop: Loop, dialog: StartDialog): StartDialog =>
  dialog.environment === undefined
    ? dialog
    : { ...dialog, environment: environmentCalled(loop.files(), dialog.environment) };

type Filter = Parameters<Tx['deployments']['listRecent']>[1];

const recentOf = (loop: Loop, filter: Filter): Promise<Deployment[]> =>
  loop.transact((tx) => tx.deployments.listRecent(loop.teamId, filter));

/** What was chosen. Where nothing was said yet, what ran last. The only system there is goes without saying. */
const preselected = (
  dialog: StartDialog,
  last: Deployment | undefined,
  systems: readonly { readonly system: string }[],
): { readonly environment: string | undefined; readonly system: string | undefined } => {
  const only = systems.length === 1 ? systems[0]?.system : undefined;
  const isFresh = dialog.environment === undefined && dialog.viewId === undefined;
  return {
    environment: dialog.environment ?? (isFresh ? last?.environment : undefined),
    system: dialog.system ?? (isFresh ? last?.system : undefined) ?? only,
  };
};

/** What a system asks, with the answers of its last run there. */
const asksOf = ({ variants, parameters }: Checklist, before: Deployment | undefined) => ({
  variants,
  parameters: Object.fromEntries(Object.entries(parameters).filter(([, { ask }]) => ask)),
  ...stated({ last: before?.choices }),
});

/** Roles the environment file leaves open, with whom the last start of the place named, and the people of the others. */
const rolesIn = (
  loop: Loop,
  checklist: Checklist,
  { environment, before }: { environment: string; before: Deployment | undefined },
): StartRoles => {
  const file = environmentOf(loop, environment);
  const policy = loop.people.policyOf(file);
  const neverStarter = new Set([...approvalRoles(checklist), ...(policy.fourEyes ? [APPROVER] : [])]);
  return {
    open: openRoles(checklist, file).map((role) => ({
      role,
      named: before?.named?.[role] ?? [],
      isNeverStarter: neverStarter.has(role),
    })),
    given: rolesOf(checklist)
      .filter((role) => isGiven(file, role))
      .map((role) => {
        const holders = policy.holders(role);
        return { role, holders: holders === 'anyone' ? [] : holders };
      }),
  };
};
