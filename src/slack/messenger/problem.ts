import webApi from '@slack/web-api';

const { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } = webApi;

/** Why a call to Slack did not do what it should, in the terms of what to do next. */
export type SlackProblem =
  /** Ask again after this long. */
  | { readonly kind: 'rate_limited'; readonly retryMs: number }
  /** No answer came: it may have been done. Look before doing it again. */
  | { readonly kind: 'unanswered'; readonly what: string }
  /** The message cannot be edited any more, or is gone. */
  | { readonly kind: 'message_gone'; readonly error: string }
  /** The bot cannot write there: not invited, archived, no such channel. A person has to act. */
  | { readonly kind: 'place_closed'; readonly error: string }
  /** Slack refused what we sent; repeating it changes nothing. `detail` names the place. */
  | { readonly kind: 'refused'; readonly error: string; readonly detail: string };

/** True where a later try may succeed as it is. */
export const mayPass = ({ kind }: SlackProblem): boolean => kind === 'rate_limited' || kind === 'unanswered';

const MESSAGE_GONE = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
  'block_mismatch',
]);
const PLACE_CLOSED = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'is_inactive',
  'restricted_action',
  'user_not_in_channel',
  'ekm_access_denied',
  'team_not_found',
  'account_inactive',
  'token_revoked',
  'invalid_auth',
  'not_authed',
]);
const SLOW_DOWN = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);

/** Slack did not say for how long. */
const DEFAULT_RETRY_MS = 30_000;

/** Reads an error of the Web API client. Anything that is none of its kinds is a bug and is thrown on. */
export const problemOf = (error: unknown): SlackProblem => {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'rate_limited', retryMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError) {
    return { kind: 'unanswered', what: error.message };
  }
  if (!(error instanceof WebAPIPlatformError)) throw error;
  return platformProblem(error.data);
};

type PlatformAnswer = {
  readonly error: string;
  readonly response_metadata?: { readonly messages?: string[] };
};

/** Slack's own trouble: nobody knows whether it was done. */
const UNANSWERED = new Set(['internal_error', 'fatal_error', 'service_unavailable']);

const platformProblem = ({ error: code, response_metadata: metadata }: PlatformAnswer): SlackProblem => {
  if (SLOW_DOWN.has(code)) return { kind: 'rate_limited', retryMs: DEFAULT_RETRY_MS };
  if (UNANSWERED.has(code)) return { kind: 'unanswered', what: code };
  if (MESSAGE_GONE.has(code)) return { kind: 'message_gone', error: code };
  if (PLACE_CLOSED.has(code)) return { kind: 'place_closed', error: code };
  return { kind: 'refused', error: code, detail: metadata?.messages?.join('; ') ?? '' };
};
