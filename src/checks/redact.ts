import { isJsonObject, type Json, type JsonObject } from '../lib/json.ts';

export const REDACTED = '[redacted]';

/** Shorter secrets are only recognised as a whole value: "on" or "1" would blank half of every text. */
const MIN_SECRET_LENGTH = 4;
/** Texts are cut to this before patterns run over them, so that their cost stays bounded. */
const MAX_SCANNED = 64 * 1024;

// Bounded repetition throughout: these run over whatever a target sends. `expected` keeps our own lines readable
// (`body.token: expected ...`); what they say of a value under such a name was taken out before (verdict.ts).
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g, REDACTED],
  [/(:\/\/)[^\s/?#]{1,2048}@/g, `$1${REDACTED}@`],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s{0,4}[:=]\s{0,4})[^\r\n]{1,8192}/gi,
    `$1$2${REDACTED}`,
  ],
  [/\b(bearer|basic)\s{1,4}[A-Za-z0-9._~+/=-]{8,8192}/gi, `$1 ${REDACTED}`],
  [/eyJ[\w-]{5,2048}\.[\w-]{5,8192}(?:\.[\w-]{0,2048})?/g, REDACTED],
  [/\bsk-[\w-]{8,512}/g, REDACTED],
  [/\b(?:gh[oprsu]_|github_pat_)\w{8,512}/g, REDACTED],
  [/\b(?:xox[a-z]|xapp)-[\w-]{6,512}/g, REDACTED],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{12,20}\b/g, REDACTED],
  [
    /((?:password|passwd|secret|token|key)["']?\s{0,4}[:=]\s{0,4})(?!expected )("[^"]{0,4096}"|'[^']{0,4096}'|[^\s,;&"'{}[\]]{1,4096})/gi,
    `$1${REDACTED}`,
  ],
];

const ANSI = /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\u0007\u001b]{0,512}(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
// Control characters but newline and tab, and the marks that turn the reading direction around.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text without ANSI sequences, control characters (newlines and tabs stay) and direction marks. */
export const stripControls = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(ANSI, '').replace(CONTROL, '');

const SECRET_NAME =
  /key|secret|token|pass(?!ed|ive|enger)|pwd|dsn|credential|private|cookie|auth|salt|signature|webhook/i;

/** Whether an environment variable's name says that its value is for nobody's eyes. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

// In measured JSON `tokens: 500` and `primary_key: id` are data; these names are not.
const SECRET_FIELDS = [
  /(?:password|passwd|passphrase|secret|token|authorization|cookie|credentials?|apikey|[-_.]key)$/i,
  /[a-z\d]Key$/,
];
const KEY_OF_DATA = /(?:primary|foreign|sort|partition)[-_]?key$/i;
/** Whether a key of measured JSON says that its texts are credentials. */
export const isSecretField = (key: string): boolean =>
  SECRET_FIELDS.some((pattern) => pattern.test(key)) && !KEY_OF_DATA.test(key);

/** Percent-encoding undone; a text that is not properly encoded stays as it is. */
export const decodeText = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is no encoding
  }
};

const partsOfUrl = (secret: string): readonly string[] => {
  if (!secret.includes('://') || !URL.canParse(secret)) return [];
  const { username, password } = new URL(secret);
  if (password === '') return [];
  const decoded = decodeText(password);
  return [password, decoded, `${decodeText(username)}:${decoded}`];
};

const formsOf = (secret: string): readonly string[] => {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ];
};

export type Redactor = {
  /** The text without secrets and control characters, cut to `maxLength` characters (default 65,536) after that. */
  readonly text: (text: string, maxLength?: number) => string;
  /** The same at any depth, keys included; texts under names like `password` go altogether. Stays JSON. */
  readonly json: (value: Json, limits?: Partial<Limits>) => Json;
  readonly object: (value: JsonObject, limits?: Partial<Limits>) => JsonObject;
};

/** What is kept of a large value. */
export type Limits = { readonly textLength: number; readonly entries: number; readonly depth: number };

const DEFAULT_LIMITS: Limits = { textLength: MAX_SCANNED, entries: 1000, depth: 32 };

const cut = (text: string, maxLength: number, original: number): string =>
  text.length <= maxLength && original <= MAX_SCANNED
    ? text
    : `${text.slice(0, maxLength)}… (${original} characters)`;

/**
 * Takes out the given secret values in every form they travel in (as they are, URL-encoded, in JSON, in base64, and the
 * password inside a URL), and everything that looks like a credential whether it is known or not.
 */
export const createRedactor = (secrets: readonly string[]): Redactor => {
  const known = new Set(secrets.filter((secret) => secret !== ''));
  const forms = [
    ...new Set(
      [...known].flatMap((secret) => [secret, ...partsOfUrl(secret)]).flatMap((one) => formsOf(one)),
    ),
  ]
    .filter((form) => form.length >= MIN_SECRET_LENGTH)
    .sort((left, right) => right.length - left.length);

  const text = (raw: string, maxLength = MAX_SCANNED): string => {
    if (known.has(raw)) return REDACTED;
    let clean = stripControls(raw.slice(0, MAX_SCANNED));
    for (const form of forms) clean = clean.replaceAll(form, REDACTED);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return cut(clean, maxLength, raw.length);
  };

  const json = (value: Json, limits: Limits, isSecret: boolean): Json => {
    if (typeof value === 'string')
      return isSecret && value !== '' ? REDACTED : text(value, limits.textLength);
    if (typeof value !== 'object' || value === null) return value;
    if (limits.depth <= 0) return '…';
    const deeper = { ...limits, depth: limits.depth - 1 };
    if (!isJsonObject(value)) {
      const more = value.length - limits.entries;
      const kept = value.slice(0, limits.entries).map((entry: Json) => json(entry, deeper, isSecret));
      return more > 0 ? [...kept, `… (${more} more)`] : kept;
    }
    const entries = Object.entries(value);
    const more = entries.length - limits.entries;
    const kept = entries
      .slice(0, limits.entries)
      .map(([key, entry]) => [text(key, 200), json(entry, deeper, isSecret || isSecretField(key))]);
    return Object.fromEntries(more > 0 ? [...kept, ['…', `${more} more`]] : kept) as JsonObject;
  };

  return {
    text,
    json: (value, limits) => json(value, { ...DEFAULT_LIMITS, ...limits }, false),
    object: (value, limits) => json(value, { ...DEFAULT_LIMITS, ...limits }, false) as JsonObject,
  };
};
