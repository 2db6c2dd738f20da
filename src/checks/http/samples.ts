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
