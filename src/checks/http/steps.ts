import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import { validateExpectations } from '../../lib/matching/matchers.ts';
import { parsePath } from '../../lib/matching/path.ts';
import { parseSelector } from './collect.ts';
import { requestShape } from './params.ts';

const { auth, url, ...requestFields } = requestShape;

/** One request of a sequence. */
export const stepSchema = z.strictObject({
  title: z.string().min(1).max(100).optional().describe('What the step does, for the line that names it.'),
  url: url.optional().describe('Absolute http or https URL; {name} is what an earlier step kept.'),
  ...requestFields,
  auth: z
    .union([auth.unwrap(), z.strictObject({ kept: z.string().min(1) })])
    .optional()
    .describe('As for http, or {kept: name}: what an earlier step kept.'),
  follow: z.int().min(0).max(5).default(0).describe('Redirects to follow, 0 to 5.'),
  expect: z
    .record(z.string(), z.json())
    .optional()
    .describe('Path into what the step measured -> matcher; absent: status below 400.'),
  keep: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/i, 'is not a plain name'), z.string())
    .default({})
    .describe('Name -> path: values that later steps use as {name}.'),
  collect: z
    .array(
      z
        .string()
        .refine((text) => parseSelector(text) !== undefined, 'is not like link[rel=stylesheet][href]'),
    )
    .max(10)
    .optional()
    .describe('Places of a page whose URLs a later step with each: collected asks, such as script[src].'),
  each: z
    .literal('collected')
    .optional()
    .describe('Instead of url: asks every URL collected so far, at most 20; its status is the worst.'),
});

export type Step = z.output<typeof stepSchema>;

type Problem = { readonly path: (string | number)[]; readonly message: string };

const NAME = /\{([a-z][a-z0-9_-]*)\}/gi;

// `${name}` is a placeholder of the checklist, filled in before a step is made.
const withoutPlaceholders = (text: string): string => text.replaceAll(/\$\{[^}]*\}/g, '');

/** Names of kept values that a step cannot do without. */
export const namesUsed = ({ url: address = '', headers, auth: login }: Step): readonly string[] => {
  const texts = [address, ...Object.values(headers).map(String)];
  const inTexts = texts.flatMap((text) =>
    Array.from(withoutPlaceholders(text).matchAll(NAME), ([, name = '']) => name),
  );
  return typeof login === 'object' ? [...inTexts, login.kept] : inTexts;
};

const hasMore = ({ method, auth: login, headers, json, body }: Step): boolean =>
  (method !== 'GET' && method !== 'HEAD') ||
  login !== undefined ||
  Object.keys(headers).length > 0 ||
  json !== undefined ||
  body !== undefined;

const problemsOf = (step: Step, known: ReadonlySet<string>): Problem[] => {
  const { url: address, each, keep, expect } = step;
  const unknown = namesUsed(step).filter((name) => !known.has(name));
  return [
    ...((address === undefined) === (each === undefined)
      ? [{ path: ['url'], message: 'has to stand, or each instead of it' }]
      : []),
    // What a page names is not where a login or a body was meant to go.
    ...(each !== undefined && hasMore(step)
      ? [{ path: ['each'], message: 'goes with GET and HEAD only, without auth, headers and body' }]
      : []),
    ...unknown.map((name) => ({ path: [], message: `no earlier step keeps ${name}` })),
    ...Object.entries(keep).flatMap(([name, path]) => {
      const parsed = parsePath(path);
      return parsed.ok ? [] : [{ path: ['keep', name], message: parsed.error.message }];
    }),
    ...(expect === undefined ? [] : validateExpectations(expect)).map((message) => ({
      path: ['expect'],
      message,
    })),
  ];
};

/** What is wrong with steps beyond their single fields; `known` grows by what they keep. */
export const stepProblems = (steps: readonly Step[], known: Set<string>): readonly Problem[] =>
  steps.flatMap((step, position) => {
    const problems = problemsOf(step, known).map(({ path, message }) => ({
      path: [position, ...path],
      message,
    }));
    for (const name of Object.keys(step.keep)) known.add(name);
    return problems;
  });

/** Values that steps kept, each with the origin it came from. */
export type Kept = Map<string, { readonly value: Json; readonly origin: string }>;
