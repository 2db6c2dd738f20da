import type { Socket } from 'node:net';
import { formatSize } from '../../lib/matching/units.ts';
import { ourFault } from '../problem.ts';

/** Rejects, and ends the connection, once more than `maxBytes` have come in. Race it against what reads the socket. */
export const limitBytes = (socket: Socket, maxBytes: number, name: string): Promise<never> => {
  let received = 0;
  return new Promise((_, reject) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= maxBytes) return;
      reject(ourFault(`${name}: the answer is larger than ${formatSize(maxBytes)}`, 'answer_too_large'));
      socket.destroy();
    });
  });
};
