import type { JsonObject } from '../lib/json.ts';
import { decodeText } from './redact.ts';

// Facts about a value that do not give it away: nobody can put it together from what is returned here.

const SCHEMES: ReadonlySet<string> = new Set(
  `amqp amqps file ftp ftps http https kafka ldap ldaps mongodb mongodb+srv mssql mysql nats oracle postgres postgresql
  postgresql+asyncpg postgresql+psycopg postgresql+psycopg2 redis rediss s3 sftp smtp smtps sqlite ssh tcp tls udp ws
  wss`.split(/\s+/),
);

const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]/i;

const urlOf = (value: string): URL | undefined =>
  URL_LIKE.test(value) && URL.canParse(value) ? new URL(value) : undefined;

const schemeOf = ({ protocol }: URL): string => {
  const scheme = protocol.slice(0, -1);
  // A scheme nobody knows may be the beginning of a password with two slashes in it.
  return SCHEMES.has(scheme) ? scheme : 'other';
};

/** Whether a value is a URL, and of which kind; host and login are only said to be there. */
export const urlFacts = (value: string): JsonObject => {
  const url = urlOf(value);
  if (!url) return { valid: false, scheme: 'none' };
  const scheme = schemeOf(url);
  return {
    valid: true,
    scheme,
    host: url.hostname !== '',
    ...(url.port !== '' && scheme !== 'other' && { port: Number(url.port) }),
    password: url.password !== '',
  };
};

/** Shannon entropy of a text in bits, all its characters together; rounded down, 0 for one character repeated. */
export const entropyBits = (value: string): number => {
  const characters = Array.from(value);
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const perCharacter = [...counts.values()].reduce((bits, count) => {
    const share = count / characters.length;
    return bits - share * Math.log2(share);
  }, 0);
  return Math.floor(perCharacter * characters.length);
};

const DEFAULTS: ReadonlySet<string> = new Set(
  `1234 12345 123456 1234567 12345678 123456789 1234567890 abc123 abcdef admin admin123 administrator changeit default
  demo dummy foobar guest hunter2 letmein minioadmin mysecret none null p@ssw0rd pass passw0rd passwd password
  password1 password123 postgres qwerty rabbitmq redis root s3cr3t sample secret secret123 secretkey string supersecret
  sysdba tbd test test123 testing toor undefined unset value welcome`.split(/\s+/),
);

const PLACEHOLDERS: readonly RegExp[] = [
  /^(?:<[^]*>|\{\{[^]*\}\}|\$\{[^]*\}|\[[^]*\]|__[^]*__|%[^%]*%)$/,
  /(?<![a-z])change[-_ ]?(?:me|this|it|in[-_ ]production)(?![a-z])/i,
  /(?:^|[^a-z])(?:your|my)[-_ ](?:[a-z0-9]+[-_ ])*(?:api|app|auth|client|db|domain|host|jwt|key|password|project|secret|server|token|user|username)/i,
  /^your[-_ ]|[-_ ]here$|insert[-_ ]|replace[-_ ]?(?:me|this|with)|fill[-_ ]?(?:me|this)?[-_ ]?in/i,
  /(?:^|[^a-z])(?:example|placeholder|dummy|todo|fixme|xxx+)(?:[^a-z]|$)/i,
  /^(.)\1*$|x{5,}|\.{3}|…/iu,
];

/** Whether a value looks like what stood in the template, or like a password that everyone knows. */
export const looksLikePlaceholder = (value: string): boolean => {
  const text = value.trim().slice(0, 4096);
  if (DEFAULTS.has(text.toLowerCase()) || PLACEHOLDERS.some((pattern) => pattern.test(text))) return true;
  const password = urlOf(text)?.password ?? '';
  return password !== '' && looksLikePlaceholder(decodeText(password));
};

/** The number a value is; undefined when it is none. */
export const numberIn = (value: string): number | undefined => {
  const text = value.trim();
  return /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(text) ? Number(text) : undefined;
};
