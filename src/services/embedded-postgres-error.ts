/** Every way the embedded Postgres can refuse to serve; each has a row in docs/errors.md. */
export type EmbeddedPostgresErrorCode =
  /** No Postgres binaries for this platform, or they cannot be executed. */
  | 'embedded_postgres_unsupported'
  /** The data folder cannot be created, or not by this user. */
  | 'embedded_postgres_data_dir'
  /** The data belongs to another user, or its account cannot reach it. */
  | 'embedded_postgres_not_owned'
  /** The data was written by another major version of Postgres. */
  | 'embedded_postgres_version'
  /** A server runs on our data, but our password file is missing or not the one it knows. */
  | 'embedded_postgres_password'
  /** A new cluster could not be created. */
  | 'embedded_postgres_init'
  /** The server exits, or never answers. */
  | 'embedded_postgres_start';

/** The embedded Postgres cannot be used. `remedy` is one sentence for the person who starts the bot. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;
  readonly remedy: string;
  /** True when the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(
    code: EmbeddedPostgresErrorCode,
    message: string,
    { remedy, retryable = false, cause }: { remedy: string; retryable?: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    this.code = code;
    this.remedy = remedy;
    this.retryable = retryable;
  }
}
