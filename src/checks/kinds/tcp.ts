import { z } from 'zod';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, missingHost, numberOf, portParam, type Measured } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { CheckProblem } from '../problem.ts';
import { startTimer } from '../timer.ts';

const params = z.strictObject({
  host: z.string().min(1).describe('Name or address.'),
  port: portParam.describe('TCP port.'),
});

const closed = (error: unknown): Measured => {
  if (error instanceof CheckProblem && error.code === 'connection_refused') {
    return { observation: { open: false }, isTransport: true };
  }
  throw error;
};

/** A TCP port. A refused connection is measured (`open: false`); silence ends at the deadline. */
export const tcp = defineCheck({
  kind: 'tcp',
  title: 'A TCP port accepts connections.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 2,
  observation: {
    open: 'true when a connection was accepted, false when it was refused',
    duration: 'milliseconds',
  },
  passes: { open: true },
  target: nameTarget,
  needs: missingHost,
  run: async (place, { network, signal }) => {
    const elapsed = startTimer();
    try {
      const socket = await network.connect(place, signal);
      const duration = elapsed();
      socket.destroy();
      return { observation: { open: true, duration } };
    } catch (error) {
      return closed(error);
    }
  },
  say: (observation, place) =>
    `${nameTarget(place)} is open, ${formatDuration(numberOf(observation['duration']))}`,
});
