import type { Environment } from '../domain/checklist.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import { literalSecrets } from './literal-secrets.ts';
import type { LiteralSecret } from './literal-secrets.ts';
import { parseFile, REMEDY, reporter } from './parse-file.ts';
import { checkLadder } from './rules/schedule.ts';
import { environmentSchema } from './schema/environment.ts';
import type { RawEnvironment } from './schema/environment.ts';
import type { Located, Path, Source } from './source.ts';
import { toEnvironment } from './to-environment.ts';
import type { Report } from './walk.ts';

/** An environment that loaded, what is wrong with single values of it, and where its keys stand. */
export type ParsedEnvironment = {
  readonly environment: Environment;
  readonly problems: readonly Located[];
  readonly source: Source;
};

/**
 * One environment file. A credential typed as a value is a problem and dropped, the rest of the file holds: one slip
 * should not take an environment away. Anywhere else in the file it refuses the file.
 */
export const parseEnvironment = (
  text: string,
  name: string,
): Result<ParsedEnvironment, readonly Located[]> => {
  const parsed = parseFile(text, environmentSchema, standsInValue);
  if (!parsed.ok) return parsed;
  const { raw, source } = parsed.value;
  const refusals = reporter(source);
  if (raw.environment !== name)
    refusals.report(['environment'], `environment: expected ${name}, as the file is named`);
  checkSystems(raw, refusals.report);
  if (refusals.located.length > 0) return err(refusals.located);
  const { report, located } = reporter(source);
  return ok({ environment: toEnvironment(withoutCredentials(raw, report)), problems: located, source });
};

/** Keys of a system entry that give parameters their values. */
export const VALUE_KEYS = ['values', 'connections'] as const;

const checkSystems = (raw: RawEnvironment, report: Report): void => {
  const { from, to } = toEnvironment(raw).workHours;
  if (from >= to) report(['work_hours'], 'work_hours: expected from to be earlier than to');
  for (const [name, system] of Object.entries(raw.systems ?? {})) {
    const path = ['systems', name];
    checkLadder(system?.ladder ?? [], [...path, 'ladder'], report);
    for (const parameter of Object.keys(system?.connections ?? {}))
      if (Object.hasOwn(system?.values ?? {}, parameter))
        report(
          [...path, 'connections', parameter],
          `${parameter}: given twice, in values and in connections`,
          'key',
        );
  }
};

const standsInValue = (secret: LiteralSecret, source: Source): boolean =>
  valuePaths(source.value).some((path) => {
    const range = source.range(path);
    return range !== undefined && secret.start >= range[0] && secret.end <= range[1];
  });

const objectAt = (value: Json, key: string): JsonObject => {
  const inner = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isJsonObject(inner) ? inner : {};
};

const valuePaths = (content: Json): readonly Path[] =>
  Object.entries(objectAt(content, 'systems')).flatMap(([system, entry]) =>
    VALUE_KEYS.flatMap((key) =>
      Object.keys(objectAt(entry, key)).map((name) => ['systems', system, key, name]),
    ),
  );

const withoutCredentials = (raw: RawEnvironment, report: Report): RawEnvironment => {
  const cleaned = Object.entries(raw.systems ?? {}).map(([name, system]) => {
    const kept = VALUE_KEYS.map((key) => {
      const entries = Object.entries(system?.[key] ?? {}).filter(([parameter, value]) => {
        const [secret] = literalSecrets(typeof value === 'string' ? value : JSON.stringify(value));
        if (secret === undefined) return true;
        report(
          ['systems', name, key, parameter],
          `${parameter}: ${secret.what} stands in the file: ${REMEDY}`,
        );
        return false;
      });
      return [key, Object.fromEntries(entries)] as const;
    });
    return [name, system === null ? null : { ...system, ...Object.fromEntries(kept) }] as const;
  });
  return { ...raw, systems: Object.fromEntries(cleaned) };
};
