import type { z } from 'zod';
import { err, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import { parseWith } from './issues.ts';
import { literalSecrets, withoutSecrets } from './literal-secrets.ts';
import type { LiteralSecret } from './literal-secrets.ts';
import type { Located, Source } from './source.ts';
import { parseSource } from './source.ts';
import type { Report } from './walk.ts';

/** How a message about a credential ends. */
export const REMEDY = 'secrets come only as env:NAME of the worker';

/** A file that fits its schema. The rules of its content are still to be applied. */
export type ParsedFile<T> = { readonly raw: T; readonly source: Source };

/**
 * Reads text with a schema. Refused: what is no YAML, what does not fit the schema, and any credential in plain sight,
 * comments included, unless `tolerated` says that the caller deals with that one itself.
 */
export const parseFile = <S extends z.ZodType>(
  text: string,
  schema: S,
  tolerated: (secret: LiteralSecret, source: Source) => boolean = () => false,
): Result<ParsedFile<z.output<S>>, readonly Located[]> => {
  const { source, problems } = parseSource(text);
  const secrets = literalSecrets(text)
    .filter((secret) => source === undefined || !tolerated(secret, source))
    .map((secret) => ({
      ...placeOf(text, secret.start),
      message: `${secret.what} stands in the file: ${REMEDY}`,
    }));
  const clean = problems.map((problem) => ({ ...problem, message: withoutSecrets(problem.message) }));
  if (source === undefined || clean.length > 0 || secrets.length > 0) return err([...clean, ...secrets]);
  const checked = parseWith(schema, source.value);
  if (checked.value !== undefined) return ok({ raw: checked.value, source });
  const { report, located } = reporter(source);
  for (const { path, part, message } of checked.issues) report(path, message, part);
  return err(located);
};

/** Collects problems by path, as problems by line and column. Credentials a message quotes are left out. */
export const reporter = (
  source: Source,
): { readonly report: Report; readonly located: readonly Located[] } => {
  const located: Located[] = [];
  return {
    report: (path, message, part = 'value') =>
      located.push({ ...source.at(path, part), message: withoutSecrets(message) }),
    located,
  };
};

const placeOf = (text: string, offset: number): Pick<Located, 'line' | 'column'> => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};
