import type { Checklist, Choices, Environment } from '../domain/checklist.ts';
import { carryOver, isCarriable } from '../domain/decide/carry-over.ts';
import type { Deployment, NamedPeople } from '../domain/deployment.ts';
import type { DomainEvent } from '../domain/events.ts';
import type { Refusal } from '../domain/refusal.ts';
import { quoted, refusal } from '../domain/refusal.ts';
import { requireMember } from '../domain/actor.ts';
import { lockFromOf } from '../domain/lock.ts';
import { nextDueAt } from '../domain/elapse.ts';
import type { Transition } from '../domain/transition.ts';
import { transition } from '../domain/transition.ts';
import type { Situation } from '../domain/situation.ts';
import type { Result } from '../lib/result.ts';
import { err, ok } from '../lib/result.ts';
import { stated } from '../lib/stated.ts';
import type { Instant } from '../lib/time.ts';
import type { Cause } from './act.ts';
import { finish, logTransition } from './act.ts';
import { choicesFor } from './choose-place.ts';
import { lockedRefusal, Refused } from './lock-place.ts';
import { namePeople } from './name-people.ts';
import { noticeRow, tell } from './notices.ts';
import { record } from './persist.ts';
import type { Preflight } from './preflight.ts';
import { preflight } from './preflight.ts';
import { ATTEMPTS, runningVersion } from './running-version.ts';
import { environmentOf, situate } from './situate.ts';
import type { Tx } from './stores.ts';
import { unstarted } from './unstarted.ts';
import type { Loop, Person } from './world.ts';

export type StartInput = {
  readonly environment: string;
  readonly system: string;
  readonly version: string | null;
  readonly chosen: Partial<Choices>;
  readonly plannedGo?: Instant;
  /** Id of the aborted attempt whose confirmations count here too. */
  readonly carryOverFrom?: string;
  /** People for roles that the environment file leaves open; absent: nobody is named. */
  readonly named?: NamedPeople;
  /** Channel where it was asked for; the environment file may name another for the card. */
  readonly channel: string;
  readonly by: Person;
  readonly cause?: Cause;
};

export type Started = { readonly deployment: Deployment; readonly preflight: Preflight };

/** Begins a deployment: everything that stands in the way is told at once; what is not in the way is queued. */
export const startDeployment = async (loop: Loop, input: StartInput): Promise<Result<Started, Refusal>> => {
  const started = await begin(loop, input);
  const { cause } = input;
  if (!started.ok && cause !== undefined) {
    await loop.transact((tx) => finish(loop, tx, { cause, result: started, deploymentId: null }));
  }
  return started;
};

const begin = async (loop: Loop, input: StartInput): Promise<Result<Started, Refusal>> => {
  const environment = environmentOf(loop, input.environment);
  const checklist = loop.files().checklists.get(input.system);
  if (checklist === undefined)
    return err(refusal('unknown_system', `There is no system ${quoted(input.system)}.`));
  const wanted = environment.systems[input.system]?.channel ?? environment.channel;
  const found = wanted === undefined ? undefined : await loop.people.channelId(wanted);
  const channel = found ?? input.channel;
  const actor = await loop.people.actor(input.by, environment, { channel, from: input.channel });
  const member = requireMember(actor);
  if (!member.ok) return member;
  const answers = await answersOf(loop, input, { checklist, environment, channel });
  if (!answers.ok) return answers;
  const pinned = loop.effective(checklist, environment, input.system);
  try {
    const missed = found === undefined ? wanted : undefined;
    const ready = { input, channel, ...answers.value, pinned, ...stated({ missed }) };
    const { moved, ...started } = await loop.transact((tx) => insert(loop, tx, ready));
    logTransition(loop, moved);
    return ok(started);
  } catch (error) {
    if (error instanceof Refused) return err(error.refusal);
    throw error;
  }
};

/** What was answered to the questions of the start, once it is known to hold. */
type Answers = { readonly choices: Choices; readonly named: NamedPeople };

const answersOf = async (
  loop: Loop,
  { chosen, named = {} }: StartInput,
  where: { readonly checklist: Checklist; readonly environment: Environment; readonly channel: string },
): Promise<Result<Answers, Refusal>> => {
  const choices = choicesFor(where.checklist, where.environment, chosen);
  if (!choices.ok) return choices;
  const people = await namePeople(loop, { ...where, named });
  return people.ok ? ok({ choices: choices.value, named: people.value }) : people;
};

type Ready = Answers & {
  readonly input: StartInput;
  readonly channel: string;
  /** Channel of the environment file that Slack does not show us: the card stands where the start was typed. */
  readonly missed?: string;
  readonly pinned: ReturnType<Loop['effective']>;
};

type Inserted = Started & { readonly moved: Transition };

const insert = async (loop: Loop, tx: Tx, ready: Ready): Promise<Inserted> => {
  const { input, pinned } = ready;
  const now = loop.now().getTime();
  await tx.checklists.pin(pinned.hash, pinned.checklist, now);
  const fresh = await newDeployment(loop, tx, { ...ready, now });
  const situation = situate(loop, { deployment: fresh, checklist: pinned.checklist, now });
  const check = preflight(situation, await lockInTheWay(loop, tx, { deployment: fresh, situation }));
  if (check.blockers.length > 0) throw new Refused(blockedRefusal(check));
  const carried = await carriedFrom(tx, { situation, from: input.carryOverFrom });
  const moved = transition(situation, () =>
    ok([
      {
        type: 'deployment_started',
        by: input.by.id,
        version: input.version,
        checklistHash: pinned.hash,
        choices: ready.choices,
        ...stated({ named: fresh.named }),
      },
      ...carried,
    ]),
  );
  if (!moved.ok) throw new Refused(moved.error);
  const { after } = moved.value;
  const settled = { ...situation, deployment: after };
  await tx.deployments.insert(after, nextDueAt(settled), now);
  await record(loop, tx, { after: settled, change: moved.value });
  await answerStart(loop, tx, { ready, deploymentId: after.id, check });
  return { deployment: after, preflight: check, moved: moved.value };
};

/** What people confirmed in the attempt that was named; naming one that no longer counts is refused, not ignored. */
const carriedFrom = async (
  tx: Tx,
  { situation, from }: { situation: Situation; from: string | undefined },
): Promise<readonly DomainEvent[]> => {
  if (from === undefined) return [];
  const earlier = await tx.deployments.find(from);
  const { teamId, system, environment } = situation.deployment;
  const isOfPlace =
    earlier?.teamId === teamId && earlier.system === system && earlier.environment === environment;
  if (!isOfPlace || !isCarriable(earlier, situation.now)) {
    const why = `The confirmations of ${from} no longer count: only those of an attempt aborted within the last day can be carried over.`;
    throw new Refused(refusal('choice_invalid', `${why} Start without them.`));
  }
  const checklist = await tx.checklists.get(earlier.checklistHash);
  return carryOver(situation, { deployment: earlier, checklist });
};

const answerStart = async (
  loop: Loop,
  tx: Tx,
  { ready, deploymentId, check }: { ready: Ready; deploymentId: string; check: Preflight },
): Promise<void> => {
  const { missed } = ready;
  const { cause } = ready.input;
  if (cause === undefined) return;
  await finish(loop, tx, { cause, result: ok(undefined), deploymentId });
  const { reply } = cause;
  if (reply === undefined) return;
  const notice = noticeRow(`started:${deploymentId}`, deploymentId, {
    kind: 'started',
    reply,
    preflight: check,
    ...stated({ missed }),
  });
  await tell(tx, notice, loop.now().getTime());
};

const lockInTheWay = async (
  loop: Loop,
  tx: Tx,
  { deployment, situation }: { deployment: Deployment; situation: Situation },
): Promise<readonly Refusal[]> => {
  if (lockFromOf(situation.checklist, deployment.anchors) !== 'start') return [];
  const lock = await tx.locks.find(loop.teamId, deployment.environment, deployment.system);
  return lock === undefined ? [] : [await lockedRefusal(tx, lock)];
};

const blockedRefusal = ({ blockers }: Preflight): Refusal =>
  blockers.length === 1 && blockers[0] !== undefined
    ? blockers[0]
    : refusal(
        blockers[0]?.code ?? 'usage',
        `It cannot start:\n${blockers.map(({ message }) => `- ${message}`).join('\n')}`,
      );

const newDeployment = async (
  loop: Loop,
  tx: Tx,
  { input, channel, choices, named, pinned, now }: Ready & { now: Instant },
) => {
  const { system, environment } = input;
  const earlier = await tx.deployments.listRecent(loop.teamId, { system, environment, limit: ATTEMPTS });
  const number = await tx.deployments.takeNumber(loop.teamId);
  const place = { system, environment, checklistHash: pinned.hash, choices };
  const deployment: Deployment = {
    ...unstarted(loop, place),
    id: `${system}-${number}`,
    number,
    channel,
    version: input.version,
    previousVersion: runningVersion(earlier),
    ...stated({ redeploys: redeployedBy(earlier) }),
    startedBy: input.by.id,
    ...(Object.keys(named).length === 0 ? {} : { named }),
    anchors: { start: now, ...(input.plannedGo === undefined ? {} : { plannedGo: input.plannedGo }) },
  };
  return deployment;
};

/** Whoever reads the new one finds there what went wrong before. */
const redeployedBy = ([last]: readonly Deployment[]): Deployment['redeploys'] =>
  last?.state.kind === 'aborted' || last?.state.kind === 'rolled_back'
    ? { id: last.id, ended: last.state.kind }
    : undefined;
