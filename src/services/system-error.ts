/** Whether a caught value is an error of the system or of Postgres with one of these codes, as 'ENOENT' or '28P01'. */
export const hasCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
