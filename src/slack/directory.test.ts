import { describe, expect, it } from 'vitest';
import type { Environment } from '../domain/checklist.ts';
import type { Actor } from '../domain/situation.ts';
import { createDirectory } from './directory.ts';

const MINUTE = 60_000;
const CARD = 'C0DEPLOYS';

const PRODUCTION: Environment = {
  environment: 'production',
  timeZone: 'UTC',
  workHours: { days: [1], from: 0, to: 60 },
  fourEyes: true,
  people: { approver: ['@ben'] },
  systems: {},
};

type Answer = Record<string, unknown> | { readonly status: number } | 'cut';

const PEOPLE = [
  { id: 'UANA', name: 'ana' },
  { id: 'UBEN', name: 'ben' },
  { id: 'UGUY', name: 'guy', is_restricted: true },
  { id: 'UONE', name: 'one', is_ultra_restricted: true },
  { id: 'UBOT', name: 'bot', is_bot: true },
  { id: 'UOUT', name: 'out', is_stranger: true },
  { id: 'UOLD', name: 'old', deleted: true },
];

/** A directory over a Slack that says what the test wants, and what it was asked. */
const directory = (said: Record<string, Answer> = {}) => {
  const answers: Record<string, Answer> = {
    'users.list': { ok: true, members: PEOPLE },
    'usergroups.list': { ok: true, usergroups: [] },
    'users.info': { ok: false, error: 'user_not_found' },
    'conversations.members': { ok: true, members: ['UANA', 'UGUY'] },
    'conversations.list': { ok: true, channels: [{ id: CARD, name: 'deploys' }] },
    ...said,
  };
  const asked: string[] = [];
  const warned: unknown[] = [];
  let at = 0;
  const never = (): void => undefined;
  const made = createDirectory({
    token: 'xoxb-test',
    apiUrl: 'http://slack.test/api/',
    fetch: (url) => {
      const method = String(url instanceof Request ? url.url : url).replace(/^.*\/api\//, '');
      asked.push(method);
      const answer = answers[method] ?? { ok: false, error: 'unknown_method' };
      if (answer === 'cut') return Promise.reject(new TypeError('fetch failed'));
      const status = typeof answer['status'] === 'number' ? answer['status'] : 200;
      const headers = status === 429 ? { 'retry-after': '1' } : undefined;
      return Promise.resolve(Response.json(answer, { status, ...(headers && { headers }) }));
    },
    now: () => new Date(at),
    log: {
      error: never,
      warn: (fields, event) => warned.push({ event, ...fields }),
      info: never,
      debug: never,
    },
  });
  const actor = (id: string, from?: string): Promise<Actor> =>
    made.actor({ id, name: '' }, PRODUCTION, { channel: CARD, from });
  return { ...made, actor, answers, asked, warned, pass: (ms: number) => (at += ms) };
};

const standing = ({ isFullMember, refused }: Actor): string | boolean => refused?.code ?? isFullMember;

describe('who may act', () => {
  it.each([
    ['UANA', true],
    ['UGUY', false],
    ['UONE', false],
    ['UBOT', false],
    ['UOUT', false],
    ['UOLD', false],
  ])('%s in the channel itself: %s, from the list of all people alone', async (id, isMember) => {
    const slack = directory();
    expect(standing(await slack.actor(id, CARD))).toBe(isMember);
    expect(slack.asked).not.toContain('users.info');
    expect(slack.asked).not.toContain('conversations.members');
  });

  it('is asked about who is not in that list', async () => {
    const slack = directory({ 'users.info': { ok: true, user: { id: 'UNEW', is_restricted: true } } });
    expect(standing(await slack.actor('UNEW', CARD))).toBe(false);
    expect(standing(await directory().actor('UNEW', CARD))).toBe(false);
  });

  it('from elsewhere has to be in the channel of the deployment; that is asked once for a while', async () => {
    const slack = directory();
    expect(standing(await slack.actor('UANA'))).toBe(true);
    expect(standing(await slack.actor('UBEN', 'C0OTHER'))).toBe('not_a_member');
    expect(standing(await slack.actor('UANA', 'D0ANA'))).toBe(true);
    expect(slack.asked.filter((method) => method === 'conversations.members')).toHaveLength(1);
  });

  it('is believed soon after having joined', async () => {
    const slack = directory();
    expect(standing(await slack.actor('UBEN'))).toBe('not_a_member');
    slack.answers['conversations.members'] = { ok: true, members: ['UANA', 'UBEN'] };
    slack.pass(6000);
    expect(standing(await slack.actor('UBEN'))).toBe(true);
  });

  it.each<Answer>(['cut', { status: 503 }, { status: 429 }, { ok: false, error: 'internal_error' }])(
    'is nobody while Slack says %j and nothing is known of them',
    async (trouble) => {
      const known = directory({ 'users.list': trouble, 'users.info': trouble });
      expect(await known.actor('UANA', CARD)).toMatchObject({
        isFullMember: false,
        refused: {
          code: 'person_unknown',
          message: 'Slack did not say who you are. Try again in a moment.',
        },
      });
      const inChannel = directory({ 'conversations.members': trouble });
      expect(standing(await inChannel.actor('UANA'))).toBe('person_unknown');
    },
  );

  it('is whom Slack named before it fell silent', async () => {
    const slack = directory();
    expect(standing(await slack.actor('UANA'))).toBe(true);
    for (const method of Object.keys(slack.answers)) slack.answers[method] = { status: 503 };
    slack.pass(30 * MINUTE);
    expect(standing(await slack.actor('UANA'))).toBe(true);
    expect(standing(await slack.actor('UGUY', CARD))).toBe(false);
  });

  it('is everybody where this installation may not ask; what it lacks is said once', async () => {
    const closed = { ok: false, error: 'missing_scope', needed: 'users:read' };
    const slack = directory({
      'users.list': closed,
      'users.info': closed,
      'conversations.members': { ok: false, error: 'missing_scope', needed: 'channels:read' },
    });
    for (const id of ['UANA', 'UBEN']) expect(standing(await slack.actor(id))).toBe(true);
    const said = slack.warned.filter(
      (line) => (line as { event: string }).event === 'directory_scope_missing',
    );
    expect(said).toMatchObject([
      { method: 'users.info', needed: 'users:read' },
      { method: 'conversations.members', needed: 'channels:read' },
    ]);
  });

  it('cannot be told in a private channel without the bot; there the answer says what to do', async () => {
    const slack = directory({ 'conversations.members': { ok: false, error: 'channel_not_found' } });
    const { refused } = await slack.actor('UANA');
    expect(refused?.message).toContain('/invite');
    expect(standing(await slack.actor('UANA', CARD))).toBe(true);
  });
});

describe('an id in a role', () => {
  it('is that person, whoever calls themselves like it', async () => {
    const slack = directory({
      'users.list': { ok: true, members: [...PEOPLE, { id: 'UEVE', name: 'uben' }] },
    });
    await slack.refresh();
    const { holders } = slack.policyOf({ ...PRODUCTION, people: { approver: ['UBEN'] } });
    expect(holders('approver')).toEqual(['UBEN']);
  });
});

describe('a channel by its name', () => {
  it('that is not there is looked for again only after a while', async () => {
    const slack = directory();
    expect(await slack.channelId('#nowhere')).toBeUndefined();
    expect(await slack.channelId('#nowhere')).toBeUndefined();
    expect(slack.asked).toEqual(['conversations.list']);
    slack.answers['conversations.list'] = { ok: true, channels: [{ id: 'C0NEW', name: 'nowhere' }] };
    slack.pass(2 * MINUTE);
    expect(await slack.channelId('#nowhere')).toBe('C0NEW');
  });
});
