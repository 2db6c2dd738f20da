import { isJsonObject, type Json } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';
import { CheckProblem, ourFault } from '../problem.ts';
import type { RequestParams } from './params.ts';
import type { Kept, Step } from './steps.ts';

const NAME = /\{([a-z][a-z0-9_-]*)\}/gi;
const WHOLE = /^\{([a-z][a-z0-9_-]*)\}$/i;

const valueOf = (name: string, kept: Kept): Json => {
  const found = kept.get(name);
  if (!found) throw ourFault(`nothing was kept as ${name}`, 'nothing_kept');
  return found.value;
};

const inText = (text: string, kept: Kept): string =>
  text.replaceAll(NAME, (_, name: string) => plain(valueOf(name, kept)));

const UP = /(?:^|\/)\.{1,2}(?:\/|$)/;

/** A kept value is a piece of a path or a query: it cannot lead to another host or up. */
const inUrl = (text: string, kept: Kept): string => {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return keptUrl(whole, kept);
  return text.replaceAll(NAME, (_, name: string) => {
    const value = plain(valueOf(name, kept));
    if (UP.test(value) || value === '') throw unfit(name);
    return encodeURIComponent(value);
  });
};

const unfit = (name: string): CheckProblem =>
  new CheckProblem(`what was kept as ${name} is no part of a URL`, {
    outcome: 'fail',
    code: 'unfit_kept_value',
    scope: 'check',
  });

/** A whole URL that a target gave leads to that target and nowhere else. */
const keptUrl = (name: string, kept: Kept): string => {
  const origin = kept.get(name)?.origin ?? '';
  const value = plain(valueOf(name, kept));
  if (!URL.canParse(value, origin)) throw unfit(name);
  const url = new URL(value, origin);
  if (url.origin === origin) return url.href;
  throw ourFault(`what was kept as ${name} leads to another origin`, 'kept_url_elsewhere');
};

/** Bodies may hold braces of their own: only what was kept is filled in. A text that is only `{name}` takes its type. */
const inBody = (value: Json, kept: Kept): Json => {
  if (typeof value === 'string') {
    const whole = kept.get(WHOLE.exec(value)?.[1] ?? '');
    if (whole) return whole.value;
    return value.replaceAll(NAME, (text, name: string) => {
      const found = kept.get(name);
      return found ? plain(found.value) : text;
    });
  }
  if (Array.isArray(value)) return value.map((entry: Json) => inBody(entry, kept));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inBody(entry, kept)]));
};

const loginOf = ({ auth }: Step, kept: Kept): string | undefined => {
  if (typeof auth !== 'object') return auth;
  const value = plain(valueOf(auth.kept, kept));
  // `env:NAME` from a target would name a variable of the worker.
  return /\s/.test(value) ? value : `Bearer ${value}`;
};

/** A step with what earlier ones kept in its place. Throws a problem when something is missing or does not fit. */
export const fillStep = (step: Step, url: string, kept: Kept): RequestParams => {
  const auth = loginOf(step, kept);
  return {
    url: step.each === undefined ? inUrl(url, kept) : url,
    method: step.method,
    headers: Object.fromEntries(
      Object.entries(step.headers).map(([name, value]) => [name, inText(String(value), kept)]),
    ),
    ...(step.json !== undefined && { json: inBody(step.json, kept) }),
    ...(step.body !== undefined && { body: plain(inBody(step.body, kept)) }),
    ...(auth !== undefined && { auth }),
  };
};
