import type { Outcome } from '../domain/check.ts';

type Details = {
  /** How the check ends when this is the last try. */
  readonly outcome: Extract<Outcome, 'fail' | 'error' | 'inconclusive' | 'timed_out'>;
  /** Stable snake_case name of what went wrong: part of the result's cause. */
  readonly code: string;
  /** Worth another try: the network or the service may be back in seconds. */
  readonly isTransport?: boolean;
  /**
   * Who else has the same problem: everyone at this target (the default), only this check, or every check of this
   * worker. Checks with the same problem are one cause.
   */
  readonly scope?: Scope;
  readonly cause?: unknown;
};

export type Scope = 'target' | 'check' | 'worker';

/** Why a check could not measure: how that counts, and one line for people. */
export class CheckProblem extends Error {
  override readonly name = 'CheckProblem';
  readonly outcome: Details['outcome'];
  readonly code: string;
  readonly isTransport: boolean;
  readonly scope: Scope;

  constructor(message: string, details: Details) {
    super(message, { cause: details.cause });
    this.outcome = details.outcome;
    this.code = details.code;
    this.isTransport = details.isTransport ?? false;
    this.scope = details.scope ?? 'target';
  }
}

/** Something on our side is not as it has to be; trying again does not help. Concerns this check unless said otherwise. */
export const ourFault = (
  message: string,
  code: string,
  { scope = 'check', cause }: { scope?: Scope; cause?: unknown } = {},
): CheckProblem => new CheckProblem(message, { outcome: 'error', code, scope, cause });

type Meaning = Omit<Details, 'cause'> & { readonly words: string };

const down = (code: string, words: string): Meaning => ({ outcome: 'fail', code, words, isTransport: true });
const slow = (words: string): Meaning => ({
  outcome: 'timed_out',
  code: 'timed_out',
  words,
  isTransport: true,
});

// What the operating system, undici and OpenSSL say, in our terms. A service that is down is a fail, our own network an error.
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: down('connection_refused', 'refused the connection'),
  ECONNRESET: down('connection_reset', 'closed the connection'),
  EPIPE: down('connection_reset', 'closed the connection'),
  UND_ERR_SOCKET: down('connection_reset', 'closed the connection'),
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: down('connection_reset', 'sent less than it announced'),
  ERR_STREAM_PREMATURE_CLOSE: down('connection_reset', 'closed the connection'),
  EHOSTUNREACH: down('unreachable', 'cannot be reached'),
  EHOSTDOWN: down('unreachable', 'cannot be reached'),
  ENOTFOUND: down('no_such_host', 'has no address (no such host)'),
  ENETUNREACH: {
    outcome: 'error',
    code: 'no_network',
    words: 'cannot be reached: no route',
    isTransport: true,
  },
  EADDRNOTAVAIL: {
    outcome: 'error',
    code: 'no_network',
    words: 'cannot be reached: no route',
    isTransport: true,
  },
  EAI_AGAIN: {
    outcome: 'error',
    code: 'name_lookup_failed',
    words: 'could not be looked up: name resolution is failing',
    isTransport: true,
  },
  EAI_FAIL: {
    outcome: 'error',
    code: 'name_lookup_failed',
    words: 'could not be looked up: name resolution is failing',
    isTransport: true,
  },
  ETIMEDOUT: slow('did not answer'),
  UND_ERR_CONNECT_TIMEOUT: slow('did not answer'),
  UND_ERR_HEADERS_TIMEOUT: slow('did not answer'),
  UND_ERR_BODY_TIMEOUT: slow('stopped answering'),
  UND_ERR_HEADERS_OVERFLOW: {
    outcome: 'fail',
    code: 'headers_too_large',
    words: 'sent headers that are too large',
  },
  UND_ERR_INVALID_ARG: {
    outcome: 'error',
    code: 'bad_request',
    scope: 'check',
    words: 'cannot be asked like this',
  },
  UND_ERR_NOT_SUPPORTED: {
    outcome: 'error',
    code: 'bad_request',
    scope: 'check',
    words: 'cannot be asked like this',
  },
  EMFILE: {
    outcome: 'error',
    code: 'too_many_files',
    words: 'could not be reached: too many open files here',
  },
};

const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** `code` of an error, of its cause, or of the first of several errors; undefined when there is none. */
export const errorCodeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  const inner: unknown = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return inner === error ? undefined : errorCodeOf(inner);
};

const meaningOf = (code: string): Meaning | undefined => {
  if (Object.hasOwn(MEANINGS, code)) return MEANINGS[code];
  if (TLS_CODE.test(code)) {
    return {
      outcome: 'fail',
      code: `tls_${code.toLowerCase()}`,
      words: `failed the TLS handshake (${code})`,
    };
  }
  if (code.startsWith('HPE_'))
    return { outcome: 'fail', code: 'not_http', words: `does not speak HTTP (${code})` };
  return undefined;
};

/**
 * Puts any error that reaching `target` can raise into our terms. What is not known is an error of ours, named by its
 * code; the message of an unknown exception is kept as the cause for the log, never shown.
 */
export const problemOf = (error: unknown, target: string): CheckProblem => {
  if (error instanceof CheckProblem) return error;
  const code = errorCodeOf(error);
  const meaning = code === undefined ? undefined : meaningOf(code);
  if (meaning) return new CheckProblem(`${target} ${meaning.words}`, { ...meaning, cause: error });
  const name = code ?? (error instanceof Error ? error.name : 'unknown');
  return ourFault(`${target}: the check broke (${name})`, `broken_${name.toLowerCase()}`, { cause: error });
};

/** Nobody foresaw it: worth an error in the log. */
export const isBug = ({ code }: CheckProblem): boolean => code.startsWith('broken_');
