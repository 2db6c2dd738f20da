import type { AlertExtras } from '../blocks/messages/alert.ts';
import type { Deployment } from '../domain/deployment.ts';
import { DAY } from '../lib/time.ts';
import type { WorkerStore } from './stores.ts';

/** How far back another deployment may have something to do with an alert. */
const WINDOW = DAY;
const RECENT = 20;

/** What an alert has to say besides what fails: what it was before, and who else changed the environment lately. */
export const alertContext = async (
  { runs, deployments }: Pick<WorkerStore, 'runs' | 'deployments'>,
  { id, teamId, environment, alerts }: Deployment,
  alertId: string,
): Promise<AlertExtras> => {
  const alert = alerts.find((one) => one.id === alertId);
  if (alert === undefined) return {};
  const good = await runs.listLastGood(id, alert.itemIds, alert.since);
  const recent = await deployments.listRecent(teamId, { environment, limit: RECENT });
  return {
    was: Object.fromEntries(good.map(({ itemId, at, line }) => [itemId, { at, line }])),
    inWindow: recent.flatMap(({ id: other, system, number, version, anchors: { deployed } }) =>
      other !== id && deployed !== undefined && Math.abs(alert.since - deployed) < WINDOW
        ? [{ system, number, version, at: deployed }]
        : [],
    ),
  };
};
