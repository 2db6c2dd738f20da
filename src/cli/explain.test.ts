import { describe, expect, it } from 'vitest';
import { ConfigError } from '../config.ts';
import { EmbeddedPostgresError } from '../services/embedded-postgres-error.ts';
import { UsageError } from './command.ts';
import { NoDatabaseError } from './database.ts';
import { EXPLAINED_CODES, explain } from './explain.ts';

const coded = (code: string, fields: object = {}) =>
  Object.assign(new Error(`raw ${code}`), { code, ...fields });

describe('explain', () => {
  it('tells what a person typed wrong from what failed by the exit code', () => {
    expect(explain(new UsageError('no such command'))).toEqual({ problem: 'no such command', code: 2 });
    expect(explain(new ConfigError(['PORT must be a port number']))).toMatchObject({ code: 2 });
    expect(explain(new NoDatabaseError('none yet'))).toEqual({ problem: 'none yet', code: 1 });
  });

  it('gives the remedy of the embedded Postgres beside its code', () => {
    const error = new EmbeddedPostgresError('embedded_postgres_init', 'initdb failed', {
      remedy: 'Check free space.',
    });
    expect(explain(error)).toEqual({
      problem: 'initdb failed (embedded_postgres_init)',
      remedy: 'Check free space.',
      code: 1,
    });
  });

  it('finds what is known among causes and in groups of errors', () => {
    const refused = coded('ECONNREFUSED', { address: '127.0.0.1', port: 5432 });
    const wrapped = new Error('The database could not be migrated', { cause: new AggregateError([refused]) });
    expect(explain(wrapped)?.problem).toBe('Nothing answers at 127.0.0.1:5432 (ECONNREFUSED).');
  });

  it('names the host of Slack that has no address, not variables nobody set', () => {
    const inner = coded('ENOTFOUND', { message: 'getaddrinfo ENOTFOUND slack.com' });
    const error = coded('slack_webapi_request_error', {
      cause: new TypeError('fetch failed', { cause: inner }),
    });
    expect(explain(error)?.problem).toBe('Slack does not answer: getaddrinfo ENOTFOUND slack.com.');
  });

  it.each([...EXPLAINED_CODES])('has a problem and a remedy for %s', (code) => {
    const explained = explain(coded(code));
    expect(explained?.problem).not.toBe('');
    expect(explained?.remedy).toMatch(/\.$/);
    expect(explained?.code).toBe(1);
  });

  it('leaves what nobody foresaw to the caller', () => {
    expect(explain(new TypeError('x is not a function'))).toBeUndefined();
    expect(explain(coded('constructor'))).toBeUndefined();
    expect(explain('thrown text')).toBeUndefined();
  });

  it('does not follow an error that causes itself', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(explain(error)).toBeUndefined();
  });
});
