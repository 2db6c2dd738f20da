/** A value or a refusal. Rules return it; only bugs and broken services throw. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** The first of several answers that is a refusal; undefined when all agree. */
export const firstError = <E>(
  ...results: readonly Result<unknown, E>[]
): { readonly ok: false; readonly error: E } | undefined => results.find((result) => !result.ok);
