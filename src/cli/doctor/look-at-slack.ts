import { errorCodeOf } from '../../checks/problem.ts';
import type { Json } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { SECOND } from '../../lib/time.ts';
import type { Terminal } from '../terminal.ts';
import type { Line, Sight } from './line.ts';
import { fine, problem, unknown } from './line.ts';
import { TOKEN_REMEDIES, UNKNOWN_ANSWER } from './slack-answers.ts';

const TIMEOUT_MS = 10 * SECOND;
/**
 * More than this shows on the card as wrong times. From five minutes on Slack's signed requests are refused as too old.
 */
const SKEW_LIMIT_MS = 30 * SECOND;

export type SlackAccess = {
  readonly token: string;
  /** Ends in a slash. */
  readonly apiUrl: string;
  /** Bot scopes of manifest.json; absent: this installation does not have the file. */
  readonly wanted: readonly string[] | undefined;
};

type Answer = {
  /** Absent: not an answer of Slack's Web API. */
  readonly ok?: boolean;
  readonly error?: string;
  readonly team?: string;
  readonly user?: string;
};

const readAnswer = async (response: Response): Promise<Answer | undefined> => {
  try {
    const answer = (await response.json()) as Json;
    return isJsonObject(answer) ? answer : undefined;
  } catch {
    // Not JSON: something else than Slack answered, which the caller says.
    return undefined;
  }
};

const tokenLine = ({ ok = false, error = 'no reason given', team = '?', user = '?' }: Answer): Line => {
  if (ok) return fine(`the token is valid: @${user} in ${team}`);
  const known = Object.hasOwn(TOKEN_REMEDIES, error) ? TOKEN_REMEDIES[error] : undefined;
  const { problem: what, remedy } = known ?? UNKNOWN_ANSWER;
  return problem(`${what} (${error})`, remedy);
};

const scopesLine = (header: string | null, wanted: readonly string[] | undefined): Line => {
  if (wanted === undefined)
    return unknown('scopes were not compared: manifest.json is not part of this installation');
  if (header === null) return unknown('scopes were not compared: the answer does not name them');
  const granted = new Set(header.split(',').map((scope) => scope.trim()));
  const missing = wanted.filter((scope) => !granted.has(scope));
  return missing.length === 0
    ? fine('the token has every scope of manifest.json')
    : problem(
        `the token lacks ${missing.join(', ')}`,
        'Put manifest.json into the app ("App Manifest") and install it again: scopes are granted at installation',
      );
};

const clockLine = (header: string | null, { from, to }: { from: number; to: number }): Line => {
  const slack = header === null ? NaN : Date.parse(header);
  if (Number.isNaN(slack)) return unknown('the clock was not compared: the answer has no date');
  // The header is cut to seconds, and was written somewhere between asking and hearing.
  const ahead = from - (slack + SECOND);
  const behind = slack - to;
  const skew = Math.max(ahead, behind);
  if (skew <= SKEW_LIMIT_MS) return fine("the clock agrees with Slack's");
  return problem(
    `the clock of this machine is ${Math.round(skew / SECOND)} s ${ahead > behind ? 'ahead of' : 'behind'} Slack's`,
    'Let the machine keep its time (NTP): times on cards are wrong, and from 5 min on Slack is refused over HTTP',
  );
};

/** Asks Slack who the token is. Nothing is written in the workspace. */
export const lookAtSlack = async (
  { token, apiUrl, wanted }: SlackAccess,
  { fetch, now }: Pick<Terminal, 'fetch' | 'now'>,
): Promise<Sight> => {
  const area = 'Slack';
  const from = now().getTime();
  let response: Response;
  try {
    response = await fetch(`${apiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const why = errorCodeOf(error) ?? (error instanceof Error ? error.name : 'unknown');
    return {
      area,
      lines: [
        problem(
          `${apiUrl} does not answer (${why})`,
          'Check SLACK_API_URL, name resolution, and that this machine may reach slack.com on port 443',
        ),
      ],
    };
  }
  const clock = clockLine(response.headers.get('date'), { from, to: now().getTime() });
  const answer = await readAnswer(response);
  if (answer === undefined) {
    const odd = problem(
      `${apiUrl} answers with status ${response.status} and no JSON`,
      'Something else than Slack answers there: look at SLACK_API_URL and at proxies',
    );
    return { area, lines: [odd] };
  }
  const scopes = answer.ok === true ? [scopesLine(response.headers.get('x-oauth-scopes'), wanted)] : [];
  return { area, lines: [tokenLine(answer), ...scopes, clock] };
};
