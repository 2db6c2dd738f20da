import { isJsonObject, type Json } from '../../lib/json.ts';
import type { CheckContext } from '../check.ts';
import { askApi } from '../http/ask.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import type { Window } from './window.ts';

export type LokiQuestion = {
  readonly url: string;
  readonly auth?: string | undefined;
  readonly query: string;
  /** Sent as X-Scope-OrgID. */
  readonly tenant?: string | undefined;
  readonly limit: number;
  /** Milliseconds back from now. */
  readonly since: number;
};

type Entry = { readonly time: bigint; readonly line: string };

const entryOf = (value: Json): Entry | undefined => {
  if (!Array.isArray(value)) return undefined;
  const [time, line] = value as readonly Json[];
  if (typeof time !== 'string' || !/^\d{1,20}$/.test(time) || typeof line !== 'string') return undefined;
  return { time: BigInt(time), line };
};

const entriesOf = (stream: Json): readonly (Entry | undefined)[] =>
  isJsonObject(stream) && Array.isArray(stream['values'])
    ? (stream['values'] as readonly Json[]).map(entryOf)
    : [undefined];

/** Lines of all streams, oldest first; undefined when the answer holds none, as that of a metric query. */
const readEntries = (body: Json): readonly Entry[] | undefined => {
  const data = isJsonObject(body) && body['status'] === 'success' ? body['data'] : undefined;
  if (!isJsonObject(data) || data['resultType'] !== 'streams' || !Array.isArray(data['result']))
    return undefined;
  const entries = (data['result'] as readonly Json[]).flatMap(entriesOf);
  const known = entries.filter((entry) => entry !== undefined);
  if (known.length < entries.length) return undefined;
  return known.toSorted((left, right) => (left.time < right.time ? -1 : Number(left.time > right.time)));
};

const refusal = (name: string, status: number, body: Json): CheckProblem => {
  const words = typeof body === 'string' ? body.slice(0, 300).trim() : `status ${status}`;
  if (status === 400) return ourFault(`${name} does not understand the query: ${words}`, 'bad_query');
  return new CheckProblem(`${name} does not answer like Loki (status ${status})`, {
    outcome: 'fail',
    code: 'not_loki',
    isTransport: status >= 500 || status === 429,
  });
};

/** The window of a LogQL query. Rejects with a problem unless Loki answered it with lines. */
export const readLoki = async (question: LokiQuestion, context: CheckContext): Promise<Window> => {
  const { query, limit, since, tenant } = question;
  const end = context.now().getTime();
  const search = [
    ['query', query],
    ['start', `${end - since}000000`],
    ['end', `${end}000000`],
    // One more than is wanted tells whether there is more.
    ['limit', String(limit + 1)],
    ['direction', 'backward'],
  ] as const;
  const { answer, name } = await askApi(
    {
      ...question,
      path: 'loki/api/v1/query_range',
      search,
      headers: tenant === undefined ? {} : { 'x-scope-orgid': tenant },
    },
    context,
  );
  const { status, body } = answer;
  if (status !== 200) throw refusal(name, status, body.value);
  const entries = readEntries(body.value);
  if (!entries) {
    throw new CheckProblem(`${name}: the answer holds no lines; the query has to select lines, not numbers`, {
      outcome: 'inconclusive',
      code: 'no_lines',
      scope: 'check',
    });
  }
  const first = entries[0];
  return {
    lines: entries.map(({ line }) => line),
    ...(entries.length > limit && { gap: `there are more than ${limit} lines` }),
    ...(first && { span: Math.max(0, end - Number(first.time / 1_000_000n)) }),
  };
};
