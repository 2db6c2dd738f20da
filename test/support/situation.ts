import { fileURLToPath } from 'node:url';
import { holds } from '../../src/checklists/conditions.ts';
import { effectiveChecklist } from '../../src/checklists/effective.ts';
import { loadChecklists } from '../../src/checklists/load-checklists.ts';
import { parseChecklist } from '../../src/checklists/parse-checklist.ts';
import { parseEnvironment } from '../../src/checklists/parse-environment.ts';
import { environmentNamed } from '../../src/checklists/to-environment.ts';
import type { CheckResult, Outcome, Readiness } from '../../src/domain/check.ts';
import type { Checklist, EffectiveChecklist, Environment } from '../../src/domain/checklist.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import { elapse, nextDueAt } from '../../src/domain/elapse.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { PlanItem, Section } from '../../src/domain/plan.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { settleChecks } from '../../src/domain/settle/settle-check.ts';
import type { Actor, Policy, Rules, Situation } from '../../src/domain/situation.ts';
import { DEFAULT_RULES } from '../../src/domain/situation.ts';
import type { Standing } from '../../src/domain/standing.ts';
import { boardOf } from '../../src/domain/standing.ts';
import type { Decision } from '../../src/domain/transition.ts';
import { transition } from '../../src/domain/transition.ts';
import { placeholdersIn } from '../../src/lib/placeholders.ts';
import { ok } from '../../src/lib/result.ts';
import type { Result } from '../../src/lib/result.ts';
import type { Instant } from '../../src/lib/time.ts';
import { calendarOf } from '../../src/scheduler/calendar.ts';

const fixtures = await loadChecklists(fileURLToPath(new URL('../fixtures/checklists', import.meta.url)));

/** Monday 2026-03-02, 10:00 in Berlin: inside everybody's work hours. */
export const START: Instant = Date.UTC(2026, 2, 2, 9, 0);

export type SituationOptions = {
  /** A checklist file's text; absent: the fixture `tiny`. */
  readonly yaml?: string;
  /** Default `production`. Without a file of that name nothing is set there: UTC, four eyes only in production, nobody named. */
  readonly environment?: string;
  /** An environment file's text; its `environment` has to be the one above. Absent: the fixture of that name, if any. */
  readonly environmentYaml?: string;
  /** Overrides of the deployment that has just been started by `ana`. */
  readonly deployment?: Partial<Deployment>;
  /** Default `START`. */
  readonly now?: Instant;
  readonly policy?: Partial<Policy>;
  readonly rules?: Partial<Rules>;
  /** Ids of items whose check is connected; default all. What writes is by click when it is connected. */
  readonly connected?: 'all' | readonly string[];
};

const checklistOf = ({ yaml }: SituationOptions): Checklist => {
  if (yaml === undefined) {
    const tiny = fixtures.checklists.get('tiny');
    if (tiny === undefined)
      throw new Error(`the fixture does not load: ${JSON.stringify(fixtures.problems)}`);
    return tiny;
  }
  const name = /^system: *(\S+)/m.exec(yaml)?.[1] ?? '';
  return orThrow(parseChecklist(yaml, { name, kinds: {} }));
};

const environmentOf = ({ environment = 'production', environmentYaml }: SituationOptions): Environment =>
  environmentYaml === undefined
    ? (fixtures.environments.get(environment) ?? environmentNamed(environment))
    : orThrow(parseEnvironment(environmentYaml, environment)).environment;

const orThrow = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** Slack's id of a person named in a file: `@alice` and `alice` are `UALICE`. */
export const userId = (name: string): string => `U${name.replace(/^@/, '').toUpperCase()}`;

const policyOf = ({ fourEyes, people }: Environment): Policy => ({
  fourEyes,
  holders: (role) => people[role]?.map(userId) ?? 'anyone',
});

/** A real deployment of a real checklist, untouched: nothing has been asked or measured yet. */
export const situationOf = (options: SituationOptions = {}): Situation => {
  const definition = checklistOf(options);
  const environment = environmentOf(options);
  const { checklist, hash } = effectiveChecklist(definition, environment, definition.system);
  const now = options.now ?? START;
  return {
    deployment: deploymentOf(checklist, {
      checklistHash: hash,
      anchors: { start: now },
      ...options.deployment,
    }),
    checklist,
    now,
    newId: idsFrom('id'),
    holds: (condition, choices) => holds(condition, { environment: environment.environment, choices }),
    readiness: readinessOf(options.connected ?? 'all'),
    rules: { ...DEFAULT_RULES, ...options.rules },
    policy: { ...policyOf(environment), ...options.policy },
    calendar: calendarOf(environment),
  };
};

/** `id-1`, `id-2` and so on: the same run of a test sees the same ids. */
const idsFrom = (prefix: string): (() => string) => {
  let last = 0;
  return () => `${prefix}-${(last += 1)}`;
};

/** Number 42 of the checklist's system, version 1.1.0 over 1.0.0, just started by `ana`. */
export const deploymentOf = (
  checklist: EffectiveChecklist,
  overrides: Partial<Deployment> = {},
): Deployment => ({
  id: `${checklist.system}-42`,
  number: 42,
  teamId: 'T1',
  system: checklist.system,
  environment: checklist.environment,
  channel: 'C1',
  checklistHash: 'a'.repeat(64),
  version: '1.1.0',
  previousVersion: '1.0.0',
  choices: {
    variants: Object.fromEntries(
      Object.entries(checklist.variants).map(([name, group]) => [name, group.default]),
    ),
    parameters: Object.fromEntries(
      Object.entries(checklist.parameters).flatMap(([name, parameter]) =>
        parameter.secret || parameter.default === undefined ? [] : [[name, parameter.default]],
      ),
    ),
  },
  startedBy: userId('ana'),
  anchors: { start: START },
  state: { kind: 'preparing' },
  items: {},
  captured: {},
  debts: [],
  signatures: [],
  followUps: [],
  alerts: [],
  reminded: {},
  revision: 0,
  ...overrides,
});

const readinessOf =
  (connected: 'all' | readonly string[]) =>
  ({ item: { id, body } }: PlanItem): Readiness => {
    if (body.kind !== 'check' || body.check.kind === 'state') return { kind: 'connected' };
    if (connected === 'all' || connected.includes(id)) {
      return body.effect === 'read' ? { kind: 'connected' } : { kind: 'by_click', effect: body.effect };
    }
    const names = placeholdersIn(body.check.params).filter((name) => !name.includes('.'));
    const missing = names.map((name) => `${name} not set`);
    return { kind: 'not_connected', missing: missing.length > 0 ? missing : [`kind ${body.check.kind}`] };
  };

/** The same situation when no worker is alive that could measure anything; what was asked of it stays unanswered. */
export const workerGone = (situation: Situation): Situation => ({
  ...situation,
  readiness: (entry) => {
    const { body } = entry.item;
    return body.kind !== 'check' || body.check.kind === 'state'
      ? situation.readiness(entry)
      : { kind: 'not_connected', missing: ['database-url not set (DATABASE_URL)'] };
  },
});

/** A full member, with the roles the environment file gives to this name. */
export const actor = ({ checklist, policy }: Situation, name: string): Actor => {
  const roles = new Set(['approver', 'on_call', ...Object.keys(checklist.roles), ...checklist.signOff.roles]);
  const id = userId(name);
  return {
    id,
    roles: [...roles].filter((role) => policy.holders(role).includes(id)),
    isFullMember: true,
  };
};

export const guest = (name = 'guest'): Actor => ({ id: userId(name), roles: [], isFullMember: false });

/** The situation after a decision. Throws when the decision is refused. */
export const run = (situation: Situation, decision: Decision): Situation => {
  const result = transition(situation, decision);
  if (!result.ok) throw new Error(`refused: ${result.error.code}: ${result.error.message}`);
  return { ...situation, deployment: result.value.after };
};

/** All events of a decision, in order. Throws when it is refused. */
export const eventsOf = (situation: Situation, decision: Decision): readonly DomainEvent[] => {
  const result = transition(situation, decision);
  if (!result.ok) throw new Error(`refused: ${result.error.code}: ${result.error.message}`);
  return result.value.events;
};

/** Why a decision is refused. Throws when it is not. */
export const refusalOf = (situation: Situation, decision: Decision): Refusal => {
  const result = transition(situation, decision);
  if (result.ok) throw new Error(`not refused: ${result.value.events.map(({ type }) => type).join(', ')}`);
  return result.error;
};

/** The same situation at another moment, before the clock has done anything. */
export const at = (situation: Situation, now: Instant): Situation => ({ ...situation, now });

/** What the clock does at this moment. */
export const tick = (situation: Situation): Situation => run(situation, (current) => ok(elapse(current)));

/** Jumps to a moment and lets the clock act once, as after downtime. */
export const wakeAt = (situation: Situation, now: Instant): Situation => tick(at(situation, now));

/** Lets time pass: the clock acts at every moment at which something is due. Runs stay unanswered unless `answers` gives them. */
export const passTime = (
  situation: Situation,
  until: Instant,
  answers: (current: Situation) => Situation = (current) => current,
): Situation => {
  let current = answers(situation);
  for (let count = 0; count < 5000; count += 1) {
    const due = nextDueAt(current);
    if (due === undefined || due > until) return at(current, until);
    current = answers(wakeAt(current, Math.max(due, current.now)));
  }
  throw new Error('time does not pass: something is due again and again');
};

/** How a check ended, as one word or with what else matters. */
export type Answer = Outcome | (Partial<CheckResult> & { readonly outcome: Outcome });

export const resultOf = (answer: Answer): CheckResult => {
  const given = typeof answer === 'string' ? { outcome: answer } : answer;
  return {
    line: given.outcome === 'pass' ? 'as expected' : `it was ${given.outcome}`,
    findings: [],
    observation: {},
    captured: {},
    durationMs: 12,
    tries: 1,
    ...given,
  };
};

/** Item ids of the runs nobody has answered yet. */
export const runningItems = ({ deployment }: Situation): readonly string[] =>
  Object.entries(deployment.items).flatMap(([id, { running }]) => (running === undefined ? [] : [id]));

/** Ends every run that is under way, and those that this starts: as told per item, else passed. */
export const answer = (
  situation: Situation,
  answers: Readonly<Record<string, Answer>> = {},
  otherwise: Answer = 'pass',
): Situation => {
  const runs = Object.entries(situation.deployment.items).flatMap(([itemId, { running }]) =>
    running === undefined
      ? []
      : [{ itemId, runId: running.runId, result: resultOf(answers[itemId] ?? otherwise) }],
  );
  if (runs.length === 0) return situation;
  const next = run(situation, (current) => ok(settleChecks(current, runs)));
  const again = runningItems(next).filter((id) => runs.every(({ itemId }) => itemId !== id));
  return again.length === 0 ? next : answer(next, answers, otherwise);
};

export const standing = (situation: Situation, itemId: string): Standing =>
  boardOf(situation).standing(itemId);

/** The ids of a section's items that wait for a person: neither settled nor summed up from others. */
export const openForPeople = (situation: Situation, sections: readonly Section[]): readonly string[] => {
  const board = boardOf(situation);
  return board.plan.items
    .filter(
      (entry) =>
        sections.includes(entry.section) && isChosen(situation, entry) && isForPeople(entry.item.body),
    )
    .filter(({ item }) => ['open', 'unclear'].includes(board.standing(item.id)))
    .map(({ item }) => item.id);
};

/** Of the ways back only the chosen ones are anybody's work. */
const isChosen = ({ deployment }: Situation, { section, phaseId }: PlanItem): boolean =>
  section !== 'rollback' || (deployment.rollback?.plans.includes(phaseId) ?? false);

const isForPeople = (body: PlanItem['item']['body']): boolean =>
  body.kind === 'manual' ||
  body.kind === 'approval' ||
  (body.kind === 'check' && body.check.kind !== 'state');
