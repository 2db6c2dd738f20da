import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../lib/json.ts';
import { createRedactor, isSecretField, isSecretName, REDACTED, stripControls } from './redact.ts';

const plain = createRedactor([]);

describe('text', () => {
  // Written in pieces, so that scanners of this repository do not take the examples for the real thing.
  const joined = (...parts: string[]): string => parts.join('');
  const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.');
  it.each([
    ['postgres://app:hunter2@db/x', 'postgres://[redacted]@db/x'],
    ['see redis://:p@ss@cache:6379 now', 'see redis://[redacted]@cache:6379 now'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: [redacted]'],
    ['"authorization": "Basic dXNlcjpwYXNz"', '"authorization": [redacted]'],
    ['set-cookie: session=abc; HttpOnly', 'set-cookie: [redacted]'],
    ['x-api-key=abc123', 'x-api-key=[redacted]'],
    ['curl -H "bearer 0123456789abcdef"', 'curl -H "bearer [redacted]"'],
    [`token ${jwt} end`, 'token [redacted] end'],
    [joined('sk-', 'a1b2c3d4e5f6g7h8'), REDACTED],
    [joined('ghp_', 'abcdefghijklmnop1234 x'), `${REDACTED} x`],
    [joined('xoxb-', '123456789012-abcdef'), REDACTED],
    [joined('AKIA', 'IOSFODNN7EXAMPLE'), REDACTED],
    ['password=hunter2&user=ana', 'password=[redacted]&user=ana'],
    ["db_password: 'two words'", 'db_password: [redacted]'],
    ['{"client_secret":"abc def","id":5}', '{"client_secret":[redacted],"id":5}'],
    ['API_KEY=abc', 'API_KEY=[redacted]'],
    [`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----`, REDACTED],
    [`-----BEGIN RSA PRIVATE KEY-----\nMIIE and cut off`, REDACTED],
  ])('takes the credential out of %s', (text, clean) => {
    expect(plain.text(text)).toBe(clean);
  });

  it.each([
    'tokens used: 512',
    'https://example.com/a@b',
    'monkeys and keys',
    'body.token: expected to exist, got nothing',
    'the key is under the mat',
    'eyJ',
    'a sk- b',
  ])('leaves %s alone', (text) => {
    expect(plain.text(text)).toBe(text);
  });

  it('takes known secrets out in every form they travel in', () => {
    const secret = 'pä$$ "wörd"/+1';
    const { text } = createRedactor([secret]);
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ];
    for (const form of forms) expect(text(`before ${form} after`)).toContain(REDACTED);
    for (const form of forms) expect(text(`before ${form} after`)).not.toContain(form.replaceAll('"', ''));
  });

  it('knows the password inside a secret URL, and the login as a server would be sent it', () => {
    const { text } = createRedactor(['postgres://app:s3cr%2Ft-pw@db/x']);
    expect(text('login with s3cr/t-pw failed')).toBe('login with [redacted] failed');
    expect(text(`got ${Buffer.from('app:s3cr/t-pw').toString('base64')}`)).toBe('got [redacted]');
  });

  it('does not blank every text for a secret of three letters, but does blank the secret itself', () => {
    const { text } = createRedactor(['on', 'abc']);
    expect(text('connection to abcde')).toBe('connection to abcde');
    expect(text('abc')).toBe(REDACTED);
  });

  it('finds what escape sequences try to hide', () => {
    expect(
      createRedactor(['sup3rsecret']).text('sup3r\u001b[0msecret and \u001b]8;;x\u0007sup\u00003rsecret'),
    ).toBe('[redacted] and [redacted]');
  });

  it('redacts first and cuts afterwards, so that no half of a secret is left', () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz';
    const clean = createRedactor([secret]).text(`${'x'.repeat(90)}${secret}`, 100);
    expect(clean).not.toContain('abc');
    expect(clean).toHaveLength(`${'x'.repeat(90)}${REDACTED}`.length);
    expect(plain.text('y'.repeat(500), 100)).toBe(`${'y'.repeat(100)}… (500 characters)`);
  });

  it('takes its time from the length alone, whatever the text', () => {
    const hostile = [
      'eyJ',
      '://',
      'password=',
      '-----BEGIN A-----',
      'sk-',
      '\u001b[',
      'bearer ',
      'authorization: ',
      '"',
    ];
    const startedAt = performance.now();
    for (const piece of hostile) plain.text(piece.repeat(Math.ceil(1_000_000 / piece.length)));
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

describe('json', () => {
  it('takes out texts under telling names, at any depth, and keeps what is data', () => {
    const value: Json = {
      password: 'x',
      user: {
        apiKey: 'y',
        'x-api-key': 'z',
        access_token: ['t', { deep: 'u' }],
        name: 'ana',
        total_tokens: 512,
        empty_token: '',
      },
      primary_key: 'id',
      token: 5,
      'set-cookie': 'a=b',
    };
    expect(plain.json(value)).toEqual({
      password: REDACTED,
      user: {
        apiKey: REDACTED,
        'x-api-key': REDACTED,
        access_token: [REDACTED, { deep: REDACTED }],
        name: 'ana',
        total_tokens: 512,
        empty_token: '',
      },
      primary_key: 'id',
      token: 5,
      'set-cookie': REDACTED,
    });
  });

  it('cleans keys too', () => {
    expect(createRedactor(['s3cretname']).json({ 'has s3cretname': 1 })).toEqual({ 'has [redacted]': 1 });
  });

  it('cuts texts, lists, objects and depth, and says so', () => {
    const deep = { a: { b: { c: { d: 1 } } } };
    expect(plain.json(deep, { depth: 3 })).toEqual({ a: { b: { c: '…' } } });
    expect(plain.json([1, 2, 3, 4], { entries: 2 })).toEqual([1, 2, '… (2 more)']);
    expect(plain.json({ a: 1, b: 2, c: 3 }, { entries: 2 })).toEqual({ a: 1, b: 2, '…': '1 more' });
    expect(plain.json(['abcdef'], { textLength: 3 })).toEqual(['abc… (6 characters)']);
  });

  it('keeps an own __proto__ key a key', () => {
    const clean = plain.json(JSON.parse('{"__proto__": {"admin": true}}') as Json);
    expect(Object.hasOwn(clean as object, '__proto__')).toBe(true);
    expect((clean as { admin?: boolean }).admin).toBeUndefined();
  });

  it('never lets a known secret through, wherever it stands', () => {
    const secrets = fc
      .string({ minLength: 8, maxLength: 40 })
      .filter((text) => stripControls(text) === text && text.trim().length >= 8);
    fc.assert(
      fc.property(secrets, fc.jsonValue({ maxDepth: 3 }), fc.string(), (secret, value, around) => {
        fc.pre(!REDACTED.includes(secret));
        const poisoned: Json = {
          [`${around}${secret}`]: 1,
          list: [`${around}${secret}${around}`, value as Json],
        };
        const clean = JSON.stringify(createRedactor([secret]).json(poisoned));
        fc.pre(!JSON.stringify(value).includes(secret));
        expect(clean.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
      }),
    );
  });
});

describe('telling names', () => {
  it.each([
    'SECRET_KEY',
    'BETTER_AUTH_SECRET',
    'OPENAI_API_KEY',
    'DB_PASSWORD',
    'PGPASS',
    'SENTRY_DSN',
    'GH_TOKEN',
  ])('the variable %s is secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it('leaves ordinary ones', () => {
    expect(['NODE_ENV', 'LOG_LEVEL', 'PORT', 'CORS_ORIGINS'].filter(isSecretName)).toEqual([]);
    expect(['status', 'tokens', 'monkey', 'keys', 'id'].filter(isSecretField)).toEqual([]);
  });
});
