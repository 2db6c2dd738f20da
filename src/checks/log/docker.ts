import type { CheckContext } from '../check.ts';
import { withEngine } from '../docker/engine.ts';
import { readContainerLog } from '../docker/logs.ts';
import { CheckProblem } from '../problem.ts';
import type { Asked, Window } from './window.ts';

export type ContainerQuestion = {
  /** Where the Engine is. */
  readonly connection: string;
  readonly container: string;
};

/** The window of what a container wrote, both streams. The Engine keeps the times. Rejects with a problem when it is not there. */
export const readDocker = async (
  { connection, container }: ContainerQuestion,
  { since, lines: tail }: Asked,
  context: CheckContext,
): Promise<Window> => {
  const from = since === undefined ? new Date(0) : new Date(context.now().getTime() - since);
  const log = await withEngine(connection, context, (api) =>
    readContainerLog(api, { container, since: from, ...(tail !== undefined && { tail }) }),
  );
  if (!log) {
    throw new CheckProblem(`there is no container ${container}: nothing to read`, {
      outcome: 'inconclusive',
      code: 'no_log',
      scope: 'check',
    });
  }
  return {
    lines: log.lines.map(({ text }) => text),
    ...(log.isCut && { gap: 'the log is longer than the 8 MiB that are read' }),
  };
};
