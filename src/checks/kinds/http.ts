import { z } from 'zod';
import type { Json, JsonObject } from '../../lib/json.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { plain } from '../../lib/matching/rule.ts';
import { isJsonObject } from '../../lib/json.ts';
import { defineCheck, numberOf, type CheckContext, type Fault, type Measured } from '../check.ts';
import { requestNeeds, requestOf, requestShape, SAFE_METHODS, targetName } from '../http/params.ts';
import { plainTwin, PRESETS, presets, type PresetFinding, type PresetName } from '../http/presets.ts';
import {
  createHttpClient,
  type Connection,
  type Hop,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from '../http/request.ts';
import { representative, spread, takeSamples, type Samples } from '../http/samples.ts';
import { ourFault } from '../problem.ts';

const params = z
  .strictObject({
    ...requestShape,
    follow: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe('Redirects to follow, 0 to 5; 0 judges the redirect itself.'),
    samples: z
      .int()
      .min(1)
      .max(20)
      .default(1)
      .describe('Requests, one after the other, 1 to 20; percentiles are over them.'),
    min_samples: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe(
        'How many of the samples have to be answered; with fewer it is inconclusive. Absent: all of them.',
      ),
    preset: z
      .enum(PRESETS)
      .optional()
      .describe(
        'hsts, csp: the answer carries the header and it protects. cors: a page of origin may ask (sends the preflight for method and headers). https-redirect: plain http leads to https. auth-required: without credentials it is 401 or 403.',
      ),
    origin: z
      .string()
      .regex(/^(?:https?:\/\/[^\s/?#@]+\/?|null)$/, 'is not an origin such as https://app.example')
      .optional()
      .describe('With preset cors: the site that asks, such as https://app.example.'),
  })
  .refine(({ preset, origin }) => (preset === 'cors') === (origin !== undefined), {
    path: ['origin'],
    error: 'stands with preset cors, and only there',
  });

type Params = z.output<typeof params>;

const connectionTimings = ({ dns, connect, tls }: Connection): JsonObject => ({
  ...(dns !== undefined && { dns }),
  connect,
  ...(tls && { tls: tls.handshake }),
});

const timingsOf = ({ connection, firstByteMs, durationMs }: HttpAnswer): JsonObject => ({
  ...(connection && connectionTimings(connection)),
  first_byte: firstByteMs,
  total: durationMs,
});

const seenOn = (connection: Connection | undefined): JsonObject => {
  if (!connection) return {};
  const { address, tls } = connection;
  const { handshake: _, ...certificate } = tls ?? { handshake: 0 };
  return { address, ...(tls && { tls: certificate }) };
};

// What a target puts behind the question mark of a redirect is for the browser only: codes, tokens.
const withoutQuery = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

const redirectOf = ({ status, url, connection }: Hop): JsonObject => ({
  status,
  url: withoutQuery(url),
  ...seenOn(connection),
});

const observe = ({ answers, failed }: Samples, asked: number): Measured => {
  const answer = representative(answers);
  if (!answer) throw ourFault('no request was made', 'no_samples');
  const { body, redirects } = answer;
  const observation: JsonObject = {
    status: answer.status,
    headers: answer.headers,
    body: body.value,
    duration: answer.durationMs,
    timings: timingsOf(answer),
    ...spread(answers.map(({ durationMs }) => durationMs)),
    samples: { asked, measured: answers.length, failed },
    url: answer.url.href,
    hops: redirects.length,
    redirects: redirects.map(redirectOf),
    ...seenOn(answer.connection),
  };
  return { observation, ...(body.incomplete && { incomplete: [body.incomplete] }) };
};

type Found = PresetFinding & { readonly name: PresetName };

/** Of several answers the first one that is not as it has to be. */
const presetFinding = (name: PresetName, answers: readonly HttpAnswer[], request: HttpRequest): Found => {
  const findings = answers.map((answer) => presets[name].judge(answer, request));
  const { ok, found } = findings.find((one) => !one.ok) ?? findings[0] ?? { ok: false, found: 'no answer' };
  return { name, ok, found };
};

const withPreset = (measured: Measured, found: Found): Measured => {
  const faults: readonly Fault[] = found.ok
    ? []
    : [{ path: 'preset', line: `${found.name}: ${found.found}` }];
  return { ...measured, observation: { ...measured.observation, preset: found }, faults };
};

const run = async (given: Params, context: CheckContext): Promise<Measured> => {
  const { samples: asked, min_samples: least = asked } = given;
  const preset = given.preset && presets[given.preset];
  const described = requestOf(given, context);
  const request = preset?.ask(described, (given.origin ?? '').replace(/\/$/, '')) ?? described;
  const client: HttpClient = createHttpClient(context);
  try {
    const send = (): Promise<HttpAnswer> => client.send(request, preset?.isUnfollowed ? 0 : given.follow);
    const samples = await takeSamples(send, { asked, least: Math.min(least, asked), signal: context.signal });
    const measured = observe(samples, asked);
    if (given.preset === undefined) return measured;
    return withPreset(measured, presetFinding(given.preset, samples.answers, request));
  } finally {
    await client.close();
  }
};

const foundBy = (preset: Json | undefined): string | undefined =>
  isJsonObject(preset) ? plain(preset['found'] ?? '') : undefined;

// Where it is really asked: the http twin of an https address needs a permit of its own.
const askedUrl = ({ url, preset }: Params): string =>
  preset === 'https-redirect' && URL.canParse(url) ? plainTwin(new URL(url)).href : url;

/** One or several HTTP requests, and what came back. */
export const http = defineCheck({
  kind: 'http',
  title: 'An HTTP endpoint answers as it should.',
  params,
  defaultTimeoutMs: 10_000,
  // A request that changes something may have arrived although its answer was lost.
  defaultRetries: ({ method, preset }) => (SAFE_METHODS.has(method) || preset === 'cors' ? 2 : 0),
  observation: {
    status: 'status code; of several samples the rarest one, so that one bad answer is not hidden',
    'headers.<lower-case>': 'response headers',
    body: 'JSON, else text; at most 256 KiB',
    duration: 'milliseconds until the whole body was read, redirects included',
    'timings.dns': 'milliseconds the name took to look up; absent when an address was asked',
    'timings.connect': 'milliseconds until the connection of the answer was open',
    'timings.tls': 'milliseconds of its TLS handshake; absent without TLS',
    'timings.first_byte': 'milliseconds from asking the last address until it began to answer',
    'timings.total': 'the same as duration',
    min: 'shortest duration of the samples in milliseconds',
    p50: 'median duration of the samples in milliseconds; with one sample its duration',
    p95: 'milliseconds that 95 % of the samples do not exceed',
    p99: 'milliseconds that 99 % of the samples do not exceed',
    max: 'longest duration of the samples in milliseconds',
    'samples.asked': 'requests that were made',
    'samples.measured': 'those that were answered; percentiles are over them',
    'samples.failed': 'those without an answer; more than 0 only with min_samples',
    url: 'where the answer came from, after redirects',
    hops: 'redirects that were followed: {gte: 1, lte: 2} wants one or two',
    'redirects[n]':
      'each of them: status, url without its query, address, and tls.days of the certificate seen on that hop',
    address: 'address that answered',
    'tls.days': 'days until the certificate of that answer ends; absent without TLS',
    'tls.protocol': 'TLSv1.3 and the like; absent without TLS',
    'preset.ok': 'whether what the preset wants holds; absent without one',
    'preset.found': 'what the preset found, in words; absent without one',
  },
  passes: { status: { lt: 400 } },
  passesFor: ({ preset }) => {
    if (preset === undefined) return undefined;
    return preset === 'hsts' || preset === 'csp' ? { status: { lt: 500 } } : {};
  },
  target: ({ url }) => targetName(url),
  needs: (given, context) => requestNeeds({ ...given, url: askedUrl(given) }, context),
  run,
  say: (observation, { samples }) => {
    const found = foundBy(observation['preset']);
    if (found !== undefined) return found;
    const status = String(numberOf(observation['status']));
    if (samples === 1) return `${status} in ${formatDuration(numberOf(observation['duration']))}`;
    return `${status}, p95 ${formatDuration(numberOf(observation['p95']))} of ${samples} samples`;
  },
});
