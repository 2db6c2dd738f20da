import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex, 64 characters. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
