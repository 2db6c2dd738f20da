import { z } from 'zod';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { plain } from '../../lib/matching/rule.ts';
import { defineCheck, type CheckContext, type Incomplete, type Measured } from '../check.ts';
import { missingEngine, nameEngine } from '../docker/engine.ts';
import { CONTAINER_NAME } from '../docker/read.ts';
import { nameTarget } from '../guard/hosts.ts';
import { isAllowed } from '../host/files.ts';
import { missingAuth, missingUrl } from '../http/auth.ts';
import { targetOf } from '../http/request.ts';
import { countLines, type Search } from '../log/count.ts';
import { readDocker } from '../log/docker.ts';
import { readLogFile } from '../log/file.ts';
import { readLoki } from '../log/loki.ts';
import { offsetsOf } from '../log/times.ts';
import type { Window } from '../log/window.ts';
import { compileParam, durationParam, patternParam } from '../params.ts';

const isTimeZone = (name: string): boolean => {
  try {
    offsetsOf(name);
    return true;
  } catch {
    return placeholdersIn(name).length > 0;
  }
};

const loki = z
  .strictObject({
    url: z.string().min(1).describe('Base URL of Loki.'),
    query: z.string().min(1).max(4000).describe('LogQL that selects lines: {app="shop"}.'),
    auth: z.string().min(1).optional().describe('env:NAME or ${secret}, as for http.'),
    tenant: z
      .string()
      .regex(/^[\w.|-]{1,150}$/, 'is not a name of a tenant')
      .optional()
      .describe('Sent as X-Scope-OrgID.'),
    limit: z
      .int()
      .min(1)
      .max(5000)
      .default(500)
      .describe('Most lines that are read; with more it is inconclusive.'),
  })
  .describe('Lines of Loki, of the time that since names.');

const params = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Absolute path on the worker, below a folder the environment file allows; rotated files beside it are read too.',
      ),
    docker: z
      .string()
      .min(1)
      .optional()
      .describe('Docker Engine whose container is read, as for docker: ${docker}.'),
    container: z
      .string()
      .regex(CONTAINER_NAME, 'is not a name of a container')
      .optional()
      .describe('With docker: name of the container.'),
    loki: loki.optional(),
    since: durationParam
      .optional()
      .describe('Only lines of this time, such as 15m, by the times at their beginning; for Loki required.'),
    lines: z.int().min(1).max(100_000).optional().describe('Only the last so many lines.'),
    at_least: z
      .int()
      .min(0)
      .default(1)
      .describe('With fewer lines to look at it is inconclusive: the log may have stopped. Default 1.'),
    time_zone: z
      .string()
      .refine(isTimeZone, 'is not a time zone such as Europe/Berlin')
      .default('UTC')
      .describe('Zone of times that do not name theirs; default UTC.'),
    pattern: patternParam
      .default(String.raw`\b(?:ERROR|FATAL|CRITICAL|PANIC)\b`)
      .describe(
        'Pattern (RE2) of the lines that count counts; default: errors in capitals. (?i) ignores case.',
      ),
    patterns: z
      .record(z.string().regex(/^[a-z][a-z0-9_-]{0,40}$/, 'is not a name such as timeouts'), patternParam)
      .refine((given) => Object.keys(given).length <= 20, 'takes at most 20 patterns')
      .default({})
      .describe('Further patterns by name: {timeouts: "timed? ?out"}; counts.<name> counts their lines.'),
  })
  .refine(
    ({ file, docker, loki: source }) =>
      [file, docker, source].filter((one) => one !== undefined).length === 1,
    'needs exactly one of file, docker and loki',
  )
  .refine(
    ({ docker, container }) => (docker === undefined) === (container === undefined),
    'docker and container stand together',
  )
  .refine((given) => given.loki === undefined || given.since !== undefined, 'loki needs since');

type Params = z.output<typeof params>;

const MAIN = '';

const searchesOf = ({ pattern, patterns }: Params): ReadonlyMap<string, Search> =>
  new Map([
    [MAIN, compileParam(pattern, 'pattern')],
    ...Object.entries(patterns).map(
      ([name, text]) => [name, compileParam(text, `patterns.${name}`)] as const,
    ),
  ]);

const read = (given: Params, context: CheckContext): Promise<Window> => {
  const { file, loki: source, since, lines, time_zone: zone } = given;
  if (source !== undefined) return readLoki({ ...source, since: since ?? 0 }, context);
  const asked = { ...(since !== undefined && { since }), ...(lines !== undefined && { lines }) };
  const { docker: connection, container } = given;
  if (connection !== undefined && container !== undefined)
    return readDocker({ connection, container }, asked, context);
  const clock = { now: context.now().getTime(), offsetAt: offsetsOf(zone) };
  return readLogFile(file ?? '', asked, { ...context, clock });
};

const gapsOf = (window: Window, longLines: number, { at_least: least }: Params): readonly string[] => [
  ...(window.gap === undefined ? [] : [window.gap]),
  ...(window.lines.length < least ? [`there are ${window.lines.length} lines of at least ${least}`] : []),
  ...(longLines > 0 ? [`${longLines} lines are longer than the 16 KiB that are searched`] : []),
];

const measure = async (given: Params, context: CheckContext): Promise<Measured> => {
  const searches = searchesOf(given);
  const window = await read(given, context);
  const { lines, span } = window;
  const { counts, last, longLines } = await countLines(lines, searches, context.signal);
  const { [MAIN]: count = 0, ...named } = counts;
  const gaps = gapsOf(window, longLines, given);
  const keys = ['count', 'counts', 'last', ...(window.gap === undefined ? [] : ['lines', 'span'])];
  const incomplete: readonly Incomplete[] =
    gaps.length === 0 ? [] : keys.map((key) => ({ key, reason: `cannot be told: ${gaps.join(', ')}` }));
  return {
    observation: {
      count,
      // A number below a key counts as measured, so what is incomplete does not stand there.
      counts: gaps.length > 0 ? {} : named,
      lines: lines.length,
      ...(span !== undefined && { span }),
      last,
    },
    incomplete,
  };
};

/** Lines of a log, counted. What could not be read in full is never a pass. */
export const log = defineCheck({
  kind: 'log',
  title: 'A log holds no errors, or as many lines of a kind as it should.',
  params,
  defaultTimeoutMs: 15_000,
  defaultRetries: ({ loki: source, docker }) => (source || docker !== undefined ? 2 : 0),
  observation: {
    count: 'lines that match pattern',
    'counts.<name>': 'lines that match one of patterns',
    lines: 'lines that were looked at',
    span: 'milliseconds since the first of them was written; absent when no line says',
    last: 'the last 5 lines that match pattern, redacted; kept only when the check names it',
  },
  keptIfNamed: ['last'],
  passes: { count: 0 },
  target: ({ file, docker, container = '', loki: source }) => {
    if (docker !== undefined) return `${nameEngine(docker)} ${container}`;
    if (source === undefined) return file ?? '';
    return URL.canParse(source.url) && /^https?:/.test(source.url)
      ? `loki ${nameTarget(targetOf(new URL(source.url)))}`
      : 'no URL';
  },
  needs: ({ file, docker, loki: source }, context) => {
    if (docker !== undefined) return missingEngine(docker, context);
    if (source) return [...missingUrl(source.url, context), ...missingAuth(source.auth, context)];
    const isReady =
      placeholdersIn(file ?? '').length > 0 || isAllowed(file ?? '', context.connections.fileRoots);
    return isReady ? [] : ['runner on the host'];
  },
  run: measure,
  say: ({ count = null, lines = null }) => `${plain(count)} of ${plain(lines)} lines match`,
});
