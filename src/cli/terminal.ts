/** What a command knows of the world outside: handed over once by `main.ts`, so that tests can hand over another. */
export type Terminal = {
  /** One line, or several, of what was asked for. */
  readonly print: (text: string) => void;
  /** The same for people only: problems and progress, which a pipe must not swallow. */
  readonly complain: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly fetch: typeof globalThis.fetch;
};

/** The terminal this process was started from. */
export const ownTerminal = (): Terminal => ({
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  env: process.env,
  now: () => new Date(),
  fetch: globalThis.fetch,
});
