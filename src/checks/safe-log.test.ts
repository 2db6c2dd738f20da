import { describe, expect, it } from 'vitest';
import { createSafeLog } from './safe-log.ts';

describe('a log of what checks raise', () => {
  it('holds errors as fields, without what a driver hangs on them and without secrets', () => {
    const lines: [object, string][] = [];
    const keep = (fields: object, event: string): void => void lines.push([fields, event]);
    const log = createSafeLog({ error: keep, warn: keep, info: keep, debug: keep }, () => ['known-secret']);
    const err = Object.assign(new Error('AUTH known-secret refused'), {
      code: 'WRONGPASS',
      command: { args: ['known-secret'] },
    });
    log.error({ err, target: 'cache:6379', tries: 2 }, 'check_broke');
    expect(lines).toEqual([
      [
        {
          err: {
            type: 'Error',
            code: 'WRONGPASS',
            message: 'AUTH [redacted] refused',
            stack: expect.any(String),
          },
          target: 'cache:6379',
          tries: 2,
        },
        'check_broke',
      ],
    ]);
    expect(JSON.stringify(lines)).not.toContain('known-secret');
  });
});
