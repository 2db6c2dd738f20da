import { APPROVER } from '../../domain/actor.ts';
import { ON_CALL } from '../../domain/roles.ts';
import type { Json } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { didYouMean } from '../../lib/nearest.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { Path } from '../source.ts';
import type { Report } from '../walk.ts';
import { itemsOf, phasesOf } from '../walk.ts';
import { judgedProblems } from './expectations.ts';

/** Roles every installation knows without a declaration: they are asked for by the product itself. */
export const BUILT_IN_ROLES: readonly string[] = [APPROVER, ON_CALL];

/** Once a file declares roles, every role it names is one of them. */
export const checkRoles = (raw: RawChecklist, report: Report): void => {
  const declared = Object.keys(raw.roles ?? {});
  if (declared.length === 0) return;
  const known = [...declared, ...BUILT_IN_ROLES];
  const check = (role: string | undefined, path: Path) => {
    if (role !== undefined && !known.includes(role))
      report(
        path,
        `${String(path.findLast((step) => typeof step === 'string'))}: no role ${role} is declared${didYouMean(role, known)}`,
      );
  };
  for (const { phase, path } of phasesOf(raw)) check(phase.owner, [...path, 'owner']);
  for (const { item, path } of itemsOf(raw)) {
    check(item.owner, [...path, 'owner']);
    check(item.approval?.role, [...path, 'approval', 'role']);
  }
  for (const [index, role] of (raw.sign_off?.roles ?? []).entries())
    check(role, ['sign_off', 'roles', index]);
};

/** Exactly one option of a group is its default. */
export const checkVariants = (raw: RawChecklist, report: Report): void => {
  for (const [name, group] of Object.entries(raw.variants ?? {})) {
    const path = ['variants', name];
    const options = Object.entries(group.options);
    const defaults = options.filter(([, option]) => option.default === true);
    if (options.length === 0) report(path, `${name}: expected at least one option`, 'key');
    else if (defaults.length === 0) report(path, `${name}: expected one option with default: true`, 'key');
    for (const [option] of defaults.slice(1))
      report([...path, 'options', option], `${option}: ${name} has more than one default`, 'key');
  }
};

/** Conditions name what is there to be decided on. */
export const checkConditions = (raw: RawChecklist, report: Report): void => {
  const places = [
    ...phasesOf(raw).map(({ phase, path }) => ({ when: phase.when, path: [...path, 'when'] })),
    ...itemsOf(raw).map(({ item, path }) => ({ when: item.when, path: [...path, 'when'] })),
  ];
  for (const { when, path } of places) {
    if (when === undefined) continue;
    for (const [subject, matcher] of Object.entries(when)) {
      const problem = conditionProblem(raw, subject, matcher);
      if (problem !== undefined) report([...path, subject], `when: ${problem}`, 'key');
    }
    for (const { path: inner, message } of judgedProblems(when, raw))
      report([...path, ...inner], `when: ${message}`);
  }
};

const conditionProblem = (raw: RawChecklist, subject: string, matcher: Json): string | undefined => {
  if (subject === 'environment') return undefined;
  const [, sort, name] = /^(variant|parameter)\.(.+)$/.exec(subject) ?? [];
  if (sort === undefined || name === undefined)
    return `expected environment, variant.<group> or parameter.<name>, got ${subject}`;
  return sort === 'variant' ? variantProblem(raw, name, matcher) : parameterProblem(raw, name);
};

const variantProblem = (raw: RawChecklist, name: string, matcher: Json): string | undefined => {
  const groups = raw.variants ?? {};
  const group = groups[name];
  if (group === undefined) return `no variant ${name} is declared${didYouMean(name, Object.keys(groups))}`;
  const known = Object.keys(group.options);
  const unknown = optionsNamed(matcher).find((option) => !known.includes(option));
  return unknown === undefined
    ? undefined
    : `${name} has no option ${unknown}${didYouMean(unknown, known) || `, expected ${known.join(', ')}`}`;
};

const parameterProblem = (raw: RawChecklist, name: string): string | undefined => {
  const parameters = raw.parameters ?? {};
  const parameter = parameters[name];
  if (parameter === undefined)
    return `no parameter ${name} is declared${didYouMean(name, Object.keys(parameters))}`;
  return parameter.secret === true ? `${name} is secret, so nothing can be decided on it` : undefined;
};

/** Options a matcher compares with: a bare value, `eq`, `ne` or `in`. */
const optionsNamed = (matcher: Json): readonly string[] => {
  const values = isJsonObject(matcher) ? [matcher['eq'], matcher['ne'], matcher['in']] : [matcher];
  return values.flat().filter((value) => typeof value === 'string');
};
