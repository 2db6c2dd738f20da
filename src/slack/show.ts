import type { Deployment } from '../domain/deployment.ts';
import type { Loop } from '../usecases/world.ts';
import type { Show } from './intent.ts';
import type { Asked } from './listen.ts';
import { SUBCOMMAND_NAMES } from './commands/parse-command.ts';

export type ShowStores = {
  readonly listLive: (teamId: string, channel?: string) => Promise<Deployment[]>;
};

export const createShow =
  (loop: Loop, stores: ShowStores) =>
  async (show: Show, _asked: Asked): Promise<string> => {
    if (show.what === 'help') return `Commands: ${SUBCOMMAND_NAMES.join(', ')}`;
    const live = await stores.listLive(loop.teamId);
    return (
      live
        .map(
          ({ number, system, environment, state }) => `#${number} ${system} → ${environment} ${state.kind}`,
        )
        .join('\n') || 'Nothing is running.'
    );
  };

export const createHome =
  (_loop: Loop, _messenger: unknown) =>
  (_person: string): Promise<void> =>
    Promise.resolve();
