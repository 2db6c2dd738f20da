import { MINUTE } from '../../lib/time.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Situation } from '../situation.ts';

/** Why the planned Go of a start cannot be: it is over. People say minutes: the running one is not. Undefined: none, or to come. */
export const plannedGoProblem = ({ deployment: { anchors }, now }: Situation): Refusal | undefined =>
  anchors.plannedGo !== undefined && anchors.plannedGo + MINUTE <= now
    ? refusal(
        'time_invalid',
        'The planned Go is over already. Choose a time to come, or leave it empty: then Go is asked for as soon as everything is ready.',
      )
    : undefined;
