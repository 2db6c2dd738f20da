import type { Instant } from '../lib/time.ts';
import { HOUR, MINUTE, SECOND } from '../lib/time.ts';
import type { Readiness } from './check.ts';
import type { EffectiveChecklist } from './checklist.ts';
import type { Deployment, PersonId } from './deployment.ts';
import type { HoldsCondition, PlanItem } from './plan.ts';
import type { Refusal } from './refusal.ts';

/** Periods the rules use, in milliseconds. */
export type Rules = {
  /** Evidence older than this is measured again at Go. */
  readonly goFreshness: number;
  /** A person takes back an own click this long without a reason. */
  readonly undoFree: number;
  /** Between the first bad result in the watch and the second look; also between looks while an alert fires. */
  readonly secondLook: number;
  /** A waiting Go reminds, asks the backup, then holds. */
  readonly goReminders: { readonly remind: number; readonly backup: number; readonly hold: number };
  /** A forgotten Deployed is asked for, twice. */
  readonly deployedNags: readonly number[];
  /** A rollback with data loss that was asked for waits this long for a second person. */
  readonly rollbackAsk: number;
  /** An unanswered alert is repeated, then the backup is asked. */
  readonly alertRepeats: { readonly again: number; readonly backup: number };
  /** A person's item is said when it is due, reminded this long after, then daily; in work hours only. */
  readonly itemReminder: number;
  /** Unsigned this long after the ladder ended: completed without the signatures. In working days. */
  readonly signOffWorkDays: number;
  /** version-live asks again at this pace until the new version answers, red rollback checks too; after ten minutes six times slower. */
  readonly poll: number;
  /** A run that did not answer for this long is lost: inconclusive. Longer for a check that may itself take longer. */
  readonly lostRun: number;
};

export const DEFAULT_RULES: Rules = {
  goFreshness: 30 * MINUTE,
  undoFree: 5 * MINUTE,
  secondLook: MINUTE,
  goReminders: { remind: 15 * MINUTE, backup: 30 * MINUTE, hold: HOUR },
  deployedNags: [30 * MINUTE, HOUR],
  rollbackAsk: 30 * MINUTE,
  alertRepeats: { again: 10 * MINUTE, backup: 20 * MINUTE },
  itemReminder: 4 * HOUR,
  signOffWorkDays: 3,
  poll: 10 * SECOND,
  lostRun: 5 * MINUTE,
};

/** Who somebody is, as far as the rules care. Resolved at the edge before the transaction. */
export type Actor = {
  readonly id: PersonId;
  /** Roles of the environment file this person stands in. */
  readonly roles: readonly string[];
  /** A full member of the workspace and the channel; false for guests. */
  readonly isFullMember: boolean;
  /** Why not, where it is not for being a guest; told in place of that. */
  readonly refused?: Refusal;
};

/** Who could act in a role: named people, or `anyone` = any full member of the channel. */
export type RoleHolders = 'anyone' | readonly PersonId[];

/** Who may do what in this environment, as of now. */
export type Policy = {
  readonly fourEyes: boolean;
  readonly holders: (role: string) => RoleHolders;
  /** Why nobody can tell who holds a role: then nobody does, and this is what whoever decides is told. */
  readonly unknown?: Refusal;
};

/** Clock arithmetic that needs a calendar, given from outside. */
export type Calendar = {
  /** The first moment strictly after `after` at which the cron expression matches in the time zone; undefined: never. */
  readonly nextCron: (cron: string, timeZone: string, after: Instant) => Instant | undefined;
  /** `at` itself inside the environment's work hours, else the start of the next ones. */
  readonly nextWorkTime: (at: Instant) => Instant;
  /** When the next work hours begin, strictly after `at`. */
  readonly nextWorkMorning: (at: Instant) => Instant;
  /** `at` itself by day; from 22:00 the next 08:00 there, work day or not: reminders let people sleep. */
  readonly nextLoudTime: (at: Instant) => Instant;
  /** The same time of day so many working days later; 0 is `at` itself. */
  readonly addWorkDays: (at: Instant, days: number) => Instant;
};

/** Everything a rule may look at. Pure: the same situation and input always give the same events. */
export type Situation = {
  readonly deployment: Deployment;
  readonly checklist: EffectiveChecklist;
  readonly now: Instant;
  /** Fresh ids for runs, alerts and debts. */
  readonly newId: () => string;
  readonly holds: HoldsCondition;
  readonly readiness: (entry: PlanItem) => Readiness;
  readonly rules: Rules;
  readonly policy: Policy;
  readonly calendar: Calendar;
};
