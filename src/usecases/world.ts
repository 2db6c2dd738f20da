import type { CheckDefinition, Connections, Effect, Readiness } from '../domain/check.ts';
import type {
  Checklist,
  Choices,
  Condition,
  EffectiveChecklist,
  Environment,
  FileProblem,
  WorkHours,
} from '../domain/checklist.ts';
import type { Actor, Calendar, Policy, Rules } from '../domain/situation.ts';
import type { Log } from '../lib/log.ts';
import type { Transact } from './stores.ts';

/** A person as Slack names them in a payload. */
export type Person = { readonly id: string; readonly name: string };

/** Where somebody acts, and where they were seen to be. */
export type Place = {
  /** Channel of the deployment. */
  readonly channel: string;
  /** Channel whose command, click or dialog this is, which proves that the person is in it; undefined: from elsewhere. */
  readonly from: string | undefined;
};

/** The checklist and environment files as they were read. */
export type Files = {
  readonly checklists: ReadonlyMap<string, Checklist>;
  readonly environments: ReadonlyMap<string, Environment>;
  /** `tiny` or `environments/production`, `environments/` for all of them -> why it did not load. */
  readonly broken: ReadonlyMap<string, readonly FileProblem[]>;
};

/** Who is who, as far as Slack and the environment files tell. */
export type People = {
  /** Holders of roles as of the last look; kept fresh by `prepare`. */
  policyOf: (environment: Environment) => Policy;
  /** Looks up what a decision in this environment needs to know of a person. Never throws: unknown is not a member. */
  actor: (person: Person, environment: Environment, place: Place) => Promise<Actor>;
  /** The id of a channel given as `#name` or id; undefined: not found. */
  channelId: (nameOrId: string) => Promise<string | undefined>;
  /** A person in plain words, for places that draw no mentions; the id while the name is not known. */
  nameOf: (id: string) => string;
};

/** Everything a use case is given. All of it is passed in; nothing is read from the process. */
export type Loop = {
  readonly teamId: string;
  readonly transact: Transact;
  readonly files: () => Files;
  readonly people: People;
  readonly effective: (
    checklist: Checklist,
    environment: Environment,
    system: string,
  ) => { readonly checklist: EffectiveChecklist; readonly hash: string };
  readonly holds: (condition: Condition, circumstances: { environment: string; choices: Choices }) => boolean;
  readonly readiness: (
    input: { definition: CheckDefinition; effect: Effect; connections: Connections },
    world: { hasEnv: (name: string) => boolean; hasRunner: (zone: string) => boolean },
  ) => Readiness;
  /** Names of variables that live workers hold. */
  readonly hasEnv: (name: string, runner: string | undefined) => boolean;
  /** Whether a runner of a zone is alive. */
  readonly hasRunner: (zone: string) => boolean;
  readonly calendarOf: (place: { timeZone: string; workHours: WorkHours }) => Calendar;
  readonly rules: Rules;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
};
