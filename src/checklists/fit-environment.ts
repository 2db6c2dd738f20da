import type { Connections } from '../domain/check.ts';
import type { Checklist, Environment } from '../domain/checklist.ts';
import { didYouMean, nearest } from '../lib/nearest.ts';
import { REMEDY, reporter } from './parse-file.ts';
import type { ParsedEnvironment } from './parse-environment.ts';
import { VALUE_KEYS } from './parse-environment.ts';
import { BUILT_IN_ROLES } from './rules/names.ts';
import type { Located, Path } from './source.ts';
import type { Report } from './walk.ts';

/** The checklists an environment is held against; `unreadable` are systems whose file is broken. */
export type Systems = {
  readonly loaded: ReadonlyMap<string, Checklist>;
  readonly unreadable: ReadonlySet<string>;
};

/**
 * Holds an environment against the systems it names. Values typed in for secret parameters, and values for
 * parameters that are not there, are problems and dropped; unknown systems and mistyped roles are problems only.
 */
export const fitEnvironment = (
  { environment, source }: ParsedEnvironment,
  systems: Systems,
): { readonly environment: Environment; readonly problems: readonly Located[] } => {
  const { report, located } = reporter(source);
  const fitted = Object.entries(environment.systems).map(([name, system]) => {
    const checklist = systems.loaded.get(name);
    if (checklist === undefined) {
      if (!systems.unreadable.has(name))
        report(
          ['systems', name],
          `${name}: no checklist of that system${didYouMean(name, [...systems.loaded.keys()])}`,
          'key',
        );
      return [name, system] as const;
    }
    const placeOf = (parameter: string): Path => {
      const key =
        VALUE_KEYS.find((one) => source.range(['systems', name, one, parameter]) !== undefined) ?? 'values';
      return ['systems', name, key, parameter];
    };
    return [
      name,
      { ...system, connections: fitConnections(system.connections, { checklist, placeOf, report }) },
    ] as const;
  });
  checkPeople(environment, systems, report);
  return { environment: { ...environment, systems: Object.fromEntries(fitted) }, problems: located };
};

type Fitting = {
  readonly checklist: Checklist;
  readonly placeOf: (parameter: string) => Path;
  readonly report: Report;
};

const fitConnections = (connections: Connections, { checklist, placeOf, report }: Fitting): Connections => {
  const known = Object.keys(checklist.parameters);
  const isKnown = (name: string): boolean => {
    if (known.includes(name)) return true;
    report(
      placeOf(name),
      `${name}: ${checklist.system} has no such parameter${didYouMean(name, known)}`,
      'key',
    );
    return false;
  };
  const isPublic = (name: string): boolean => {
    if (checklist.parameters[name]?.secret !== true) return true;
    report(placeOf(name), `${name}: is secret, so no value of it stands in a file: ${REMEDY}`);
    return false;
  };
  const values = Object.entries(connections.values).filter(([name]) => isKnown(name) && isPublic(name));
  const secrets = Object.entries(connections.secrets).filter(([name]) => isKnown(name));
  return { ...connections, values: Object.fromEntries(values), secrets: Object.fromEntries(secrets) };
};

/** A role may belong to a system that is not loaded, so only what looks like a slip of a known role is reported. */
const checkPeople = ({ people }: Environment, { loaded }: Systems, report: Report): void => {
  const declared = [...loaded.values()].flatMap(({ roles }) => Object.keys(roles));
  const known = [...new Set([...declared, ...BUILT_IN_ROLES])];
  for (const role of Object.keys(people))
    if (!known.includes(role) && nearest(role, known).length > 0)
      report(['people', role], `${role}: no checklist has this role${didYouMean(role, known)}`, 'key');
};
