import type { Socket } from 'node:net';
import { readUntil } from '../guard/read.ts';
import { CheckProblem } from '../problem.ts';
import { offersTls } from '../sql/connection.ts';

/** Protocols that begin in the clear and go over to TLS when asked. */
export const STARTTLS = ['smtp', 'postgres'] as const;
export type StartTls = (typeof STARTTLS)[number];

const MAX_REPLY_BYTES = 8 * 1024;

const failed = (message: string, { code }: { readonly code: string }): CheckProblem =>
  new CheckProblem(message, { outcome: 'fail', code });

type Talking = { readonly name: string; readonly signal: AbortSignal };

/** One SMTP reply: all its lines, the last of which has a space after its code. */
const reply = async (socket: Socket, { name, signal }: Talking): Promise<string> => {
  const isEnough = (text: string): boolean =>
    /(?:^|\n)\d{3} [^\n]*\n/.test(text) || (text.includes('\n') && !/^\d{3}[ -]/.test(text));
  const text = await readUntil(socket, { isEnough, maxBytes: MAX_REPLY_BYTES, name, signal });
  if (!/^\d{3}[ -]/.test(text)) throw failed(`${name} does not speak SMTP`, { code: 'not_smtp' });
  return text;
};

const askSmtp = async (socket: Socket, talking: Talking): Promise<void> => {
  const { name } = talking;
  const say = (line: string): Promise<string> => {
    const answer = reply(socket, talking);
    socket.write(`${line}\r\n`);
    return answer;
  };
  const greeting = await reply(socket, talking);
  if (!greeting.startsWith('220'))
    throw failed(`${name} takes no mail: ${greeting.slice(0, 80).trim()}`, { code: 'not_smtp' });
  const offers = await say('EHLO tminus.invalid');
  if (!offers.startsWith('250') || !/^250[ -]STARTTLS\s*$/im.test(offers))
    throw failed(`${name} does not offer STARTTLS`, { code: 'no_starttls' });
  const ready = await say('STARTTLS');
  if (!ready.startsWith('220'))
    throw failed(`${name} offers STARTTLS and refuses it`, { code: 'no_starttls' });
  // What follows in the clear was put there by somebody who cannot speak inside the encryption.
  if (!ready.endsWith('\n') || ready.trimEnd().includes('\n'))
    throw failed(`${name} said more in the clear after STARTTLS`, { code: 'starttls_injection' });
};

/** Asks an open socket to go over to TLS; the handshake comes next. Rejects with a problem when it does not. */
export const askForTls = async (socket: Socket, protocol: StartTls, talking: Talking): Promise<void> => {
  if (protocol === 'smtp') return askSmtp(socket, talking);
  if (!(await offersTls(socket, talking.signal)))
    throw failed(`${talking.name} does not offer TLS`, { code: 'no_starttls' });
};
