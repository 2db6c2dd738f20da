import { appendFileSync } from 'node:fs';
import type { Bot } from './bot.ts';
import type { Kill } from './kill-at.ts';
import type { World } from './world.ts';
import { converged } from './world.ts';

/** One thing done to a bot that dies in the middle of it. */
export type Trial<Scene> = {
  readonly makeWorld: () => Promise<World>;
  /** Only steps from the first one that contains this text on are counted; absent: all. */
  readonly from?: string;
  /** Prepares what is done, with nothing armed; `name` is used once in a world. */
  readonly prepare: (world: World, name: string) => Promise<Scene>;
  /** Does it. The bot may die at any moment, which rejects nothing here. */
  readonly act: (world: World, scene: Scene) => Promise<void>;
  /** Waits for the end as people see it. Rejects or waits for ever when the bot is dead. */
  readonly settled: (world: World, scene: Scene) => Promise<unknown>;
  /** What has to be true after the next bot has come to rest. */
  readonly verify: (world: World, scene: Scene, died: boolean) => Promise<void>;
};

export type Swept = {
  /** The step each kill fell on. */
  readonly kills: readonly string[];
  readonly restarts: number;
  readonly restartMs: readonly number[];
  readonly convergeMs: readonly number[];
};

/**
 * Where a run kills. By default after a sample of the steps that leave a trace; `CRASH=traces`: after every one of them;
 * `CRASH=all`: before and after every step, reads included, which takes about an hour.
 */
const KILLS: Readonly<Record<string, readonly Omit<Kill, 'at'>[]>> = {
  sample: [{ when: 'after', steps: 'sample' }],
  traces: [{ when: 'after', steps: 'traces' }],
  all: [
    { when: 'before', steps: 'all' },
    { when: 'after', steps: 'all' },
  ],
};

/** Worlds at the same time: most of a trial is waiting. */
const LANES = Number(process.env['CRASH_LANES'] ?? 3);

/** Kills a bot at the first step, the second, and so on, until a trial is over before its step comes. */
export const sweep = async <Scene>(trial: Trial<Scene>): Promise<Swept> => {
  const kinds = KILLS[process.env['CRASH'] ?? 'sample'];
  if (kinds === undefined) throw new Error(`CRASH is one of ${Object.keys(KILLS).join(', ')}`);
  const lanes = kinds.flatMap((kind) =>
    Array.from({ length: LANES }, (_unused, lane) => sweepLane(trial, kind, lane + 1)),
  );
  // A lane that failed waits for the others to clean up after themselves.
  const ended = await Promise.allSettled(lanes);
  const broken = ended.filter((lane) => lane.status === 'rejected').map(({ reason }) => reason as unknown);
  if (broken.length > 0) throw new AggregateError(broken, broken.map(String).join('\n'));
  const swept = ended.flatMap((lane) => (lane.status === 'fulfilled' ? [lane.value] : []));
  return {
    kills: swept.flatMap(({ kills }) => kills),
    restarts: swept.reduce((sum, { restarts }) => sum + restarts, 0),
    restartMs: swept.flatMap(({ restartMs }) => restartMs),
    convergeMs: swept.flatMap(({ convergeMs }) => convergeMs),
  };
};

/** `CRASH_LOG` names a file that tells how far a long run is. */
const say = (line: string): void => {
  const file = process.env['CRASH_LOG'];
  if (file !== undefined) appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
};

const sweepLane = async <Scene>(
  trial: Trial<Scene>,
  kind: Omit<Kill, 'at'>,
  first: number,
): Promise<Swept> => {
  const kills: string[] = [];
  const restartMs: number[] = [];
  const convergeMs: number[] = [];
  const world = await trial.makeWorld();
  try {
    let bot = await world.startBot();
    for (let at = first; ; at += LANES) {
      const scene = await trial.prepare(world, `${at}`);
      await converged(world);
      await world.sql('delete from slack_budget');
      say(`${at} ${kind.when} armed`);
      const from = trial.from === undefined ? {} : { from: trial.from };
      if (!(await bot.arm({ ...kind, at, ...from })))
        throw new Error(`tminus ended by itself:\n${bot.output()}`);
      const died = await untilEnd(trial, { world, scene, bot });
      const step = (await bot.trail()).find((line) => line.endsWith(' KILL'))?.replace(' KILL', '') ?? 'none';
      if (died) {
        kills.push(`${at} ${kind.when} ${step}`);
        bot = await world.startBot();
        restartMs.push(bot.startMs);
      }
      const begun = performance.now();
      await explained(`${kind.when} step ${at}, ${step}`, async () => {
        await converged(world);
        convergeMs.push(performance.now() - begun);
        await trial.verify(world, scene, died);
      });
      say(
        `${at} ${kind.when} ${step}: restart ${Math.round(bot.startMs)} ms, rest ${Math.round(convergeMs.at(-1) ?? 0)} ms`,
      );
      if (!died) return { kills, restarts: kills.length, restartMs, convergeMs };
    }
  } finally {
    await world.close();
  }
};

/** Acts, and waits until it is done or the bot is dead. */
const untilEnd = async <Scene>(
  trial: Trial<Scene>,
  { world, scene, bot }: { world: World; scene: Scene; bot: Bot },
): Promise<boolean> => {
  await trial.act(world, scene);
  const settled = trial.settled(world, scene).then(() => converged(world));
  await Promise.race([settled, bot.gone]);
  // Nobody is left to settle it; what became of it is looked at after the next start.
  settled.catch(() => undefined);
  // The step may come between the end and this order: then it died too, at rest.
  if (bot.isAlive() && (await bot.disarm())) return false;
  const { signal } = await bot.gone;
  if (signal !== 'SIGKILL') throw new Error(`tminus ended by itself:\n${bot.output()}`);
  return true;
};

const explained = async (where: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Killed ${where}: ${why}`, { cause });
  }
};
