import { describe, expect, it } from 'vitest';
import type { Connections } from '../domain/check.ts';
import type { JsonObject } from '../lib/json.ts';
import { resolveSecrets } from './secrets.ts';

const connections: Connections = {
  values: { url: 'http://a', samples: 3 },
  secrets: { token: 'env:A_TOKEN', other: 'env:OTHER', bot: 'env:SLACK_BOT_TOKEN', raw: 'value' },
  allow: [],
  commands: {},
  fileRoots: [],
};

const resolve = (params: JsonObject, variables: Record<string, string> = {}) =>
  resolveSecrets(
    { definition: { kind: 'http', params, expect: { status: '${samples}' } }, connections },
    (name) => variables[name],
  );

describe('placeholders that are left for the worker', () => {
  it('become values of the environment and secrets of the worker, with their types', () => {
    const resolved = resolve(
      { url: '${url}/x', samples: '${samples}', auth: '${token}' },
      { A_TOKEN: 't0ken', OTHER: 'unused' },
    );
    expect(resolved).toEqual({
      definition: {
        kind: 'http',
        params: { url: 'http://a/x', samples: 3, auth: 't0ken' },
        expect: { status: 3 },
      },
      secrets: ['t0ken'],
      problems: [],
    });
  });

  it('name the variable that is missing, once', () => {
    expect(resolve({ a: '${token}', b: '${token}' }).problems).toEqual(['A_TOKEN is not set on this worker']);
    expect(resolve({ a: '${token}' }, { A_TOKEN: '' }).problems).toEqual([
      'A_TOKEN is not set on this worker',
    ]);
  });

  it('name what nobody gave', () => {
    expect(resolve({ a: '${captured.users}', b: '${constructor}' }).problems).toEqual([
      'captured.users has no value',
      'constructor has no value',
    ]);
  });

  it('never become what tminus signs in with, or a secret written in a file', () => {
    const resolved = resolve({ a: '${bot}', b: '${raw}' }, { SLACK_BOT_TOKEN: 'xoxb' });
    expect(resolved.problems).toEqual(['bot is not given as env:NAME', 'raw is not given as env:NAME']);
    expect(JSON.stringify(resolved)).not.toContain('xoxb');
  });
});
