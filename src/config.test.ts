import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-1-hush', SLACK_APP_TOKEN: 'xapp-1-hush' };

const problemsOf = (...args: Parameters<typeof readConfig>): readonly string[] => {
  try {
    readConfig(...args);
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.problems;
    throw cause;
  }
  return [];
};

describe('readConfig', () => {
  it('needs two tokens for everything in one process, and has a default for the rest', () => {
    const config = readConfig(SOCKET);
    expect(config).toMatchObject({
      database: { kind: 'embedded', dataDir: '.data' },
      queue: { kind: 'postgres' },
      checklistsDir: 'checklists',
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
    });
    expect([...config.roles]).toEqual(['bot', 'worker', 'scheduler']);
    expect(config.slack).toMatchObject({ apiUrl: 'https://slack.com/api/', connection: { kind: 'socket' } });
    expect(config.slack?.botToken.reveal()).toBe('xoxb-1-hush');
  });

  it('takes every setting', () => {
    const config = readConfig({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'sign',
      SLACK_API_URL: 'http://127.0.0.1:4000/api',
      DATABASE_URL: 'postgresql://u:p@db/tminus',
      REDIS_URL: 'rediss://cache:6380',
      CHECKLISTS_DIR: '/etc/tminus',
      ROLES: 'bot, scheduler',
      PORT: '0',
      HOST: '0.0.0.0',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      slack: { apiUrl: 'http://127.0.0.1:4000/api/', connection: { kind: 'http' } },
      database: { kind: 'url' },
      queue: { kind: 'redis' },
      checklistsDir: '/etc/tminus',
      host: '0.0.0.0',
      port: 0,
      logLevel: 'debug',
    });
    expect([...config.roles]).toEqual(['bot', 'scheduler']);
  });

  it('uses Socket Mode when both ways are set', () => {
    expect(readConfig({ ...SOCKET, SLACK_SIGNING_SECRET: 'sign' }).slack?.connection.kind).toBe('socket');
  });

  it('asks only the bot for Slack tokens', () => {
    const config = readConfig({ ROLES: 'worker,scheduler' });
    expect(config).not.toHaveProperty('slack');
  });

  it('takes the roles of the caller over ROLES', () => {
    expect(readConfig({ ROLES: 'bot' }, { roles: new Set() }).roles.size).toBe(0);
  });

  it('counts blank values as absent and trims the others', () => {
    const config = readConfig({
      SLACK_BOT_TOKEN: ' xoxb-1\n',
      SLACK_APP_TOKEN: 'xapp-1',
      REDIS_URL: ' ',
      PORT: '',
    });
    expect(config.slack?.botToken.reveal()).toBe('xoxb-1');
    expect(config).toMatchObject({ queue: { kind: 'postgres' }, port: 3000 });
  });

  it('lists every problem at once, malformed and missing', () => {
    const env = {
      ROLES: 'bot,wroker',
      DATABASE_URL: 'mysql://db',
      REDIS_URL: 'localhost:6379',
      SLACK_API_URL: 'slack.com',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      RUNNER: 'Prod:VPC',
    };
    expect(problemsOf(env)).toEqual([
      'ROLES must be a comma list of bot, worker and scheduler',
      'RUNNER must be lower-case letters, digits and dashes, such as prod-vpc',
      'SLACK_API_URL must be an https:// or http:// address',
      'DATABASE_URL must be a postgres:// address (special characters of a password are percent-encoded)',
      'REDIS_URL must be a redis:// or rediss:// address',
      'PORT must be a port number',
      'LOG_LEVEL must be one of error, warn, info, debug and silent',
    ]);
    expect(problemsOf({ PORT: 'x' })).toEqual([
      'PORT must be a port number',
      'SLACK_BOT_TOKEN (begins with xoxb-) is not set',
      'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is not set',
    ]);
  });

  it('notices swapped tokens', () => {
    const env = { SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1' };
    expect(problemsOf(env)).toEqual([
      'SLACK_BOT_TOKEN must begin with xoxb-',
      'SLACK_APP_TOKEN must begin with xapp-',
    ]);
  });

  it('takes results from outside with a secret and an address, and with nothing less', () => {
    const secret = 'x'.repeat(32);
    const { inbound } = readConfig({ ...SOCKET, INBOUND_SECRET: secret, PUBLIC_URL: 'https://t.example/' });
    expect(inbound?.publicUrl).toBe('https://t.example');
    expect(inspect(inbound)).not.toContain(secret);
    expect(readConfig(SOCKET).inbound).toBeUndefined();
    expect(problemsOf({ ...SOCKET, INBOUND_SECRET: secret })).toEqual([
      'PUBLIC_URL, where other systems reach this server, is not set; INBOUND_SECRET needs it',
    ]);
    expect(problemsOf({ ...SOCKET, INBOUND_SECRET: 'short', PUBLIC_URL: 'ftp://t.example' })).toEqual([
      'INBOUND_SECRET must have at least 32 characters',
      'PUBLIC_URL must be an https:// or http:// address',
    ]);
  });

  it('refuses an empty role list', () => {
    expect(problemsOf({ ROLES: ',' })).toHaveLength(1);
  });

  it('prints no value, neither in problems nor in the configuration', () => {
    const env = {
      SLACK_BOT_TOKEN: 'hush-1',
      SLACK_APP_TOKEN: 'hush-2',
      DATABASE_URL: 'hush://hush-3',
      REDIS_URL: 'hush-4',
      PORT: 'hush-5',
      LOG_LEVEL: 'hush-6',
      ROLES: 'hush-7',
      RUNNER: 'hush 8',
      SLACK_API_URL: 'hush-9',
    };
    let thrown: unknown;
    try {
      readConfig(env);
    } catch (cause) {
      thrown = cause;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(inspect(thrown, { depth: 9 })).not.toContain('hush');
    const config = readConfig({
      ...SOCKET,
      DATABASE_URL: 'postgres://u:hush@db/tminus',
      REDIS_URL: 'redis://:hush@cache',
    });
    expect(inspect(config, { depth: 9, showHidden: true })).not.toContain('hush');
    expect(JSON.stringify(config)).not.toContain('hush');
  });

  describe('of a zone runner', () => {
    it('is a queue and the name of the zone, and no Slack', () => {
      const config = readConfig({ RUNNER: 'prod-vpc', REDIS_URL: 'redis://cache' });
      expect([...config.roles]).toEqual(['worker']);
      expect(config).toMatchObject({ runner: 'prod-vpc', queue: { kind: 'redis' } });
      const onPostgres = readConfig({ ROLES: 'worker', RUNNER: 'prod-vpc', DATABASE_URL: 'postgres://db' });
      expect(onPostgres).toMatchObject({ runner: 'prod-vpc', queue: { kind: 'postgres' } });
    });

    it('wants a queue that others know too', () => {
      expect(problemsOf({ RUNNER: 'prod-vpc', TMINUS_CONTAINER: '1' })).toEqual([
        'REDIS_URL is not set: a zone runner needs the queue of the others (DATABASE_URL where their queue is on Postgres)',
      ]);
    });

    it('has no other role beside it', () => {
      const env = { ...SOCKET, RUNNER: 'prod-vpc', ROLES: 'bot,worker', REDIS_URL: 'redis://cache' };
      expect(problemsOf(env)).toEqual([
        'RUNNER makes this process the worker of a zone: set ROLES=worker, or leave one of them empty',
      ]);
      expect(readConfig({ ...SOCKET, RUNNER: ' ' }).roles.size).toBe(3);
    });
  });

  describe('in the container image', () => {
    const env = { ...SOCKET, TMINUS_CONTAINER: '1' };

    it('wants to be told where the data lives', () => {
      expect(problemsOf(env)).toEqual([
        'DATABASE_URL is not set; to keep the data in this container, set DATA_DIR to a mounted volume instead',
      ]);
    });

    it('starts with either', () => {
      expect(readConfig({ ...env, DATA_DIR: '/data' }).database).toEqual({
        kind: 'embedded',
        dataDir: '/data',
      });
      expect(readConfig({ ...env, DATABASE_URL: 'postgres://db/x' }).database.kind).toBe('url');
    });
  });
});
