import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { CheckContext } from '../check.ts';
import { askApi, type ApiQuestion } from '../http/ask.ts';
import type { HttpAnswer } from '../http/request.ts';
import { CheckProblem, ourFault } from '../problem.ts';

/** One question of the HTTP API: its path below /api/v1 and what stands after the `?`. */
export type Question = ApiQuestion;

/** What Prometheus answered: its `data`, and what it had to say about it. */
export type PrometheusAnswer = { readonly data: Json; readonly warnings: readonly string[] };

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
  const { answer, name } = await askApi({ ...question, path: `api/v1/${question.path}` }, context);
  const { status, body } = answer;
  if (!isJsonObject(body.value)) throw notPrometheus(name, status);
  const { status: word, data = null, warnings } = body.value;
  if (word === 'error') throw refusal(name, answer, body.value);
  if (word !== 'success') throw notPrometheus(name, status);
  return { data, warnings: textsOf(warnings) };
};
