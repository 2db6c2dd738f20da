import type { JsonObject } from '../../lib/json.ts';
import { CheckProblem } from '../problem.ts';
import type { HttpAnswer } from './request.ts';

/** The value that `percent` of the samples do not exceed (nearest rank): with few samples the slowest one. */
export const percentile = (samples: readonly number[], percent: number): number => {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
};

/**
 * The answer that stands for several. All of one status: the last one. Else one of the rarest status, the highest of
 * equally rare ones: one bad answer in five is not hidden by four good ones.
 */
export const representative = (answers: readonly HttpAnswer[]): HttpAnswer | undefined => {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  const rarest = [...counts].sort(
    ([leftStatus, left], [rightStatus, right]) => left - right || rightStatus - leftStatus,
  )[0];
  return answers.findLast(({ status }) => status === rarest?.[0]);
};

/** min, p50, p95, p99 and max of durations in milliseconds; nothing of none. */
export const spread = (durations: readonly number[]): JsonObject =>
  durations.length === 0
    ? {}
    : {
        min: percentile(durations, 0),
        p50: percentile(durations, 50),
        p95: percentile(durations, 95),
        p99: percentile(durations, 99),
        max: percentile(durations, 100),
      };

export type Samples = { readonly answers: readonly HttpAnswer[]; readonly failed: number };

type Sampling = {
  readonly asked: number;
  /** Fewest answers that tell anything. */
  readonly least: number;
  readonly signal: AbortSignal;
};

/**
 * Asks one time after the other. Connections that are lost or refused are counted as long as enough answers can still
 * come; when none came at all, the first loss is what happened.
 */
export const takeSamples = async (
  send: () => Promise<HttpAnswer>,
  { asked, least, signal }: Sampling,
): Promise<Samples> => {
  const answers: HttpAnswer[] = [];
  const lost: CheckProblem[] = [];
  while (answers.length + lost.length < asked) {
    try {
      answers.push(await send());
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CheckProblem && error.isTransport) || least === asked) throw error;
      lost.push(error);
    }
  }
  const [first] = lost;
  if (first && answers.length === 0) throw first;
  if (answers.length < least) {
    throw new CheckProblem(`${answers.length} of ${asked} samples were answered, ${least} are needed`, {
      outcome: 'inconclusive',
      code: 'too_few_samples',
      isTransport: true,
    });
  }
  return { answers, failed: lost.length };
};
