import { isIP } from 'node:net';
import { z } from 'zod';
import type { Json } from '../../lib/json.ts';
import { showEach } from '../../lib/matching/rule.ts';
import { defineCheck, missingHost, type CheckContext, type Measured } from '../check.ts';
import { nameTarget, type Target } from '../guard/hosts.ts';
import { CheckProblem, errorCodeOf, ourFault, problemOf } from '../problem.ts';

const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'CAA', 'SOA', 'PTR'] as const;

/** An address with its port; a name would have to be looked up by somebody else first. */
const resolverOf = (text: string): Required<Target> | undefined => {
  const [, bracketed, bare = '', port = '53'] =
    /^(?:\[([0-9a-f:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? bare;
  return isIP(host) !== 0 && Number(port) >= 1 && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : undefined;
};

const params = z.strictObject({
  name: z.string().min(1).max(253).describe('Name to look up.'),
  type: z.enum(TYPES).default('A').describe('Record type; default A.'),
  resolver: z
    .string()
    .refine((text) => resolverOf(text) !== undefined, 'is not an address such as 10.0.0.2 or 10.0.0.2:53')
    .optional()
    .describe(
      'Address of the name server to ask, with its port unless 53; it has to be allowed. Absent: those of the worker.',
    ),
});

const UNDER_WAY = 'ECANCELLED';

const textOf = (part: unknown): string => {
  if (Array.isArray(part)) return part.map((piece) => textOf(piece)).join('');
  return typeof part === 'string' || typeof part === 'number' ? String(part) : '';
};

const ORDER: Readonly<Record<string, readonly string[]>> = {
  MX: ['priority', 'exchange'],
  SRV: ['priority', 'weight', 'port', 'name'],
  SOA: ['nsname', 'hostmaster', 'serial', 'refresh', 'retry', 'expire', 'minttl'],
};

/** One record as a zone file would write it: `10 mail.example.com`. */
const recordText = (record: unknown, type: string): string => {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return textOf(record);
  const fields = record as Readonly<Record<string, unknown>>;
  const names = ORDER[type] ?? Object.keys(fields);
  return names.map((name) => textOf(fields[name])).join(' ');
};

const answersOf = (answer: unknown, type: string): readonly Json[] =>
  (Array.isArray(answer) ? answer : [answer]).map((record) => recordText(record, type)).sort();

const unanswered = (error: unknown, name: string): Measured => {
  const code = errorCodeOf(error) ?? '';
  if (code === 'ENOTFOUND') return { observation: { answers: [], rcode: 'NXDOMAIN' } };
  if (code === 'ENODATA') return { observation: { answers: [], rcode: 'NOERROR' } };
  if (code === 'EBADNAME') throw ourFault(`${name} is not a name`, 'bad_name', { cause: error });
  if (code === 'ETIMEOUT' || code === UNDER_WAY) {
    throw new CheckProblem(`${name}: no name server answered in time`, {
      outcome: 'timed_out',
      code: 'timed_out',
      isTransport: true,
      cause: error,
    });
  }
  if (!/^E(?:SERVFAIL|REFUSED|CONNREFUSED|FORMERR|BADRESP|NOTIMP)$/.test(code)) throw problemOf(error, name);
  throw new CheckProblem(`${name} could not be looked up (${code.slice(1)})`, {
    outcome: 'error',
    code: `dns_${code.slice(1).toLowerCase()}`,
    isTransport: true,
    cause: error,
  });
};

const ask = async (name: string, type: string, { dns, signal }: CheckContext): Promise<Measured> => {
  const cancel = (): void => dns.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return { observation: { answers: answersOf(await dns.resolve(name, type), type), rcode: 'NOERROR' } };
  } catch (error) {
    return unanswered(error, name);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

/** What a name server answers: the worker's, or the one that is named. That a name does not exist is measured (`rcode: NXDOMAIN`). */
export const dns = defineCheck({
  kind: 'dns',
  title: 'A name resolves as it should.',
  params,
  defaultTimeoutMs: 5000,
  defaultRetries: 2,
  observation: {
    answers: 'records as texts, sorted: "10 mail.example.com"; empty when there are none',
    rcode: 'NOERROR or NXDOMAIN',
  },
  passes: { rcode: 'NOERROR', answers: { empty: false } },
  target: ({ name }) => name.toLowerCase(),
  needs: ({ name, resolver = '' }, context) => {
    const server = resolverOf(resolver);
    return [...missingHost({ host: name }, context), ...(server ? missingHost(server, context) : [])];
  },
  run: (given, context) => {
    context.network.assertPermitted({ host: given.name });
    const server = resolverOf(given.resolver ?? '');
    if (server) {
      context.network.assertPermitted(server);
      context.dns.setServers([nameTarget(server)]);
    }
    return ask(given.name, given.type, context);
  },
  say: ({ answers = null }) => showEach(answers),
});
