import { zoneOf, type CheckDefinition, type CheckRequest, type Readiness } from '../domain/check.ts';
import type { EffectiveChecklist, Environment } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { HoldsCondition, PlanItem } from '../domain/plan.ts';
import { withNamed } from '../domain/roles.ts';
import { previousVersionOf } from '../domain/previous-version.ts';
import type { Policy, Rules, Situation } from '../domain/situation.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { placeholdersIn, substitute } from '../lib/placeholders.ts';
import type { Instant } from '../lib/time.ts';
import { environmentProblem } from './files.ts';
import type { Loop } from './world.ts';

/** Everything the rules may look at, for a deployment as it is now. */
export const situate = (
  loop: Loop,
  { deployment, checklist, now }: { deployment: Deployment; checklist: EffectiveChecklist; now: Instant },
): Situation => {
  const environment = environmentFor(loop, deployment);
  return {
    deployment,
    checklist,
    now,
    newId: loop.newId,
    holds: holdsIn(loop, deployment.environment),
    readiness: (entry) => readinessOf(loop, { deployment, checklist, entry }),
    rules: rulesOf(loop.rules, checklist),
    policy: policyIn(loop, environment),
    calendar: loop.calendarOf(checklist),
  };
};

/** Rules that cannot be read permit nothing that belongs to a role. */
const policyIn = (loop: Loop, environment: Environment): Policy => {
  const unknown = environmentProblem(loop.files(), environment.environment);
  return unknown === undefined
    ? loop.people.policyOf(environment)
    : { fourEyes: true, holders: () => [], unknown };
};

type HoldsInEnvironment = Map<string, HoldsCondition>;

/** One function per environment, for as long as the rule it applies: a plan that was laid out with it is known by it. */
const judges = new WeakMap<Loop['holds'], HoldsInEnvironment>();

/** The rule of conditions in one environment. */
export const holdsIn = ({ holds }: Pick<Loop, 'holds'>, environment: string): HoldsCondition => {
  const known: HoldsInEnvironment = judges.get(holds) ?? new Map<string, HoldsCondition>();
  judges.set(holds, known);
  const judge =
    known.get(environment) ?? ((condition, choices) => holds(condition, { environment, choices }));
  known.set(environment, judge);
  return judge;
};

const rulesOf = (rules: Rules, { secondLookMs }: EffectiveChecklist): Rules =>
  secondLookMs === undefined ? rules : { ...rules, secondLook: secondLookMs };

const DEFAULT_HOURS = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60 };

/** The environment's rules; one that has no file has the common ones. Whether its file was lost: `environmentProblem`. */
export const environmentOf = (loop: Loop, name: string): Environment =>
  loop.files().environments.get(name) ?? {
    environment: name,
    timeZone: 'UTC',
    workHours: DEFAULT_HOURS,
    fourEyes: name === 'production',
    people: {},
    systems: {},
  };

/** The environment's rules as they hold for one deployment: who was named at its start holds a role that the file leaves open. */
export const environmentFor = (
  loop: Loop,
  { environment, named }: Pick<Deployment, 'environment' | 'named'>,
): Environment => {
  const file = environmentOf(loop, environment);
  // A file that cannot be read may name somebody else: then nobody holds anything.
  const isOpen = environmentProblem(loop.files(), environment) === undefined;
  return named !== undefined && isOpen ? withNamed(file, named) : file;
};

/** What a deployment puts in where a definition leaves a name. */
type AtRun = Pick<
  Deployment,
  'version' | 'previousVersion' | 'versionAtStart' | 'captured' | 'choices' | 'rollback'
>;

type Place = { deployment: AtRun; checklist: EffectiveChecklist; entry: PlanItem };

/** Whether an item's check can run by itself, as far as can be told without contacting anything. */
export const readinessOf = (
  loop: Pick<Loop, 'readiness' | 'hasEnv' | 'hasRunner'>,
  { deployment, checklist, entry }: Place,
): Readiness => {
  const { body } = entry.item;
  if (body.kind !== 'check') return { kind: 'not_connected', missing: ['no check'] };
  const { connections } = checklist;
  const definition = fill(body.check, (name) => deployment.choices.parameters[name]);
  // Whoever does the work has to hold what it needs.
  const zone = zoneOf({ definition, connections });
  const ready = loop.readiness(
    { definition, effect: body.effect, connections },
    { hasEnv: (name) => loop.hasEnv(name, zone), hasRunner: loop.hasRunner },
  );
  // Until somebody names the version there is nothing to compare with: that is no error of the check.
  const unknown = placeholdersIn(definition).flatMap((name) => unknownVersion(deployment, name));
  return unknown.length === 0
    ? ready
    : {
        kind: 'not_connected',
        missing: [...(ready.kind === 'not_connected' ? ready.missing : []), ...new Set(unknown)],
      };
};

const unknownVersion = (deployment: AtRun, name: string): readonly string[] => {
  if (name !== 'deployment.version' && name !== 'deployment.previous') return [];
  if (valueAtRun(deployment, name) !== undefined) return [];
  return [name === 'deployment.version' ? 'version not set' : 'the version before is not known'];
};

/** One execution as the worker gets it: everything filled in but secrets. */
export const requestFor = (
  { deployment, checklist }: Omit<Place, 'entry'>,
  check: CheckDefinition,
): CheckRequest => ({
  definition: fill(check, (name) => valueAtRun(deployment, name)),
  connections: checklist.connections,
});

const valueAtRun = (deployment: AtRun, name: string): Json | undefined => {
  const { version, captured, choices, rollback } = deployment;
  if (name === 'deployment.version') return version ?? undefined;
  if (name === 'deployment.previous')
    return rollback?.targetVersion ?? previousVersionOf(deployment) ?? undefined;
  if (name.startsWith('captured.')) return captured[name.slice('captured.'.length)];
  return choices.parameters[name];
};

const fill = (check: CheckDefinition, lookup: (name: string) => Json | undefined): CheckDefinition => {
  const filled = (value: JsonObject): JsonObject => substitute(value, lookup).value as JsonObject;
  return {
    ...check,
    params: filled(check.params),
    ...(check.expect === undefined ? {} : { expect: filled(check.expect) }),
    ...(check.warn === undefined ? {} : { warn: filled(check.warn) }),
  };
};
