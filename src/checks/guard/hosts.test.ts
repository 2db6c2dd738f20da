import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/json.ts';
import { findPermit, nameTarget, parsePermit, permitsOf } from './hosts.ts';

type Given = { allow?: string[]; values?: Record<string, Json>; secrets?: string[] };

const isPermitted = ({ allow = [], values = {}, secrets = [] }: Given, target: string): boolean => {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(target) ?? [];
  return (
    findPermit(permitsOf({ allow, values }, secrets), { host, ...(port && { port: Number(port) }) }) !==
    undefined
  );
};

describe('what may be reached', () => {
  it.each<[Given, string]>([
    [{ allow: ['api.example.com:443'] }, 'api.example.com:443'],
    [{ allow: ['API.example.com:443'] }, 'api.EXAMPLE.com.:443'],
    [{ allow: ['api.example.com'] }, 'api.example.com:8443'],
    [{ allow: ['https://api.example.com/path'] }, 'api.example.com:443'],
    [{ allow: ['10.0.0.0/8:5432'] }, '10.1.2.3:5432'],
    [{ allow: ['10.0.0.0/8'] }, '10.1.2.3:1'],
    [{ allow: ['fd00::/8:5432'] }, '[fd12::1]:5432'],
    [{ allow: ['127.0.0.1:8099'] }, '127.0.0.1:8099'],
    [{ allow: ['127.0.0.1:8099'] }, '0x7f000001:8099'],
    [{ allow: ['127.0.0.0/8:80'] }, '127.0.0.1:80'],
    [{ allow: ['[::1]:80'] }, '[::1]:80'],
    [{ allow: ['::1'] }, '[::1]:80'],
    [{ allow: ['localhost'] }, 'localhost:80'],
    [{ values: { 'api-url': 'https://api.example.com/v1' } }, 'api.example.com:443'],
    [{ values: { 'api-url': 'http://127.0.0.1:8099' } }, '127.0.0.1:8099'],
    [{ values: { 'database-host': 'db.internal' } }, 'db.internal:5432'],
    [{ values: { 'database-host': 'db' } }, 'db:5432'],
    [{ values: { redis: 'cache:6379' } }, 'cache:6379'],
    [{ values: { urls: ['http://a.example', { deep: 'http://b.example' }] } }, 'b.example:80'],
    [{ secrets: ['postgres://u:p@db.internal/app'] }, 'db.internal:5432'],
    [{ secrets: ['rediss://:p@cache.internal:6380'] }, 'cache.internal:6380'],
    [{ secrets: ['postgres://u:p@127.0.0.1:5433/app'] }, '127.0.0.1:5433'],
    [{ values: { host: 'app.example.com' } }, 'app.example.com'],
  ])('%j permits %s', (given, target) => {
    expect(isPermitted(given, target)).toBe(true);
  });

  it.each<[Given, string]>([
    [{}, 'api.example.com:443'],
    [{ allow: ['api.example.com:443'] }, 'api.example.com:80'],
    [{ allow: ['example.com'] }, 'api.example.com:443'],
    [{ allow: ['api.example.com'] }, 'api.example.com.evil.test:443'],
    [{ allow: ['10.0.0.0/8:5432'] }, '10.1.2.3:22'],
    [{ allow: ['10.0.0.0/8:5432'] }, '11.1.2.3:5432'],
    [{ allow: ['0.0.0.0/0'] }, '127.0.0.1:80'],
    [{ allow: ['::/0'] }, '[::1]:80'],
    [{ allow: ['0.0.0.0/0', '::/0', '169.254.169.254', '169.254.0.0/16'] }, '169.254.169.254:80'],
    [{ allow: ['169.254.169.254:80'], values: { url: 'http://169.254.169.254/' } }, '169.254.169.254:80'],
    [{ secrets: ['postgres://u@169.254.169.254/x'] }, '169.254.169.254:5432'],
    [{ allow: ['0.0.0.0/0'] }, '[::ffff:127.0.0.1]:80'],
    [{ allow: ['0.0.0.0/0'] }, '[64:ff9b::a9fe:a9fe]:80'],
    [{ values: { version: '1.2.3' } }, '1.2.0.3:80'],
    [{ values: { count: '2130706433' } }, '127.0.0.1:80'],
    [{ values: { hex: '0x7f000001' } }, '127.0.0.1:80'],
    [{ values: { number: 24 } }, '0.0.0.24:80'],
    [{ values: { text: 'see http://evil.example for more' } }, 'evil.example:80'],
    [{ secrets: ['plain-token'] }, 'plain-token:443'],
    [{ allow: ['127.0.0.1:8099'] }, 'localhost:8099'],
    [{ allow: ['api.example.com'] }, 'localhost:80'],
  ])('%j does not permit %s', (given, target) => {
    expect(isPermitted(given, target)).toBe(false);
  });
});

describe('parsePermit', () => {
  it.each([
    '',
    'a b',
    '10.0.0.0/33',
    '10.0.0.0/8:x',
    'host:99999',
    '*.example.com',
    'a/b',
    '1.2.3:80',
    'host:',
  ])('refuses %j in words', (entry) => {
    expect(parsePermit(entry)).toEqual({
      ok: false,
      error: `"${entry}" is not host:port, host or CIDR:port`,
    });
  });
});

describe('nameTarget', () => {
  it('names what will be reached, not how it was spelled', () => {
    expect(nameTarget({ host: '0x7f000001', port: 80 })).toBe('127.0.0.1:80');
    expect(nameTarget({ host: '::1', port: 80 })).toBe('[::1]:80');
    expect(nameTarget({ host: 'API.example.' })).toBe('api.example');
  });
});
