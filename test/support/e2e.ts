import { expect } from 'vitest';
import type {
  Delivery,
  Sandbox,
  SandboxCall,
  SandboxMessage,
  SandboxView,
} from '../../src/sandbox/sandbox.ts';
import type { AppOptions, TestApp } from './app.ts';
import { eventually, startApp } from './app.ts';
import type { Service } from './deployed-service.ts';
import { startService } from './deployed-service.ts';
import { SMALL, smallProduction } from './small-system.ts';

/** Inside the work hours of every zone the tests use. */
const MONDAY_MORNING = Date.parse('2026-11-23T10:00:00Z');

export type TestClock = {
  readonly now: () => Date;
  readonly forward: (ms: number) => void;
};

/** A clock that runs like ours from a Monday morning on, and can be put forward. */
export const testClock = (): TestClock => {
  const began = Date.now();
  let ahead = 0;
  return {
    now: () => new Date(MONDAY_MORNING + (Date.now() - began) + ahead),
    forward: (ms) => (ahead += ms),
  };
};

export type E2e = {
  readonly app: TestApp;
  readonly sandbox: Sandbox;
  readonly clock: TestClock;
  readonly service: Service;
  /** Types `/deploy …`; resolves when Slack has its answer. */
  readonly types: (person: string, text: string, channel?: string) => Promise<Delivery>;
  /** Types, and waits for an answer to this person alone that contains every text. Returns it. */
  readonly asks: (person: string, text: string, ...contains: readonly string[]) => Promise<string>;
  /** The newest card of the channel, once it shows every text. */
  readonly card: (...texts: readonly string[]) => Promise<SandboxMessage>;
  /** The card of deployment `#n`. */
  readonly cardOf: (number: number, ...texts: readonly string[]) => Promise<SandboxMessage>;
  readonly clicks: (person: string, label: string, near?: string) => Promise<Delivery>;
  /** Clicks, and waits for the dialog with this title to be open for the person. */
  readonly opens: (person: string, label: string, near?: string) => Promise<SandboxView>;
  /** Sends the open dialog. */
  readonly submits: (person: string, values?: Record<string, unknown>) => Promise<Delivery>;
  /** A reply in the thread of the newest card that contains every text. */
  readonly threadLine: (...texts: readonly string[]) => Promise<SandboxMessage>;
  readonly close: () => Promise<void>;
};

export type E2eOptions = Partial<Omit<AppOptions, 'files' | 'now'>> & {
  readonly files?: (url: string) => Readonly<Record<string, string>>;
  /** Fixed port of the service; absent: a free one. */
  readonly servicePort?: number;
};

const small = (url: string) => ({
  'small.yaml': SMALL,
  'environments/production.yaml': smallProduction(url),
});

/** The whole product with a service to deploy, and short words for what people do. */
export const startE2e = async ({ files = small, servicePort, ...options }: E2eOptions = {}): Promise<E2e> => {
  const clock = testClock();
  const service = await startService(servicePort);
  const app = await startApp({
    ...options,
    files: files(service.url),
    now: clock.now,
    sandbox: { now: clock.now, ...options.sandbox },
  });
  const { sandbox } = app;
  const types: E2e['types'] = (person, text, channel = '#deploys') =>
    sandbox.as(person).command(`/deploy ${text}`, channel);
  const cards = () => sandbox.messages('#deploys').filter(isCard);

  // Cards share an update budget per minute: while one is waited for, time runs faster. For a row that is
  // struck out not by a whole minute: it would have left the card again before it is drawn.
  const waitForCard = (
    texts: readonly string[],
    find: () => SandboxMessage | undefined,
    which = 'a card',
  ) => {
    let polls = 0;
    const mostForwards = texts.some((text) => text.startsWith('~')) ? 160 : Infinity;
    return eventually(
      `${which} with ${texts.join(', ')}`,
      () => {
        const found = find();
        if (found === undefined && (polls += 1) > 10 && polls <= 10 + mostForwards) clock.forward(250);
        return found;
      },
      15_000,
    ).catch((error: unknown) => {
      const shown = cards()
        .map(({ visibleText }) => visibleText)
        .join('\n---\n');
      throw new Error(`${(error as Error).message}\nCards:\n${shown}\n${badNews(app)}`, { cause: error });
    });
  };
  const hasAll = (message: SandboxMessage | undefined, texts: readonly string[]) =>
    message !== undefined && texts.every((text) => message.visibleText.includes(text)) ? message : undefined;

  return {
    app,
    sandbox,
    clock,
    service,
    types,
    asks: async (person, text, ...contains) => {
      const before = sandbox.ephemerals('#deploys', person).length;
      await types(person, text);
      const seen = () => sandbox.ephemerals('#deploys', person).slice(before);
      const answer = await eventually(
        `an answer to ${person}: /deploy ${text}: ${contains.join(', ')}`,
        () => seen().find(({ visibleText }) => contains.every((part) => asRead(visibleText).includes(part))),
        5000,
      ).catch((error: unknown) => {
        const got = seen().map(({ visibleText }) => visibleText);
        throw new Error(`${(error as Error).message}\nGot: ${got.join('\n---\n')}\n${badNews(app)}`, {
          cause: error,
        });
      });
      return asRead(answer.visibleText);
    },
    card: (...texts) => waitForCard(texts, () => hasAll(cards().at(-1), texts)),
    cardOf: (number, ...texts) =>
      waitForCard(
        texts,
        () =>
          hasAll(
            cards().findLast(({ visibleText }) => visibleText.includes(`· #${number}\n`)),
            texts,
          ),
        `card #${number}`,
      ),
    clicks: (person, label, near) => sandbox.as(person).clickLabel('#deploys', label, near),
    opens: async (person, label, near) => {
      const before = sandbox.as(person).view()?.id;
      await sandbox.as(person).clickLabel('#deploys', label, near);
      return eventually(`a dialog for ${person} after ${label}`, () => {
        const view = sandbox.as(person).view();
        return view?.id === before ? undefined : view;
      });
    },
    submits: (person, values) => sandbox.as(person).submit(values),
    threadLine: (...texts) =>
      waitForCard(
        texts,
        () => {
          const card = cards().at(-1);
          return card === undefined
            ? undefined
            : sandbox
                .thread('#deploys', card.ts)
                .slice(1)
                .find((message) => hasAll(message, texts) !== undefined);
        },
        'a thread line',
      ),
    close: async () => {
      await app.close();
      await service.close();
    },
  };
};

/** Slack's three escapes as people see them. */
const asRead = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** A message that the bot keeps up to date and that stands in the channel itself. */
export const isCard = ({ threadTs, blocks }: SandboxMessage): boolean =>
  threadTs === undefined && blocks[0]?.type === 'header';

const badNews = ({ log, sandbox }: TestApp): string => {
  const calls = sandbox.calls().filter(({ ok }) => !ok);
  const lines = log.lines.filter(({ level }) => level === 'error' || level === 'warn');
  return JSON.stringify({ calls: calls.slice(-5), lines: lines.slice(-8) }, errorText, 1);
};

const errorText = (_key: string, value: unknown): unknown => (value instanceof Error ? value.stack : value);

/** Whether a test provoked this failed call. */
type Provoked = (call: SandboxCall) => boolean;

/**
 * What must hold at the end of every conversation: Slack refused nothing we sent, never asked to slow down, and had an
 * answer to every payload in time; nothing was logged that somebody would have to look at.
 */
export const expectCleanConversation = (
  { sandbox, log }: Pick<TestApp, 'sandbox' | 'log'>,
  isProvoked: Provoked = () => false,
): void => {
  const refused = sandbox
    .calls()
    .filter(({ ok, method }) => !ok && /^(?:chat|views|files|pins|reactions)\./.test(method))
    .filter((call) => !isProvoked(call));
  expect(
    refused.map(({ method, error, args }) => `${method}: ${error ?? ''} ${String(args['text'])}`),
  ).toEqual([]);
  expect(sandbox.calls().filter((call) => call.status === 429 && !isProvoked(call))).toEqual([]);
  expect(sandbox.deliveries().filter(({ ok }) => !ok)).toEqual([]);
  expect(log.lines.filter(({ level, event }) => level === 'error' && event !== 'checklist_problem')).toEqual(
    [],
  );
};

/** How far a deployment of `small` is brought by typing. */
const STEPS = ['gate', 'deploying', 'verifying', 'watching'] as const;

/** Brings deployment `#n` of `small`, just started by Ana with this version, on the straight way to a stage. */
export const bringTo = async (
  e2e: E2e,
  stage: (typeof STEPS)[number],
  { number = 1, version = '1.1.0' } = {},
): Promise<void> => {
  const n = `#${number}`;
  const upTo = STEPS.indexOf(stage);
  await e2e.cardOf(number, 'Preparing');
  await e2e.asks('ana', `confirm first ${n}`, 'Confirmed: Everyone has read the plan');
  await e2e.asks('ana', `confirm signing-key ${n} it has 64 characters`, 'Confirmed');
  await e2e.cardOf(number, 'Awaiting Go');
  if (upTo < 1) return;
  await e2e.asks('ben', `go ${n}`, 'Go is given');
  await e2e.cardOf(number, 'Deploying');
  if (upTo < 2) return;
  await e2e.asks('ana', `confirm roll-out ${n}`, 'Confirmed');
  e2e.service.answers['/version'] = { version };
  await e2e.asks('ana', `deployed ${n}`, 'is being verified');
  await e2e.cardOf(number, 'Verifying');
  if (upTo < 3) return;
  await e2e.asks('ana', `rerun create-user ${n}`, 'Running: A user can be created');
  await e2e.cardOf(number, 'Watching');
};
