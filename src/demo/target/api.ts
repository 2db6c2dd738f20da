import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import type { Control } from './control.ts';
import type { Answer, Asked, Route } from './http.ts';
import { HttpRefusal } from './http.ts';
import { metricsText, openApi, page, STYLE } from './pages.ts';
import type { Store } from './store.ts';

/** How long the health call takes while it is slow: above what the demo checklist accepts. */
export const SLOW_MS = 1500;

/** The account of the smoke tests. */
export type Account = { readonly email: string; readonly password: string; readonly token: string };

export type Api = {
  readonly store: Store;
  readonly control: () => Control;
  readonly account: Account;
  /** Answers so far by status, for the metrics page. */
  readonly answers: ReadonlyMap<number, number>;
  readonly log: Log;
};

/** What the application says its version is. While the wrong one answers: that of the release before. */
export const answeringVersion = ({ releases, broken }: Control): string =>
  broken.includes('wrong-version') ? (releases.at(-2) ?? '0.9.0') : (releases.at(-1) ?? '');

/** Ends requests that a breakage does not let through. */
export const breakageAnswer = async ({ broken }: Control, path: string): Promise<Answer | undefined> => {
  if (broken.includes('api-down')) return { status: 503, json: { detail: 'the service is not available' } };
  if (broken.includes('slow') && path === '/health') await sleep(SLOW_MS, undefined, { ref: false });
  return undefined;
};

const ok = (json: JsonObject | readonly JsonObject[], status = 200): Answer => ({ status, json });

const textOf = (body: JsonObject, field: string): string => {
  const value = body[field];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 500) return value.trim();
  throw new HttpRefusal(422, `${field}: expected text of at most 500 characters`);
};

const health = async ({ store, control, log }: Api): Promise<Answer> => {
  const version = answeringVersion(control());
  try {
    const latency = await store.ping();
    return ok({
      status: 'healthy',
      version,
      database_connected: true,
      database_latency_ms: Math.round(latency * 100) / 100,
    });
  } catch (cause) {
    log.warn({ err: cause }, 'demo_database_lost');
    return ok({ status: 'unhealthy', version, database_connected: false }, 503);
  }
};

const requireToken = ({ headers }: Asked, { account }: Api): void => {
  if (headers.authorization !== `Bearer ${account.token}`)
    throw new HttpRefusal(401, 'a bearer token is needed');
};

const signedInUser = async (asked: Asked, api: Api): Promise<string> => {
  requireToken(asked, api);
  const { user = '' } = asked.at;
  if (!(await api.store.hasUser(user))) throw new HttpRefusal(404, 'there is no such user');
  return user;
};

const addUser = async (asked: Asked, api: Api): Promise<Answer> => {
  requireToken(asked, api);
  const body = await asked.body();
  const [id, name] = [textOf(body, 'id'), textOf(body, 'name')];
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(id))
    throw new HttpRefusal(422, 'id: expected lower-case letters, digits and dashes');
  if (!(await api.store.addUser(id, name))) throw new HttpRefusal(409, 'that user exists already');
  return ok({ id, name }, 201);
};

const CREATE = /^create task:\s*(?<title>.+)$/i;

/** What the assistant understands: `create task: <title>` and everything else, which it answers with the open tasks. */
const chat = async (asked: Asked, api: Api): Promise<Answer> => {
  const user = await signedInUser(asked, api);
  const message = textOf(await asked.body(), 'message');
  const title = CREATE.exec(message)?.groups?.['title'];
  const task = title === undefined ? undefined : await api.store.addTask(user, title);
  const open = (await api.store.listTasks(user)).filter(({ completed }) => !completed);
  const response =
    task === undefined
      ? `You have ${open.length} open tasks: ${open.map((one) => one.title).join(', ')}`
      : `Created task ${task.id}: ${task.title}`;
  const conversation = await api.store.addExchange(user, message, response);
  const calls = task === undefined ? [{ name: 'list_tasks' }] : [{ name: 'create_task', task_id: task.id }];
  return ok({ conversation_id: conversation, response, tool_calls: calls });
};

const signIn = async (asked: Asked, { account }: Api): Promise<Answer> => {
  const body = await asked.body();
  const isRight = textOf(body, 'email') === account.email && textOf(body, 'password') === account.password;
  if (!isRight) throw new HttpRefusal(401, 'email or password is wrong');
  return ok({ token: account.token });
};

/** Every address of the application. */
export const routesOf = (api: Api): readonly Route[] => {
  const { store, control } = api;
  const html = (text: string): Answer => ({ status: 200, text, type: 'text/html; charset=utf-8' });
  const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });
  const post = (path: string, handle: Route['handle']): Route => ({ method: 'POST', path, handle });
  const routes: readonly Route[] = [
    get('/', async () => html(page(answeringVersion(control()), await store.counts()))),
    get('/style.css', () => ({ status: 200, text: STYLE, type: 'text/css; charset=utf-8' })),
    get('/health', () => health(api)),
    get('/version', () => ok({ version: answeringVersion(control()) })),
    get('/openapi.json', () => ok(openApi(answeringVersion(control()), routes))),
    get('/docs', () => html(page(answeringVersion(control()), undefined, routes))),
    get('/metrics', async () => ({
      status: 200,
      text: metricsText(api.answers, await store.counts()),
      type: 'text/plain; version=0.0.4; charset=utf-8',
    })),
    get('/api/:user/tasks', async (asked) => ok(await store.listTasks(await signedInUser(asked, api)))),
    get('/api/:user/conversations', async (asked) =>
      ok(await store.listConversations(await signedInUser(asked, api))),
    ),
    post('/api/:user/tasks', async (asked) => {
      const user = await signedInUser(asked, api);
      return ok(await store.addTask(user, textOf(await asked.body(), 'title')), 201);
    }),
    post('/api/:user/chat', (asked) => chat(asked, api)),
    post('/users', (asked) => addUser(asked, api)),
    post('/auth/sign-in', (asked) => signIn(asked, api)),
  ];
  return routes;
};
