/** A request with its signature, ready to be sent. */
export type PreparedRequest = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

export type Batch = {
  readonly url: string;
  readonly requests: readonly PreparedRequest[];
  /** Requests under way at the same time; each has a connection of its own. */
  readonly concurrency: number;
};

export type BatchReport = {
  readonly durationMs: number;
  /** From sending to the end of the answer, one per request. */
  readonly latenciesMs: readonly number[];
  /** Answers other than 200, and broken connections. */
  readonly failures: number;
  /** A few different bodies, to see what was answered. */
  readonly answers: readonly string[];
};
