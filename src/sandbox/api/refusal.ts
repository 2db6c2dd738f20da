/** A call that Slack answers with `ok: false`. */
export type ApiRefusal = {
  /** Slack's error code, such as `channel_not_found`. */
  readonly error: string;
  /** For invalid_blocks: one line per broken rule, with its JSON pointer. */
  readonly errors?: readonly string[];
  /** Goes into `response_metadata.messages`. */
  readonly messages?: readonly string[];
};
