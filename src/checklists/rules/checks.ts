import type { Json, JsonObject } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { parsePath } from '../../lib/matching/path.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { effectOf } from '../../domain/check.ts';
import { STAGES } from '../../domain/checklist.ts';
import { CHECK_SETTINGS } from '../schema/check.ts';
import type { RawChecklist } from '../schema/checklist.ts';
import type { PlacedCheck, Report } from '../walk.ts';
import { checksOf, entryId, itemsOf, kindsNamed, phasesOf } from '../walk.ts';
import { judgedProblems } from './expectations.ts';

/**
 * Kind -> what is wrong with its parameters, each as `<parameter>: <words>`. The composition root gives one per kind
 * it can run; parameters of other kinds are taken as they are.
 */
export type KindRules = Readonly<Record<string, (params: JsonObject) => readonly string[]>>;

/** One kind per check, with parameters the kind knows and expectations that can be judged. */
type Rules = { readonly kinds: KindRules; readonly report: Report };

export const checkChecks = (raw: RawChecklist, kinds: KindRules, report: Report): void => {
  for (const check of checksOf(raw)) {
    const isEntry = typeof check.path.at(-1) === 'number';
    const [kind, second] = kindsNamed(check.raw, isEntry);
    if (kind === undefined)
      report(check.path, 'check: expected one kind with its parameters, such as http: {url: ...}');
    else if (second !== undefined)
      report(
        [...check.path, second],
        `${second}: a check has one kind, and ${kind} is one${meant(second, kind)}`,
        'key',
      );
    else checkKind(check, kind, { kinds, report });
    checkJudged(check, raw, report);
    if (kind !== undefined) checkSampled(check, kind, report);
  }
  checkStateChecks(raw, report);
};

const meant = (second: string, first: string): string =>
  didYouMean(second, CHECK_SETTINGS) || didYouMean(first, CHECK_SETTINGS);

const checkKind = ({ raw, path }: PlacedCheck, kind: string, { kinds, report }: Rules): void => {
  if (!/^[a-z][a-z0-9_-]*$/.test(kind)) {
    const hint = didYouMean(kind, CHECK_SETTINGS);
    report([...path, kind], `${kind}: expected the name of a check kind in lower-case words${hint}`, 'key');
    return;
  }
  const params = isJsonObject(raw[kind]) ? raw[kind] : {};
  const problemsOf = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  for (const message of problemsOf?.(params) ?? []) {
    const name = parameterIn(message, params);
    if (name !== undefined && isOpen(params[name])) continue;
    report(name === undefined ? [...path, kind] : [...path, kind, name], `${kind}: ${message}`);
  }
};

/** The parameter a message begins with or quotes. */
const parameterIn = (message: string, params: JsonObject): string | undefined =>
  Object.keys(params).find((name) => /^[\w-]+/.exec(message)?.[0] === name || message.includes(`"${name}"`));

/**
 * A placeholder stands for a value of the right type; that type is known only per environment. Inside a list or a map
 * the kind itself leaves out what is open.
 */
const isOpen = (value: Json | undefined): boolean =>
  typeof value === 'string' && placeholdersIn(value).length > 0;

const checkJudged = (
  { raw, path, owner }: PlacedCheck,
  { parameters }: RawChecklist,
  report: Report,
): void => {
  for (const level of ['expect', 'warn'] as const) {
    const problems = raw[level] === undefined ? [] : judgedProblems(raw[level], { parameters });
    for (const { path: inner, message } of problems)
      report([...path, level, ...inner], `${level}: ${message}`);
  }
  for (const [name, from] of Object.entries(raw.capture ?? {})) {
    const parsed = parsePath(from);
    if (!parsed.ok) report([...path, 'capture', name], `capture: ${parsed.error.message} in ${from}`);
    if (owner === undefined)
      report([...path, 'capture', name], 'capture: the version check keeps no values', 'key');
  }
};

/** What writes, loads or costs is done by a click, once. */
const checkSampled = ({ raw, path, owner }: PlacedCheck, kind: string, report: Report): void => {
  if (raw.sampling === undefined) return;
  const own = typeof raw['effect'] === 'string' ? raw['effect'] : undefined;
  const effect = effectOf(kind, own ?? owner?.item.effect);
  if (effect !== 'read')
    report([...path, 'sampling'], `sampling: this check has the effect ${effect} and is done once`, 'key');
  if (raw.capture !== undefined)
    report([...path, 'capture'], 'capture: a check that is measured several times keeps no values', 'key');
};

/** `of` of a state check names phases, items or stages of the same file. */
const checkStateChecks = (raw: RawChecklist, report: Report): void => {
  const known = [
    ...STAGES,
    ...phasesOf(raw).map(({ phase }) => phase.id),
    ...itemsOf(raw).flatMap(({ item }) => [
      item.id,
      ...(item.checks ?? []).map((_, index) => entryId(item.id, index)),
    ]),
  ];
  const ids = new Set(known);
  for (const { raw: check, path } of checksOf(raw)) {
    const of = isJsonObject(check['state']) ? check['state']['of'] : undefined;
    const names = typeof of === 'string' ? [of] : Array.isArray(of) ? of : [];
    for (const name of names)
      if (typeof name === 'string' && !ids.has(name))
        report(
          [...path, 'state', 'of', ...(Array.isArray(of) ? [of.indexOf(name)] : [])],
          `state: no phase, item or stage ${name}${didYouMean(name, known)}`,
        );
  }
};
