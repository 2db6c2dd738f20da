import type { JsonObject } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import { errorCodeOf } from './problem.ts';
import { createRedactor, type Redactor } from './redact.ts';

const MAX_STACK_LENGTH = 4000;

// Named fields only: drivers hang whole commands, passwords included, on their errors.
const describe = (value: unknown, redactor: Redactor): unknown => {
  if (!(value instanceof Error)) return typeof value === 'string' ? redactor.text(value) : value;
  const code = errorCodeOf(value);
  const fields: JsonObject = {
    type: value.name,
    message: redactor.text(value.message),
    stack: redactor.text(value.stack ?? '', MAX_STACK_LENGTH),
    ...(code !== undefined && { code }),
  };
  return fields;
};

/** A log for what checks raise: errors become plain fields, and known secrets and credentials are taken out. */
export const createSafeLog = (log: Log, secrets: () => readonly string[]): Log => {
  const clean = (fields: object): object => {
    const redactor = createRedactor(secrets());
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, describe(value, redactor)]),
    );
  };
  return {
    error: (fields, event) => log.error(clean(fields), event),
    warn: (fields, event) => log.warn(clean(fields), event),
    info: (fields, event) => log.info(clean(fields), event),
    debug: (fields, event) => log.debug(clean(fields), event),
  };
};
