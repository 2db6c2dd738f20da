import { MINUTE } from '../../lib/time.ts';
import type { Due, DueSource } from '../due.ts';
import type { Situation } from '../situation.ts';
import { noGo } from '../decide/gate.ts';
import { signOffOpen, unsignedRoles } from '../decide/sign-off.ts';
import { completion, ladderEndedAt } from '../complete.ts';
import { momentOf } from './ladder.ts';

/** Said once from `at` on, and not at night: only an alert wakes people. */
const reminder = (situation: Situation, { key, at }: { key: string; at: number }): Due[] =>
  (situation.deployment.reminded[key] ?? -1) >= at
    ? []
    : [{ at: situation.calendar.nextLoudTime(at), fire: () => [{ type: 'reminded', key }] }];

/**
 * A waiting Go reminds, asks the backup, then holds. It waits from planned Go, when that is later than readiness. Each
 * step leaves people their time after the one before, also when the bot was down meanwhile or the night came between.
 */
export const gateDues: DueSource = (situation) => {
  const { state, version, anchors, reminded } = situation.deployment;
  if (state.kind !== 'awaiting_go' || version === null) return [];
  const { remind, backup, hold } = situation.rules.goReminders;
  const since = Math.max(state.since, anchors.plannedGo ?? 0);
  const sent = (key: string) => Math.max(reminded[key] ?? 0, since);
  const reason = `no Go within ${hold / MINUTE} min`;
  const [ask, askBackup] = ['go:asked', 'go:backup'];
  if ((reminded[ask] ?? 0) < since + remind) return reminder(situation, { key: ask, at: since + remind });
  const backupAt = Math.max(since + backup, sent(ask) + backup - remind);
  if ((reminded[askBackup] ?? 0) < backupAt) return reminder(situation, { key: askBackup, at: backupAt });
  const holdAt = Math.max(since + hold, sent(askBackup) + hold - backup);
  return [{ at: holdAt, fire: () => [noGo(situation, { by: null, reason })] }];
};

/** A forgotten Deployed is asked for, each time after a pause. */
export const nagDues: DueSource = (situation) => {
  const { state, reminded } = situation.deployment;
  if (state.kind !== 'deploying') return [];
  const { since } = state;
  const nags = situation.rules.deployedNags;
  const sentAt = (index: number) => reminded[`deployed:${index + 1}`] ?? 0;
  const index = nags.findIndex((after, position) => sentAt(position) < since + after);
  const after = nags[index];
  if (after === undefined) return [];
  const pause = after - (nags[index - 1] ?? 0);
  const at = index === 0 ? since + after : Math.max(since + after, sentAt(index - 1) + pause);
  return reminder(situation, { key: `deployed:${index + 1}`, at });
};

/** A rollback that is not finished is asked for again and again: nobody may believe that it is over. */
export const rollbackDues: DueSource = (situation) => {
  const { state, reminded } = situation.deployment;
  if (state.kind !== 'rolling_back') return [];
  const key = 'rollback:open';
  const last = Math.max(reminded[key] ?? 0, state.since);
  return reminder(situation, { key, at: last + situation.rules.alertRepeats.again });
};

/**
 * Signatures are asked for when they open; three working days after that and after the ladder the deployment ends
 * without them.
 */
export const signOffDues: DueSource = (situation, board) => {
  const { deployment, checklist, calendar, rules } = situation;
  if (deployment.state.kind !== 'watching' || unsignedRoles(situation).length === 0) return [];
  const { opens } = checklist.signOff;
  const opensAt =
    opens === 'verified' || opens === 'criteria'
      ? deployment.state.since
      : momentOf(opens, deployment.anchors);
  const asked =
    opensAt === undefined || (opens === 'criteria' && !signOffOpen(situation)) || isAsked(situation)
      ? []
      : reminder(situation, { key: 'sign-off:asked', at: opensAt });
  const ended = ladderEndedAt(situation);
  const askedAt = deployment.reminded['sign-off:asked'];
  if (ended === undefined || askedAt === undefined) return asked;
  return [
    ...asked,
    {
      at: calendar.addWorkDays(Math.max(ended, askedAt), rules.signOffWorkDays),
      fire: () => completion(situation, board),
    },
  ];
};

const isAsked = ({ deployment }: Situation): boolean => deployment.reminded['sign-off:asked'] !== undefined;
