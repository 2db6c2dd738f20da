import { keepNewest } from '../keep-newest.ts';
import { METHODS } from './methods.ts';
import { readJson } from './method.ts';
import type { Engine } from '../engine.ts';
import type { SandboxCall, SandboxFault } from '../public-types.ts';
import type { RateLimiter } from '../rates.ts';
import type { Faults } from './faults.ts';
import type { ApiAnswer, Method, RawArgs } from './method.ts';
import type { ApiRefusal } from './refusal.ts';

/** What goes back over HTTP; `break` cuts the connection, `hang` never answers. */
export type ApiResponse =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: Record<string, unknown>;
      readonly retryAfter?: number;
    }
  | { readonly kind: 'break' }
  | { readonly kind: 'hang' };

export type Tokens = { readonly bot: string; readonly app: string | undefined };

export type ApiOptions = {
  readonly engine: Engine;
  readonly tokens: Tokens;
  readonly rates: RateLimiter;
  readonly faults: Faults;
  readonly calls: SandboxCall[];
};

const refusalBody = (refusal: ApiRefusal): Record<string, unknown> => ({
  ok: false,
  error: refusal.error,
  ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  ...(refusal.messages === undefined ? {} : { response_metadata: { messages: refusal.messages } }),
});

const answerBody = (answer: ApiAnswer): Record<string, unknown> =>
  answer.ok ? { ok: true, ...answer.value } : refusalBody(answer.error);

const refuse = (error: string): ApiResponse => ({ kind: 'answer', status: 200, body: { ok: false, error } });

const rateLimited = (retryAfter: number): ApiResponse => ({
  kind: 'answer',
  status: 429,
  body: { ok: false, error: 'ratelimited' },
  retryAfter,
});

const tokenError = (method: Method, token: string | undefined, tokens: Tokens): string | undefined => {
  if (method.token === 'any') return undefined;
  if (token === undefined || token === '') return 'not_authed';
  if (token !== tokens.bot && token !== tokens.app) return 'invalid_auth';
  return token === tokens[method.token] ? undefined : 'not_allowed_token_type';
};

const faultResponse = (fault: SandboxFault): ApiResponse | undefined => {
  switch (fault.kind) {
    case 'error':
      return refuse(fault.error ?? 'internal_error');
    case 'status':
      return { kind: 'answer', status: fault.status ?? 500, body: { ok: false, error: 'internal_error' } };
    case 'ratelimited':
      return rateLimited(fault.retryAfter ?? 1);
    case 'hang':
      return { kind: 'hang' };
    case 'lose_answer':
      return undefined;
  }
};

/** Arguments as people want to read them: JSON text opened, the token left out. */
const readable = (args: RawArgs): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(args)
      .filter(([key]) => key !== 'token')
      .map(([key, value]) => {
        const looksLikeJson = typeof value === 'string' && /^[[{]/.test(value);
        const json = looksLikeJson ? readJson(value) : undefined;
        return [key, json?.ok === true ? json.value : value];
      }),
  );

type ApiRequest = { readonly name: string; readonly token: string | undefined; readonly args: RawArgs };

const respondTo = (options: ApiOptions, { name, token, args }: ApiRequest): ApiResponse => {
  const method = METHODS.get(name);
  if (method === undefined) return refuse('unknown_method');
  const unauthorised = tokenError(method, token, options.tokens);
  if (unauthorised !== undefined) return refuse(unauthorised);
  const fault = options.faults.take(name);
  const faulty = fault === undefined ? undefined : faultResponse(fault);
  if (faulty !== undefined) return faulty;
  const channel = args['channel'];
  const retryAfter = options.rates.take({
    method: name,
    tier: method.tier,
    channel: typeof channel === 'string' ? channel : undefined,
  });
  if (retryAfter > 0) return rateLimited(retryAfter);
  const answer = method.call(args, options.engine);
  return fault === undefined ? { kind: 'answer', status: 200, body: answerBody(answer) } : { kind: 'break' };
};

/** Performs one Web API call and writes it into the log. */
export const handleApiCall = (options: ApiOptions, request: ApiRequest): ApiResponse => {
  const response = respondTo(options, request);
  const body = response.kind === 'answer' ? response.body : {};
  const error =
    response.kind === 'answer' ? body['error'] : response.kind === 'break' ? 'answer_lost' : 'hung';
  keepNewest(options.calls, {
    method: request.name,
    args: readable(request.args),
    at: options.engine.ws.now(),
    ok: body['ok'] === true,
    ...(typeof error === 'string' ? { error } : {}),
    status: response.kind === 'answer' ? response.status : 0,
  });
  return response;
};
