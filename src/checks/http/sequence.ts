import type { Expectations } from '../../domain/check.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import type { CheckContext, Fault } from '../check.ts';
import { CheckProblem, problemOf } from '../problem.ts';
import { isSecretField, isSecretName } from '../redact.ts';
import { decidingFinding, reachVerdict } from '../verdict.ts';
import { collectUrls } from './collect.ts';
import { fillStep } from './fill-step.ts';
import { requestOf } from './params.ts';
import type { HttpAnswer, HttpClient } from './request.ts';
import type { Kept, Step } from './steps.ts';

/** What a list of steps did until its end or its first fault. */
export type Steps = {
  readonly observations: readonly JsonObject[];
  readonly fault?: Fault;
};

type Walk = {
  readonly client: HttpClient;
  readonly context: CheckContext;
  readonly kept: Kept;
  readonly collected: URL[];
};

const MAX_COLLECTED = 20;
const PASSES: Expectations = { status: { lt: 400 } };

/** `step 2 "create task"`: how a step is called in a line. */
const nameStep = (word: string, { title }: Step, position: number): string =>
  `${word} ${position + 1}${title === undefined ? '' : ` "${title}"`}`;

const ask = (step: Step, url: string, { client, context, kept }: Walk): Promise<HttpAnswer> =>
  client.send(requestOf(fillStep(step, url, kept), context), step.follow);

/** The answer that stands for several: the one with the highest status. */
const askEach = async (step: Step, walk: Walk): Promise<HttpAnswer> => {
  const urls = walk.collected.slice(0, MAX_COLLECTED);
  const answers: HttpAnswer[] = [];
  for (const url of urls) answers.push(await ask(step, url.href, walk));
  const [worst] = answers.toSorted((left, right) => right.status - left.status);
  if (worst) return worst;
  throw new CheckProblem('no URL was collected', {
    outcome: 'fail',
    code: 'nothing_collected',
    scope: 'check',
  });
};

const observationOf = (step: Step, { status, headers, body, durationMs, url }: HttpAnswer): JsonObject => ({
  ...(step.title !== undefined && { title: step.title }),
  status,
  headers,
  // Of a body that was cut nothing is judged here; the step's own expectations know what a part may prove.
  ...(!body.incomplete && { body: body.value }),
  duration: durationMs,
  url: url.href,
});

// Long texts without a space are tokens and ids: in a result they tell nobody anything.
const isWorthHiding = (value: Json, name: string, path: string): value is string => {
  if (typeof value !== 'string' || value === '') return false;
  const key = path.split('.').at(-1) ?? '';
  return isSecretName(name) || isSecretField(key) || /^\S{12,}$/.test(value);
};

const keepFrom = (
  step: Step,
  answer: HttpAnswer,
  { captured, walk }: { captured: JsonObject; walk: Walk },
): void => {
  for (const [name, value] of Object.entries(captured)) {
    if (isWorthHiding(value, name, step.keep[name] ?? '')) walk.context.conceal(value);
    walk.kept.set(name, { value, origin: answer.url.origin });
  }
};

const collectFrom = (step: Step, { body, url }: HttpAnswer, { collected }: Walk): void => {
  if (step.collect === undefined) return;
  const html = typeof body.value === 'string' ? body.value : '';
  collected.push(...collectUrls(html, url, step.collect));
};

type Done = { readonly observation: JsonObject; readonly fault?: string; readonly isUnknown?: boolean };

const doStep = async (step: Step, walk: Walk): Promise<Done> => {
  if (typeof step.auth === 'object') {
    const login = walk.kept.get(step.auth.kept)?.value;
    if (typeof login === 'string') walk.context.conceal(login);
  }
  const answer = await (step.each === undefined ? ask(step, step.url ?? '', walk) : askEach(step, walk));
  const observation = observationOf(step, answer);
  const { incomplete } = answer.body;
  const verdict = reachVerdict(
    { observation, ...(incomplete && { incomplete: [incomplete] }) },
    {
      definition: {
        kind: 'http',
        params: {},
        capture: step.keep,
        ...(step.expect && { expect: step.expect }),
      },
      passes: PASSES,
      now: walk.context.now(),
    },
  );
  keepFrom(step, answer, { captured: verdict.captured, walk });
  collectFrom(step, answer, walk);
  const deciding = decidingFinding(verdict);
  return {
    observation,
    ...(deciding && { fault: deciding.finding.line, isUnknown: verdict.outcome === 'inconclusive' }),
  };
};

type Way = {
  readonly walk: Walk;
  readonly word: 'step' | 'cleanup';
  /** Position of the first of them in its list. */
  readonly first: number;
};

/** Says of a problem which step it was. */
const inStep = (error: unknown, name: string, { signal }: CheckContext): CheckProblem => {
  const reason: unknown = signal.aborted ? signal.reason : error;
  const { message, outcome, code, isTransport, scope } = problemOf(reason, 'the request');
  return new CheckProblem(`${name}: ${message}`, { outcome, code, isTransport, scope, cause: error });
};

/** Goes through steps one after the other, until one is not as it has to be. Rejects with a problem that names its step. */
export const goThrough = async (steps: readonly Step[], { walk, word, first }: Way): Promise<Steps> => {
  const observations: JsonObject[] = [];
  for (const [position, step] of steps.entries()) {
    const name = nameStep(word, step, first + position);
    let done: Done;
    try {
      done = await doStep(step, walk);
    } catch (error) {
      throw inStep(error, name, walk.context);
    }
    observations.push(done.observation);
    if (done.fault !== undefined) {
      const fault: Fault = {
        path: word === 'step' ? `steps[${first + position}]` : `cleanup[${first + position}]`,
        line: `${name}: ${done.fault}`,
        isUnknown: done.isUnknown ?? false,
      };
      return { observations, fault };
    }
  }
  return { observations };
};

/** The deadline of the steps, which leaves time to clean up. */
export const stepsTooLate = (timeoutMs: number): CheckProblem =>
  new CheckProblem(`no answer within ${formatDuration(timeoutMs)}`, {
    outcome: 'timed_out',
    code: 'timed_out',
    isTransport: true,
  });
