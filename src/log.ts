import { pino } from 'pino';
import { createRedactor } from './checks/redact.ts';
import type { JsonObject } from './lib/json.ts';
import type { Log } from './lib/log.ts';

/** An error as JSON: enough to find the place, causes included. */
const plainError = (error: Error): object => ({
  type: error.name,
  message: error.message,
  ...('code' in error ? { code: error.code } : {}),
  stack: error.stack?.split('\n').slice(1, 6).join('\n'),
  ...(error.cause instanceof Error ? { cause: plainError(error.cause) } : {}),
});

const plain = (fields: object): JsonObject =>
  JSON.parse(
    JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? plainError(value) : value)),
  ) as JsonObject;

/** pino's JSON, one line per event. What is, or looks like, a secret is taken out here too, whatever was logged. */
export const createLog = (level: string, secrets: readonly string[]): Log => {
  const redactor = createRedactor(secrets);
  const out = pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const say =
    (name: keyof Log): Log[keyof Log] =>
    (fields, event) => {
      if (out.isLevelEnabled(name)) out[name](redactor.object(plain(fields)), event);
    };
  return { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
};
