import type { Socket } from 'node:net';
import { formatSize } from '../../lib/matching/units.ts';
import { CheckProblem } from '../problem.ts';
import { untilAborted } from './network.ts';

type Reading = {
  /** Whether what came in so far is all that was waited for. */
  readonly isEnough: (text: string) => boolean;
  readonly maxBytes: number;
  /** Who is read, for people. */
  readonly name: string;
  readonly signal: AbortSignal;
};

/** What a socket says until it is enough, as Latin-1, so that every byte is one character. Rejects when it ends before. */
export const readUntil = (socket: Socket, { isEnough, maxBytes, name, signal }: Reading): Promise<string> =>
  untilAborted(
    new Promise<string>((resolve, reject) => {
      let text = '';
      const take = (chunk: Buffer): void => {
        text += chunk.toString('latin1');
        if (isEnough(text)) {
          socket.off('data', take);
          resolve(text);
        } else if (text.length > maxBytes) {
          socket.destroy();
          const message = `${name} said more than ${formatSize(maxBytes)} and no end`;
          reject(new CheckProblem(message, { outcome: 'fail', code: 'answer_too_large' }));
        }
      };
      socket.on('data', take);
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    }),
    signal,
  );
