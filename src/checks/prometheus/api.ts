import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { CheckContext } from '../check.ts';
import { authorizationOf } from '../http/auth.ts';
import { createHttpClient, targetOf, type HttpAnswer } from '../http/request.ts';
import { nameTarget } from '../guard/hosts.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import { decodeText } from '../redact.ts';

/** One question of the HTTP API: its path below /api/v1 and what stands after the `?`. */
export type Question = {
  readonly url: string;
  readonly auth?: string | undefined;
  readonly path: string;
  readonly search: readonly (readonly [name: string, value: string])[];
};

/** What Prometheus answered: its `data`, and what it had to say about it. */
export type PrometheusAnswer = { readonly data: Json; readonly warnings: readonly string[] };

const addressOf = ({ url, path, search }: Question): URL => {
  if (!URL.canParse(url)) throw ourFault('url is not an absolute http or https URL', 'not_http_url');
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v1/${path}`;
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

const send = async (question: Question, context: CheckContext): Promise<HttpAnswer> => {
  const url = addressOf(question);
  const auth = question.auth === undefined ? basicAuth(url) : authorizationOf(question.auth, context);
  url.username = '';
  url.password = '';
  const headers = {
    accept: 'application/json',
    'user-agent': 'tminus',
    ...(auth !== undefined && { authorization: auth }),
  };
  const client = createHttpClient(context);
  try {
    return await client.send({ url, method: 'GET', headers }, 0);
  } finally {
    await client.close();
  }
};

const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === 'string') : [];

/** What an error of the API means; the words are Prometheus' own. */
const refusal = (name: string, { status }: HttpAnswer, body: JsonObject): CheckProblem => {
  const words = typeof body['error'] === 'string' ? body['error'] : `status ${status}`;
  const type = body['errorType'];
  if (type === 'timeout' || type === 'canceled')
    return new CheckProblem(`${name}: ${words}`, { outcome: 'timed_out', code: 'timed_out', scope: 'check' });
  if (type === 'bad_data' || type === 'execution')
    return ourFault(`${name} does not understand the query: ${words}`, 'bad_query');
  return new CheckProblem(`${name}: ${words}`, {
    outcome: 'fail',
    code: 'not_prometheus',
    isTransport: true,
  });
};

const notPrometheus = (name: string, status: number): CheckProblem =>
  new CheckProblem(`${name} does not answer like Prometheus (status ${status})`, {
    outcome: 'fail',
    code: 'not_prometheus',
    isTransport: status >= 500,
  });

/** Asks a Prometheus server one question. Rejects with a problem unless it answered it. */
export const askPrometheus = async (question: Question, context: CheckContext): Promise<PrometheusAnswer> => {
  const answer = await send(question, context);
  const { status, body } = answer;
  const name = nameTarget(targetOf(answer.url));
  if (status === 401 || status === 403)
    throw new CheckProblem(`${name} refuses the login (status ${status})`, {
      outcome: 'error',
      code: 'login_refused',
    });
  if (body.incomplete) throw ourFault(`${name}: the answer ${body.incomplete.reason}`, 'answer_too_large');
  if (!isJsonObject(body.value)) throw notPrometheus(name, status);
  const { status: word, data = null, warnings } = body.value;
  if (word === 'error') throw refusal(name, answer, body.value);
  if (word !== 'success') throw notPrometheus(name, status);
  return { data, warnings: textsOf(warnings) };
};
