import type { Message } from '../blocks/kit.ts';
import { checklistsMessage } from '../blocks/messages/checklists.ts';
import type { ChecklistLine } from '../blocks/messages/checklists.ts';
import { helpMessage } from '../blocks/messages/help.ts';
import { refusalMessage } from '../blocks/messages/answer.ts';
import {
  historyMessage,
  listMessage,
  locksMessage,
  mineMessage,
  statusMessage,
  whoamiMessage,
} from '../blocks/messages/overview.ts';
import { reportComes, reportPost } from '../blocks/report/post.ts';
import { sceneOf } from '../blocks/scene.ts';
import { requireMember } from '../domain/actor.ts';
import { deploymentChain } from '../domain/audit.ts';
import type { StoredChain } from '../domain/judge-chain.ts';
import type { EffectiveChecklist } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import { isEnded } from '../domain/deployment.ts';
import { quoted, refusal } from '../domain/refusal.ts';
import type { Situation } from '../domain/situation.ts';
import { nearest } from '../lib/nearest.ts';
import { stated } from '../lib/stated.ts';
import { noticeRow, tell } from '../usecases/notices.ts';
import { actorFor } from '../usecases/act.ts';
import { readinessOfFiles } from '../usecases/count-readiness.ts';
import { environmentCalled, systemCalled } from '../usecases/files.ts';
import { countsOf } from '../usecases/preflight.ts';
import { leftLocked } from '../usecases/lock-place.ts';
import { environmentOf, situate } from '../usecases/situate.ts';
import type { Lock } from '../domain/lock.ts';
import { WHOLE_ENVIRONMENT } from '../domain/lock.ts';
import type { Loop } from '../usecases/world.ts';
import type { Show, Target } from './intent.ts';
import type { Asked } from './listen.ts';
import { findTarget } from './resolve.ts';
import { shareLooks } from './share-looks.ts';

/** What the answers that only look need of the tables. */
export type ShowStores = {
  readonly deployments: {
    listLive: (teamId: string, channel?: string) => Promise<Deployment[]>;
    listRecent: (
      teamId: string,
      filter: { system?: string; environment?: string; channel?: string; limit: number },
    ) => Promise<Deployment[]>;
  };
  readonly checklists: { get: (hash: string) => Promise<EffectiveChecklist> };
  readonly locks: { list: (teamId: string) => Promise<Lock[]> };
  readonly messages: {
    find: (
      deploymentId: string,
      kind: 'card',
      ref: 'card',
    ) => Promise<{ readonly permalink: string | null } | undefined>;
    listLiveLinks: (teamId: string) => Promise<ReadonlyMap<string, string>>;
  };
  readonly audit: {
    read: (chain: string) => Promise<StoredChain>;
  };
};

type Seen = { readonly deployment: Deployment; readonly cardUrl?: string };

const HISTORY = 15;

type Looking = { readonly loop: Loop; readonly stores: ShowStores };

/** Answers every command that only looks. What is the same for everybody is looked up once for all who ask together. */
export const createShow = (
  loop: Loop,
  stores: ShowStores,
): ((show: Show, asked: Asked) => Promise<Message>) => {
  const looking = { loop, stores };
  const share = shareLooks<Message>();
  return (show, asked) =>
    show.what === 'mine' || show.what === 'whoami' || show.what === 'report'
      ? look(looking, show, asked)
      : share(JSON.stringify(show), () => look(looking, show, asked));
};

const look = async (looking: Looking, show: Show, asked: Asked): Promise<Message> => {
  const { loop } = looking;
  switch (show.what) {
    case 'help':
      return helpMessage();
    case 'list':
      return listMessage(await seeLive(looking));
    case 'mine':
      return mineMessage(asked.person.id, await scenes(looking, await seeUnfinished(looking)));
    case 'status':
      return showStatus(looking, show.of);
    case 'history':
      return showHistory(looking, show.system);
    case 'locks':
      return showLocks(looking);
    case 'checklists':
      return showChecklists(loop);
    case 'whoami':
      return showWhoami(loop, asked);
    case 'report':
      return showReport(looking, show.target, asked);
  }
};

const situationOf = async ({ loop, stores }: Looking, deployment: Deployment): Promise<Situation> =>
  situate(loop, {
    deployment,
    checklist: await stores.checklists.get(deployment.checklistHash),
    now: loop.now().getTime(),
  });

const seen = async ({ stores }: Looking, deployment: Deployment): Promise<Seen> => {
  const card = await stores.messages.find(deployment.id, 'card', 'card');
  return { deployment, ...(typeof card?.permalink === 'string' ? { cardUrl: card.permalink } : {}) };
};

const seenAll = (looking: Looking, deployments: readonly Deployment[]): Promise<readonly Seen[]> =>
  Promise.all(deployments.map((deployment) => seen(looking, deployment)));

/** Everything under way. Deployments and the links to their cards are asked for side by side: people wait for this. */
const seeLive = async ({ loop, stores }: Looking): Promise<readonly Seen[]> => {
  const [live, links] = await Promise.all([
    stores.deployments.listLive(loop.teamId),
    stores.messages.listLiveLinks(loop.teamId),
  ]);
  return live.map((deployment) => ({ deployment, ...stated({ cardUrl: links.get(deployment.id) }) }));
};

/** What is under way, and rollbacks that are over: they leave something to do. */
const seeUnfinished = async (looking: Looking): Promise<readonly Seen[]> => {
  const { loop, stores } = looking;
  const recent = await stores.deployments.listRecent(loop.teamId, { limit: HISTORY });
  const rolledBack = recent.filter(({ state }) => state.kind === 'rolled_back');
  return [...(await seeLive(looking)), ...(await seenAll(looking, rolledBack))];
};

const scenes = (looking: Looking, shown: readonly Seen[]) =>
  Promise.all(
    shown.map(async (one) => ({ scene: sceneOf(await situationOf(looking, one.deployment)), ...one })),
  );

const showStatus = async (
  looking: Looking,
  of: Extract<Show, { what: 'status' }>['of'],
): Promise<Message> => {
  const { loop } = looking;
  if (of !== undefined && !('environment' in of)) {
    const target = await findTarget(loop, of);
    return target.ok
      ? statusMessage(await scenes(looking, await seenAll(looking, [target.value])))
      : refusalMessage(target.error);
  }
  const wanted = of === undefined ? undefined : environmentCalled(loop.files(), of.environment);
  const known = [...loop.files().environments.keys()];
  if (wanted !== undefined && known.length > 0 && !known.includes(wanted)) {
    const near = nearest(wanted, known);
    const hint = `Environments: ${(near.length > 0 ? near : known).join(', ')}.`;
    return refusalMessage(
      refusal('unknown_environment', `There is no environment ${quoted(wanted)}. ${hint}`),
    );
  }
  const live = await seeLive(looking);
  const here = live.filter(({ deployment }) => wanted === undefined || deployment.environment === wanted);
  return statusMessage(await scenes(looking, here));
};

/**
 * While it runs, file and summary are posted anew for all; what has ended was posted when it did, and is said again to the
 * one who asked. For members: it says all there is.
 */
const showReport = async (looking: Looking, target: Target, { person, from }: Asked): Promise<Message> => {
  const { loop, stores } = looking;
  const found = await findTarget(loop, target, { orEnded: true });
  if (!found.ok) return refusalMessage(found.error);
  const deployment = found.value;
  const member = requireMember(await actorFor(loop, deployment, { by: person, from }));
  if (!member.ok) return refusalMessage(member.error);
  const chain = deploymentChain(deployment.id);
  if (!isEnded(deployment.state)) {
    const notice = noticeRow(`report:${deployment.id}:${deployment.revision}`, deployment.id, {
      kind: 'report',
    });
    await loop.transact((tx) => tell(tx, notice, loop.now().getTime()));
    return reportComes(await seen(looking, deployment));
  }
  return reportPost({
    situation: await situationOf(looking, deployment),
    chain: await stores.audit.read(chain),
  });
};

/** A name without history that no checklist has was mistyped. */
const showHistory = async (looking: Looking, typed: string | undefined): Promise<Message> => {
  const { loop, stores } = looking;
  const system = typed === undefined ? undefined : (systemCalled(loop.files(), typed) ?? typed);
  const filter = { limit: HISTORY, ...stated({ system }) };
  const deployments = await stores.deployments.listRecent(loop.teamId, filter);
  const known = [...loop.files().checklists.keys()];
  if (deployments.length > 0 || system === undefined || known.includes(system))
    return historyMessage(await seenAll(looking, deployments));
  const near = nearest(system, known);
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Loaded: ${known.join(', ')}.`;
  return refusalMessage(refusal('unknown_system', `There is no system ${quoted(system)}. ${hint}`));
};

const showLocks = async ({ loop, stores }: Looking): Promise<Message> => {
  const locks = await stores.locks.list(loop.teamId);
  const ends = await loop.transact((tx) => Promise.all(locks.map((lock) => leftLocked(tx, lock))));
  return locksMessage(locks.map((lock, index) => lockLine(lock, ends[index])));
};

const lockLine = (
  { environment, system, since, heldBy, reason, deploymentId }: Lock,
  ended: string | undefined,
) => ({
  environment,
  since,
  reason: ended === undefined ? reason : `it ${ended}: locked until it is unlocked`,
  by: heldBy,
  ...(system === WHOLE_ENVIRONMENT ? {} : { system }),
  ...(deploymentId === null ? {} : { holder: reason }),
});

const showChecklists = (loop: Loop): Message => {
  const { checklists, environments, broken } = loop.files();
  const names = environments.size > 0 ? [...environments.keys()] : ['production'];
  const lines: ChecklistLine[] = [...checklists.values()].flatMap((checklist) =>
    names.map((name) => {
      const counts = countsOf(readinessOfFiles(loop, checklist, environmentOf(loop, name)));
      const { automatic: connected, notConnected, byClick, byPeople, missing } = counts;
      const { system, title } = checklist;
      return { system, title, environment: name, connected, notConnected, byClick, byPeople, missing };
    }),
  );
  const files = [...broken].map(([file, problems]) => ({
    file: file.endsWith('/') ? file : `${file}.yaml`,
    problems: problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
  }));
  return checklistsMessage(lines, files);
};

const showWhoami = async (loop: Loop, { person, channel = '' }: Asked): Promise<Message> => {
  const names = [...loop.files().environments.keys()];
  const actors = await Promise.all(
    names.map(async (name) => {
      // Of the workspace; each deployment asks for its own channel.
      const actor = await loop.people.actor(person, environmentOf(loop, name), { channel, from: channel });
      return { environment: name, ...actor };
    }),
  );
  const silent = actors.find(({ refused }) => refused !== undefined)?.refused;
  if (silent !== undefined) return refusalMessage(silent);
  return whoamiMessage(
    { id: person.id, isFullMember: actors.every(({ isFullMember }) => isFullMember) },
    actors,
  );
};
