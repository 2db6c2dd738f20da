import type { Deployment } from '../domain/deployment.ts';
import { previousVersionOf } from '../domain/previous-version.ts';

/** Attempts looked through for the last one that went out. */
export const ATTEMPTS = 20;

/** The version that the records say runs now: of the newest deployment of a place that went out and was not taken back. */
export const runningVersion = (newestFirst: readonly Deployment[]): string | null => {
  const last = newestFirst.find(
    ({ anchors, state }) => anchors.deployed !== undefined && state.kind !== 'rolling_back',
  );
  if (last === undefined) return null;
  return last.state.kind === 'rolled_back'
    ? (last.rollback?.targetVersion ?? previousVersionOf(last))
    : last.version;
};
