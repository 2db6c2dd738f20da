import { createHash } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import type { CheckDefinition, CheckRequest, CheckResult } from '../domain/check.ts';
import { canonicalJson } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import type { Instant } from '../lib/time.ts';
import { attempt, type Attempt, type Plan } from './attempts.ts';
import type { CheckContext, CheckKind, DnsResolver, Inbound, Measured, PreparedCheck } from './check.ts';
import { permitsOf } from './guard/hosts.ts';
import { createNetwork, type Lookup } from './guard/network.ts';
import { isBug, ourFault, problemOf, type CheckProblem, type Scope } from './problem.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { findKind } from './registry.ts';
import { createSafeLog } from './safe-log.ts';
import { resolveSecrets, type Resolved } from './secrets.ts';
import { startTimer } from './timer.ts';
import type { Turns } from './turns.ts';
import { decidingFinding, expectationProblems, reachVerdict, storedPart } from './verdict.ts';

/** What a worker gives a run. */
export type CheckDeps = {
  /** The worker's environment: secrets are resolved from here, at run time, and nowhere else. */
  readonly env: (name: string) => string | undefined;
  readonly now: () => Date;
  /** Aborts when the worker stops; the run then ends as inconclusive. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Shared by the checks of a worker; absent: each is on its own. */
  readonly turns?: Turns;
  /** When the check was asked for; absent: now. */
  readonly askedAt?: Instant;
  /** As in `CheckContext`. */
  readonly inbound?: Inbound;
  /** Replaces what the operating system knows about names and certificates; absent: the operating system. */
  readonly world?: { readonly lookup?: Lookup; readonly dns?: DnsResolver; readonly ca?: readonly string[] };
};

/** Longest deadline of one try. */
export const MAX_TIMEOUT_MS = 60_000;
const MAX_RETRIES = 10;
/** Pause between tries when the definition names none. */
export const DEFAULT_RETRY_DELAY_MS = 5000;

// What is stored: enough to see what was measured, not a copy of it.
const STORED = { textLength: 2048, entries: 100, depth: 12 };
const CAPTURED = { textLength: 1024, entries: 200, depth: 4 };
const LINE_LENGTH = 500;

type Ready = {
  readonly kind: CheckKind;
  readonly prepared: PreparedCheck;
  readonly definition: CheckDefinition;
  readonly secrets: Set<string>;
};

const prepare = (resolved: Resolved): Ready => {
  const { definition, secrets, problems } = resolved;
  const kind = findKind(definition.kind);
  if (!kind) throw ourFault(`there is no kind of check named ${definition.kind}`, 'unknown_kind');
  if (problems.length > 0)
    throw ourFault(problems.join(' · '), `unset ${problems.join(', ')}`, { scope: 'worker' });
  const prepared = kind.prepare(definition.params);
  if (!prepared.ok) throw ourFault(`${kind.kind}: ${prepared.error.join(' · ')}`, 'bad_parameters');
  const wrong = expectationProblems(definition);
  if (wrong.length > 0) throw ourFault(wrong.join(' · '), 'bad_expectations');
  return { kind, prepared: prepared.value, definition, secrets: new Set(secrets) };
};

const unsetVariable = (name: string): CheckProblem => {
  const message = `${name} is not set on this worker`;
  return ourFault(message, `unset ${message}`, { scope: 'worker' });
};

const secretReader =
  (env: CheckDeps['env'], secrets: Set<string>) =>
  (name: string): string => {
    const value = env(name);
    if (value === undefined || value === '') throw unsetVariable(name);
    secrets.add(value);
    return value;
  };

const contextOf = (
  { connections }: CheckRequest,
  ready: Ready,
  deps: CheckDeps,
): Omit<CheckContext, 'signal'> => {
  const { lookup, ca, dns } = deps.world ?? {};
  const permits = permitsOf(connections, [...ready.secrets]);
  return {
    connections,
    network: createNetwork({ permits, ...(lookup && { lookup }), ...(ca && { ca }) }),
    secret: secretReader(deps.env, ready.secrets),
    env: deps.env,
    conceal: (value) => void ready.secrets.add(value),
    now: deps.now,
    timeoutMs: timeoutOf(ready),
    dns: dns ?? new Resolver({ timeout: 2000, tries: 2 }),
    ...(deps.inbound && { inbound: deps.inbound }),
    log: deps.log,
  };
};

const timeoutOf = ({ definition, kind }: Ready): number =>
  Math.min(Math.max(definition.timeoutMs ?? kind.timeoutMs, 1), MAX_TIMEOUT_MS);

const planOf = (request: CheckRequest, ready: Ready, deps: CheckDeps): Plan => {
  const { definition, prepared } = ready;
  const context = contextOf(request, ready, deps);
  return {
    target: prepared.target,
    timeoutMs: context.timeoutMs,
    retries: Math.min(definition.retry?.max ?? prepared.retries, MAX_RETRIES),
    delayMs: definition.retry?.delayMs ?? DEFAULT_RETRY_DELAY_MS,
    retryOn: definition.retry?.on ?? 'transport',
    tryOnce: (signal) => prepared.run({ ...context, signal }),
    judge: (measured) =>
      reachVerdict(measured, {
        definition,
        passes: prepared.passes,
        demands: prepared.demands,
        now: deps.now(),
      }),
    signal: deps.signal,
    log: deps.log,
  };
};

/** Tells definitions apart whose targets are the same; taken before secrets are filled in. */
const digestOf = ({ kind, params }: CheckDefinition): string =>
  createHash('sha256').update(canonicalJson({ kind, params })).digest('hex').slice(0, 8);

type Draft = Omit<CheckResult, 'durationMs' | 'tries'>;

type Place = { readonly request: CheckRequest; readonly target: string };

const causeOf = ({ request, target }: Place, error: string, scope: Scope): string => {
  const { definition } = request;
  if (scope === 'worker') return `worker: ${error}`;
  const shared = `${definition.kind} ${target}: ${error}`;
  return scope === 'target' ? shared : `${shared} #${digestOf(definition)}`;
};

// A server that answers 5xx is down for every check of it; any other wrong value is a matter of the one check.
const wrongValue = (place: Place, path: string, { observation }: Measured): string => {
  const status = observation['status'];
  const isServerDown =
    place.request.definition.kind === 'http' && typeof status === 'number' && status >= 500;
  return isServerDown ? causeOf(place, 'status 5xx', 'target') : causeOf(place, path, 'check');
};

const judgedDraft = (
  ready: Ready,
  place: Place,
  { verdict, measured }: Extract<Attempt, { kind: 'judged' }>,
): Draft => {
  const deciding = decidingFinding(verdict);
  const more = deciding && deciding.more > 0 ? ` (and ${deciding.more} more)` : '';
  return {
    outcome: verdict.outcome,
    line: deciding ? `${deciding.finding.line}${more}` : ready.prepared.say(measured.observation),
    findings: verdict.findings,
    observation: storedPart(measured.observation, ready.definition, ready.kind.keptIfNamed),
    captured: verdict.captured,
    ...(deciding && { cause: wrongValue(place, deciding.finding.path, measured) }),
  };
};

const problemDraft = (place: Place, { outcome, message, code, scope }: CheckProblem): Draft => ({
  outcome,
  line: message,
  findings: [],
  observation: {},
  captured: {},
  cause: causeOf(place, code, scope),
});

type Effort = Pick<CheckResult, 'durationMs' | 'tries'>;

const finish = ({ cause, ...draft }: Draft, redactor: Redactor, effort: Effort): CheckResult => ({
  ...draft,
  line: redactor.text(draft.line, LINE_LENGTH),
  findings: draft.findings.map((finding) => ({
    path: redactor.text(finding.path, LINE_LENGTH),
    verdict: finding.verdict,
    line: redactor.text(finding.line, LINE_LENGTH),
  })),
  observation: redactor.object(draft.observation, STORED),
  captured: redactor.object(draft.captured, CAPTURED),
  ...effort,
  ...(cause !== undefined && { cause: redactor.text(cause, LINE_LENGTH) }),
});

type Attempts = Awaited<ReturnType<typeof attempt>>;

/** Waits for a place at the target. What would only meet an outage that was found meanwhile does not try. */
const inTurn = (
  { kind, prepared }: Ready,
  { turns, now, askedAt = now().getTime() }: CheckDeps,
  tryAll: () => Promise<Attempts>,
): Promise<Attempts> => {
  if (turns === undefined) return tryAll();
  const place = `${kind.kind} ${prepared.target}`;
  return turns.at(place, kind.width, async () => {
    const problem = turns.outage(place, { askedAt, now: now().getTime() });
    if (problem !== undefined) return { last: { kind: 'problem', problem }, tries: 0 };
    const attempts = await tryAll();
    if (attempts.last.kind === 'problem') turns.note(place, attempts.last.problem, now().getTime());
    return attempts;
  });
};

const runReady = async (request: CheckRequest, ready: Ready, deps: CheckDeps): Promise<CheckResult> => {
  const elapsed = startTimer();
  const place = { request, target: ready.prepared.target };
  const log = createSafeLog(deps.log, () => [...ready.secrets]);
  const { last, tries } = await inTurn(ready, deps, () => attempt(planOf(request, ready, { ...deps, log })));
  const draft = last.kind === 'judged' ? judgedDraft(ready, place, last) : problemDraft(place, last.problem);
  return finish(draft, createRedactor([...ready.secrets]), { durationMs: elapsed(), tries });
};

/**
 * Carries out one check and judges it. Never rejects: whatever a definition says or a target does is an outcome with a
 * line. Everything in the result is redacted and cut to what is worth keeping.
 */
export const runCheck = async (request: CheckRequest, deps: CheckDeps): Promise<CheckResult> => {
  const resolved = resolveSecrets(request, deps.env);
  try {
    return await runReady(request, prepare(resolved), deps);
  } catch (error) {
    const problem = problemOf(error, request.definition.kind);
    if (isBug(problem)) createSafeLog(deps.log, () => resolved.secrets).error({ err: error }, 'check_broke');
    const draft = problemDraft({ request, target: 'definition' }, problem);
    return finish(draft, createRedactor(resolved.secrets), { durationMs: 0, tries: 0 });
  }
};
