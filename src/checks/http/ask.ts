import type { CheckContext } from '../check.ts';
import { nameTarget } from '../guard/hosts.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { decodeText } from '../redact.ts';
import { authorizationOf } from './auth.ts';
import { createHttpClient, targetOf, type HttpAnswer } from './request.ts';

/** One question to an HTTP API: its path below the base URL and what stands after the `?`. */
export type ApiQuestion = {
  /** Base URL, perhaps with a path prefix, and with a login that is sent as Basic. */
  readonly url: string;
  /** `env:NAME` or a token, as for `http`; wins over the login in the URL. */
  readonly auth?: string | undefined;
  readonly path: string;
  readonly search: readonly (readonly [name: string, value: string])[];
  /** Besides those that are always sent; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
};

const addressOf = ({ url, path, search }: ApiQuestion): URL => {
  if (!URL.canParse(url)) throw ourFault('url is not an absolute http or https URL', 'not_http_url');
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${path}`;
  address.search = new URLSearchParams(
    search.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  address.hash = '';
  return address;
};

const basicAuth = ({ username, password }: URL): string | undefined =>
  username === '' && password === ''
    ? undefined
    : `Basic ${Buffer.from(`${decodeText(username)}:${decodeText(password)}`).toString('base64')}`;

const send = async (question: ApiQuestion, context: CheckContext): Promise<HttpAnswer> => {
  const url = addressOf(question);
  const auth = question.auth === undefined ? basicAuth(url) : authorizationOf(question.auth, context);
  url.username = '';
  url.password = '';
  const headers = {
    accept: 'application/json',
    'user-agent': 'tminus',
    ...question.headers,
    ...(auth !== undefined && { authorization: auth }),
  };
  const client = createHttpClient(context);
  try {
    return await client.send({ url, method: 'GET', headers }, 0);
  } finally {
    await client.close();
  }
};

/**
 * Asks an API one question and follows no redirect. Rejects with a problem when it cannot be reached, refuses the login,
 * or answers more than is read; what it answered otherwise is for the caller to judge. `name`: who was asked, for people.
 */
export const askApi = async (
  question: ApiQuestion,
  context: CheckContext,
): Promise<{ readonly answer: HttpAnswer; readonly name: string }> => {
  const answer = await send(question, context);
  const { status, body } = answer;
  const name = nameTarget(targetOf(answer.url));
  if (status === 401 || status === 403)
    throw new CheckProblem(`${name} refuses the login (status ${status})`, {
      outcome: 'error',
      code: 'login_refused',
    });
  if (body.incomplete) throw ourFault(`${name}: the answer ${body.incomplete.reason}`, 'answer_too_large');
  return { answer, name };
};
