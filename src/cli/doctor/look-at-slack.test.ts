import { describe, expect, it } from 'vitest';
import { lookAtSlack } from './look-at-slack.ts';
import { TOKEN_REMEDIES } from './slack-answers.ts';

const NOW = Date.parse('2026-03-01T12:00:00.500Z');

type Answer = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
};

const look = async (answer: Answer, wanted: readonly string[] | undefined = ['chat:write', 'users:read']) => {
  const asked: { url: string; authorization: string | null }[] = [];
  const fetch = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    asked.push({
      url: url instanceof Request ? url.url : url.toString(),
      authorization: headers.get('authorization'),
    });
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? OK);
    return Promise.resolve(
      new Response(body, {
        status: answer.status ?? 200,
        headers: { date: new Date(NOW).toUTCString(), ...answer.headers },
      }),
    );
  };
  const { lines } = await lookAtSlack(
    { token: 'xoxb-1', apiUrl: 'https://slack.test/api/', wanted },
    { fetch, now: () => new Date(NOW) },
  );
  return { lines, asked };
};

const OK = { ok: true, team: 'Acme', user: 'tminus' };
const SCOPES = { 'x-oauth-scopes': 'chat:write, users:read, extra:scope' };

describe('the doctor at Slack', () => {
  it('is content with a valid token, every scope and the right time, and asks only who it is', async () => {
    const { lines, asked } = await look({ headers: SCOPES });
    expect(lines.map(({ kind }) => kind)).toEqual(['fine', 'fine', 'fine']);
    expect(lines[0]?.text).toContain('@tminus in Acme');
    expect(asked).toEqual([{ url: 'https://slack.test/api/auth.test', authorization: 'Bearer xoxb-1' }]);
  });

  it('names the scopes that are missing', async () => {
    const { lines } = await look({ headers: { 'x-oauth-scopes': 'chat:write' } });
    expect(lines[1]).toMatchObject({ kind: 'problem', text: 'the token lacks users:read' });
  });

  it('says when scopes cannot be compared', async () => {
    expect((await look({})).lines[1]).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    { seconds: -20, kind: 'fine', words: 'agrees' },
    { seconds: 20, kind: 'fine', words: 'agrees' },
    { seconds: -47, kind: 'problem', words: 'ahead of' },
    { seconds: 47, kind: 'problem', words: 'behind' },
  ])('judges a clock that is $seconds s from ours', async ({ seconds, kind, words }) => {
    const date = new Date(NOW + seconds * 1000).toUTCString();
    const { lines } = await look({ headers: { ...SCOPES, date } });
    expect(lines[2]).toMatchObject({ kind, text: expect.stringContaining(words) as string });
  });

  it.each(Object.keys(TOKEN_REMEDIES))('says what to do about %s', async (error) => {
    const { lines } = await look({ body: { ok: false, error } });
    expect(lines[0]).toMatchObject({
      kind: 'problem',
      text: expect.stringContaining(`(${error})`) as string,
      remedy: TOKEN_REMEDIES[error]?.remedy,
    });
  });

  it('says so when Slack refuses for a reason it does not know', async () => {
    const { lines } = await look({ body: { ok: false, error: 'constructor' } });
    expect(lines[0]?.text).toBe('Slack refuses for a reason tminus does not know (constructor)');
  });

  it.each(['<html>Sign in</html>', 'null', '[]'])(
    'tells a proxy from Slack when it says %s',
    async (body) => {
      const { lines } = await look({ body, status: 407 });
      expect(lines).toEqual([
        expect.objectContaining({ kind: 'problem', text: expect.stringContaining('407') as string }),
      ]);
    },
  );

  it('says why Slack cannot be reached', async () => {
    const fetch: typeof globalThis.fetch = () =>
      Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
      );
    const { lines } = await lookAtSlack(
      { token: 'xoxb-1', apiUrl: 'https://slack.test/api/', wanted: [] },
      { fetch, now: () => new Date(NOW) },
    );
    expect(lines).toMatchObject([
      { kind: 'problem', text: 'https://slack.test/api/ does not answer (ENOTFOUND)' },
    ]);
  });
});
