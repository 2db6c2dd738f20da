import type { Due, DueSource } from '../due.ts';
import type { Situation } from '../situation.ts';
import { noGo } from '../decide/gate.ts';
import { signOffOpen, unsignedRoles } from '../decide/sign-off.ts';
import { ladderEndedAt, outcomeOf } from '../follow.ts';
import { momentOf } from './ladder.ts';

const reminder = (situation: Situation, { key, at }: { key: string; at: number }): Due[] =>
  (situation.deployment.reminded[key] ?? -1) >= at ? [] : [{ at, fire: () => [{ type: 'reminded', key }] }];

/** A waiting Go reminds, asks the backup, then holds. */
export const gateDues: DueSource = (situation) => {
  const { state, version } = situation.deployment;
  if (state.kind !== 'awaiting_go' || version === null) return [];
  const { remind, backup, hold } = situation.rules.goReminders;
  const reason = `no Go within ${hold / 60_000} min`;
  return [
    ...reminder(situation, { key: 'go:asked', at: state.since + remind }),
    ...reminder(situation, { key: 'go:backup', at: state.since + backup }),
    { at: state.since + hold, fire: () => [noGo(situation, { by: null, reason })] },
  ];
};

/** A forgotten Deployed is asked for. */
export const nagDues: DueSource = (situation) => {
  const { state } = situation.deployment;
  if (state.kind !== 'deploying') return [];
  return situation.rules.deployedNags.flatMap((after, index) =>
    reminder(situation, { key: `deployed:${index + 1}`, at: state.since + after }),
  );
};

/** Signatures are asked for when they open; three working days after the ladder the deployment ends without them. */
export const signOffDues: DueSource = (situation) => {
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
  if (ended === undefined) return asked;
  const outcome = outcomeOf(situation) === 'failed' ? ('failed' as const) : ('degraded' as const);
  return [
    ...asked,
    {
      at: calendar.addWorkDays(ended, rules.signOffWorkDays),
      fire: () => [{ type: 'completed', outcome, unsigned: unsignedRoles(situation) }],
    },
  ];
};

const isAsked = ({ deployment }: Situation): boolean => deployment.reminded['sign-off:asked'] !== undefined;
