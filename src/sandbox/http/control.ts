import { z } from 'zod';
import { NotDrawnError } from '../people/controls.ts';
import { look, workspaceFacts } from './look.ts';
import type { Sandbox, SandboxPanel, SandboxPerson } from '../public-types.ts';
import type { Workspace } from '../workspace/state.ts';

export type ControlAnswer = { readonly status: number; readonly body: unknown };

type ControlOptions = {
  readonly sandbox: Sandbox;
  readonly ws: Workspace;
  readonly panel: SandboxPanel | undefined;
};

const targetSchema = z.object({
  channel: z.string().optional(),
  ts: z.string().optional(),
  viewId: z.string().optional(),
  actionId: z.string(),
  blockId: z.string().optional(),
  value: z.string().optional(),
});

/** Optional properties that zod reports as undefined are left out. */
const target = targetSchema.transform((value) => {
  const { actionId, ...rest } = value;
  const given = Object.entries(rest).filter(([, part]) => part !== undefined);
  return { actionId, ...(Object.fromEntries(given) as Partial<Record<keyof typeof rest, string>>) };
});

const fields = z.record(z.string(), z.unknown());

type Verb = (person: SandboxPerson, body: unknown) => Promise<unknown>;

/** What a person does, under `/control/as/<person>/<verb>`. */
const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    'command',
    (person, body) => {
      const { text, channel } = z.object({ text: z.string(), channel: z.string().optional() }).parse(body);
      return person.command(text, channel);
    },
  ],
  ['click', (person, body) => person.click(target.parse(body))],
  [
    'click-label',
    (person, body) => {
      const { channel, label, near } = z
        .object({ channel: z.string(), label: z.string(), near: z.string().optional() })
        .parse(body);
      return person.clickLabel(channel, label, near);
    },
  ],
  [
    'click-in-view',
    (person, body) => {
      const { label, near } = z.object({ label: z.string(), near: z.string().optional() }).parse(body);
      return person.clickInView(label, near);
    },
  ],
  [
    'choose',
    (person, body) => {
      const { pick } = z.object({ pick: z.union([z.string(), z.array(z.string())]) }).parse(body);
      return person.choose(target.parse(body), pick);
    },
  ],
  [
    'fill',
    (person, body) => {
      person.fill(fields.parse(body));
      return Promise.resolve({ ok: true });
    },
  ],
  ['submit', (person, body) => person.submit(fields.parse(body))],
  ['close', (person) => person.close()],
  ['open-home', (person) => person.openHome()],
  [
    'say',
    async (person, body) => {
      const { text, channel, threadTs } = z
        .object({ text: z.string().min(1), channel: z.string(), threadTs: z.string().optional() })
        .parse(body);
      await person.say(text, channel, threadTs);
      return { ok: true };
    },
  ],
  [
    'upload',
    async (person, body) => {
      const { channel, name, content } = z
        .object({ channel: z.string(), name: z.string().min(1), content: z.string() })
        .parse(body);
      await person.uploadFile(channel, { name, content });
      return { ok: true };
    },
  ],
]);

const faultSchema = z.object({
  method: z.string(),
  times: z.int().min(1).default(1),
  kind: z.enum(['error', 'status', 'ratelimited', 'lose_answer', 'hang']),
  error: z.string().default('internal_error'),
  status: z.int().default(500),
  retryAfter: z.int().default(1),
});

type Control = (options: ControlOptions, body: unknown) => unknown;

/** What a test or the page does to the workspace itself, under `POST /control/<verb>`. */
const CONTROLS: ReadonlyMap<string, Control> = new Map<string, Control>([
  ['fault', ({ sandbox }, body) => sandbox.fault(faultSchema.parse(body))],
  [
    'disconnect',
    ({ sandbox }, body) => {
      const { reason } = z
        .object({ reason: z.enum(['warning', 'refresh_requested', 'too_many_websockets']) })
        .parse(body);
      sandbox.disconnect(reason);
    },
  ],
  [
    'redeliver',
    ({ sandbox }, body) => {
      const { envelopeId } = z.object({ envelopeId: z.string().optional() }).parse(body);
      return sandbox.redeliver(envelopeId);
    },
  ],
  ['panel', ({ panel }, body) => panel?.run(z.object({ id: z.string() }).parse(body).id)],
]);

type Look = (options: ControlOptions, query: URLSearchParams) => unknown;

const needed = (query: URLSearchParams, name: string): string =>
  z.string({ error: `?${name}= is missing` }).parse(query.get(name));

/** What can be read, under `GET /control/<name>`; undefined is answered as not found. */
const LOOKS: ReadonlyMap<string, Look> = new Map<string, Look>([
  ['workspace', ({ ws, panel }) => workspaceFacts(ws, panel?.title)],
  [
    'state',
    ({ ws }, query) =>
      look(ws, {
        person: needed(query, 'person'),
        channel: query.get('channel') ?? undefined,
        thread: query.get('thread') ?? undefined,
      }),
  ],
  ['messages', ({ sandbox }, query) => sandbox.messages(needed(query, 'channel'))],
  ['thread', ({ sandbox }, query) => sandbox.thread(needed(query, 'channel'), needed(query, 'ts'))],
  [
    'ephemerals',
    ({ sandbox }, query) => sandbox.ephemerals(needed(query, 'channel'), needed(query, 'person')),
  ],
  ['revisions', ({ sandbox }, query) => sandbox.revisions(needed(query, 'channel'), needed(query, 'ts'))],
  ['pins', ({ sandbox }, query) => sandbox.pins(needed(query, 'channel'))],
  ['views', ({ sandbox }, query) => sandbox.as(needed(query, 'person')).views()],
  ['home', ({ sandbox }, query) => sandbox.as(needed(query, 'person')).home() ?? null],
  ['files', ({ sandbox }) => sandbox.files()],
  ['calls', ({ sandbox }) => sandbox.calls()],
  ['deliveries', ({ sandbox }) => sandbox.deliveries()],
  ['panel', ({ panel }) => panel?.state()],
]);

const answer = async (work: () => unknown): Promise<ControlAnswer> => {
  try {
    const body = await work();
    return { status: 200, body: body ?? { ok: true } };
  } catch (error) {
    if (error instanceof z.ZodError)
      return { status: 400, body: { ok: false, error: z.prettifyError(error) } };
    const message = error instanceof Error ? error.message : String(error);
    return { status: error instanceof NotDrawnError ? 409 : 400, body: { ok: false, error: message } };
  }
};

const NOT_FOUND: ControlAnswer = { status: 404, body: { ok: false, error: 'not_found' } };

export const controlGet = async (
  options: ControlOptions,
  path: string,
  query: URLSearchParams,
): Promise<ControlAnswer> => {
  const found = LOOKS.get(path);
  return found === undefined ? NOT_FOUND : answer(() => found(options, query));
};

export const controlPost = async (
  options: ControlOptions,
  path: string,
  body: unknown,
): Promise<ControlAnswer> => {
  const [, person, verb = ''] = /^as\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (person !== undefined) {
    const act = VERBS.get(verb);
    if (act === undefined) return NOT_FOUND;
    return answer(() => act(options.sandbox.as(decodeURIComponent(person)), body));
  }
  const control = CONTROLS.get(path);
  return control === undefined ? NOT_FOUND : answer(() => control(options, body));
};
