import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { APP_TOKEN, BOT_TOKEN, refusal, webClient } from './sandbox-app.ts';
import type { WebClient } from '@slack/web-api';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
let client: WebClient;

const connect = (token = BOT_TOKEN): WebClient => webClient(sandbox, { token });

const start = async (options: Partial<SandboxOptions> = {}): Promise<void> => {
  sandbox = await startSandbox({ botToken: BOT_TOKEN, appToken: APP_TOKEN, ...options });
  client = connect();
};

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

beforeEach(() => start());
afterEach(() => sandbox.close());

describe('tokens and methods', () => {
  it('tells a missing, a wrong and an unfit token apart', async () => {
    const bare = await fetch(`${sandbox.apiUrl}auth.test`, { method: 'POST' });

    expect(await bare.json()).toEqual({ ok: false, error: 'not_authed' });
    expect(await refusal(connect('xoxb-other').auth.test())).toMatchObject({ error: 'invalid_auth' });
    expect(await refusal(client.apps.connections.open({}))).toMatchObject({
      error: 'not_allowed_token_type',
    });
    expect(await client.auth.test()).toMatchObject({ team_id: sandbox.teamId, user_id: sandbox.botUserId });
  });

  it('answers an unknown method and a missing argument as Slack does', async () => {
    expect(await refusal(client.apiCall('chat.postMassage'))).toMatchObject({ error: 'unknown_method' });
    expect(await refusal(client.apiCall('chat.update', { channel: 'C0DEPLOYS' }))).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] missing required field: ts'] },
    });
  });

  it('takes JSON bodies as well as forms', async () => {
    const response = await fetch(`${sandbox.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${BOT_TOKEN}` },
      body: JSON.stringify({ channel: 'C0DEPLOYS', blocks: [section('hello')] }),
    });

    expect(await response.json()).toMatchObject({ ok: true, channel: 'C0DEPLOYS' });
    expect(sandbox.messages('deploys')[0]?.visibleText).toBe('hello');
  });
});

describe('where the bot may write', () => {
  it('refuses channels it is not in, private ones as if they were not there', async () => {
    expect(await refusal(client.chat.postMessage({ channel: 'C0GENERAL', text: 'hi' }))).toMatchObject({
      error: 'not_in_channel',
    });
    expect(await refusal(client.chat.postMessage({ channel: 'C0OPS', text: 'hi' }))).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await refusal(client.conversations.history({ channel: 'C0OPS' }))).toMatchObject({
      error: 'channel_not_found',
    });
    await client.conversations.join({ channel: 'C0GENERAL' });
    expect(await client.chat.postMessage({ channel: 'C0GENERAL', text: 'hi' })).toMatchObject({ ok: true });
  });

  it('refuses an archived channel', async () => {
    await sandbox.close();
    await start({ channels: [{ id: 'C0OLD', name: 'old', archived: true, members: ['U0ANA'] }] });

    expect(await refusal(client.chat.postMessage({ channel: 'C0OLD', text: 'hi' }))).toMatchObject({
      error: 'is_archived',
    });
  });

  it('opens direct messages for a user id, whose channel id updates need', async () => {
    const posted = await client.chat.postMessage({ channel: 'U0ANA', text: 'psst' });

    expect(posted.channel).toMatch(/^D/);
    expect(sandbox.messages('@ana').map(({ text }) => text)).toEqual(['psst']);
    expect(
      await refusal(client.chat.update({ channel: 'U0ANA', ts: posted.ts ?? '', text: 'x' })),
    ).toMatchObject({ error: 'channel_not_found' });
  });

  it('shows an ephemeral message to one member only', async () => {
    await client.chat.postEphemeral({ channel: 'C0DEPLOYS', user: 'U0ANA', text: 'for you' });

    expect(sandbox.ephemerals('deploys', 'ana')).toHaveLength(1);
    expect(sandbox.ephemerals('deploys', 'ben')).toHaveLength(0);
    expect(
      await refusal(client.chat.postEphemeral({ channel: 'C0DEPLOYS', user: 'U0NOBODY', text: 'x' })),
    ).toMatchObject({ error: 'user_not_in_channel' });
  });
});

describe('messages', () => {
  const post = async (extra: object = {}): Promise<string> =>
    (await client.chat.postMessage({ channel: 'C0DEPLOYS', text: 'card', ...extra })).ts ?? '';
  const change = (ts: string, extra: object) =>
    client.apiCall('chat.update', { channel: 'C0DEPLOYS', ts, ...extra });

  it('loses its blocks when updated with text only, and keeps its text when updated with blocks only', async () => {
    const ts = await post({ blocks: [section('one')] });
    await change(ts, { blocks: [section('two')] });
    const withBlocks = sandbox.messages('deploys')[0];
    await change(ts, { text: 'plain' });
    const withText = sandbox.messages('deploys')[0];

    expect(withBlocks).toMatchObject({ text: 'card', visibleText: 'two', edited: false });
    expect(withText).toMatchObject({ text: 'plain', blocks: [], edited: true });
    expect(sandbox.revisions('deploys', ts).map(({ visibleText }) => visibleText)).toEqual([
      'one',
      'two',
      'plain',
    ]);
  });

  it('keeps metadata through an update and clears it with {}', async () => {
    const ts = await post({ metadata: { event_type: 'card', event_payload: { key: 'd-1' } } });
    await change(ts, { text: 'new' });
    const kept = sandbox.messages('deploys')[0]?.metadata;
    await change(ts, { text: 'newer', metadata: {} });

    expect(kept).toEqual({ event_type: 'card', event_payload: { key: 'd-1' } });
    expect(sandbox.messages('deploys')[0]).not.toHaveProperty('metadata');
    expect(await refusal(post({ metadata: { event_type: 'x' } }))).toMatchObject({
      error: 'invalid_metadata_schema',
    });
  });

  it('returns metadata in history and replies only when asked', async () => {
    const ts = await post({ metadata: { event_type: 'card', event_payload: { key: 'd-1' } } });
    await post({ thread_ts: ts, metadata: { event_type: 'note', event_payload: {} } });

    const bare = await client.conversations.history({ channel: 'C0DEPLOYS' });
    const full = await client.conversations.history({ channel: 'C0DEPLOYS', include_all_metadata: true });
    const thread = await client.conversations.replies({
      channel: 'C0DEPLOYS',
      ts,
      include_all_metadata: true,
    });

    expect(bare.messages?.[0]).not.toHaveProperty('metadata');
    expect(full.messages?.[0]).toMatchObject({ ts, metadata: { event_type: 'card' }, reply_count: 1 });
    expect(thread.messages?.map(({ metadata }) => metadata?.event_type)).toEqual(['card', 'note']);
  });

  it('pages through history, newest first', async () => {
    const sent = [await post(), await post(), await post()];

    const first = await client.conversations.history({ channel: 'C0DEPLOYS', limit: 2 });
    const second = await client.conversations.history({
      channel: 'C0DEPLOYS',
      limit: 2,
      cursor: first.response_metadata?.next_cursor ?? '',
    });

    expect([...(first.messages ?? []), ...(second.messages ?? [])].map(({ ts }) => ts)).toEqual(
      sent.reverse(),
    );
    expect([first.has_more, second.has_more]).toEqual([true, false]);
  });

  it('puts replies into the thread and broadcasts into both', async () => {
    const ts = await post();
    await post({ text: 'quiet', thread_ts: ts });
    await post({ text: 'loud', thread_ts: ts, reply_broadcast: true });

    expect(sandbox.messages('deploys').map(({ text }) => text)).toEqual(['card', 'loud']);
    expect(sandbox.thread('deploys', ts).map(({ text }) => text)).toEqual(['card', 'quiet', 'loud']);
    expect(await refusal(post({ thread_ts: '1.1' }))).toMatchObject({ error: 'thread_not_found' });
  });

  it('refuses to change what is not its own, an ephemeral message, and what is gone', async () => {
    await sandbox.close();
    await start({ events: [] });
    await sandbox.as('ana').say('mine', 'deploys');
    const anas = sandbox.messages('deploys')[0]?.ts ?? '';
    const ephemeral = await client.chat.postEphemeral({ channel: 'C0DEPLOYS', user: 'U0ANA', text: 'x' });
    const own = await post();
    await client.chat.delete({ channel: 'C0DEPLOYS', ts: own });

    expect(await refusal(change(anas, { text: 'x' }))).toMatchObject({ error: 'cant_update_message' });
    expect(await refusal(change(ephemeral.message_ts ?? '', { text: 'x' }))).toMatchObject({
      error: 'cant_update_message',
    });
    expect(await refusal(change(own, { text: 'x' }))).toMatchObject({ error: 'message_not_found' });
  });

  it('refuses text over 4000 in an update and nothing at all in a post', async () => {
    const ts = await post();

    expect(await refusal(change(ts, { text: 'x'.repeat(4001) }))).toMatchObject({ error: 'msg_too_long' });
    expect(await refusal(client.apiCall('chat.postMessage', { channel: 'C0DEPLOYS' }))).toMatchObject({
      error: 'no_text',
    });
  });

  it('carries the broken rules of blocks in the error', async () => {
    expect(await refusal(post({ blocks: [section('x'.repeat(3001))] }))).toMatchObject({
      error: 'invalid_blocks',
      errors: ['must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
      response_metadata: {
        messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
      },
    });
    expect(await refusal(post({ blocks: 'no json' }))).toMatchObject({ error: 'invalid_blocks_format' });
  });

  it('pins once and unpins once', async () => {
    const ts = await post();
    const pin = { channel: 'C0DEPLOYS', timestamp: ts };
    await client.pins.add(pin);

    expect(sandbox.pins('deploys')).toEqual([ts]);
    expect(await refusal(client.pins.add(pin))).toMatchObject({ error: 'already_pinned' });
    await client.pins.remove(pin);
    expect(await refusal(client.pins.remove(pin))).toMatchObject({ error: 'no_pin' });
  });

  it('uploads a file into a thread the way the SDK does', async () => {
    const ts = await post();
    await client.files.uploadV2({
      channel_id: 'C0DEPLOYS',
      thread_ts: ts,
      filename: 'report.md',
      title: 'Report',
      content: '# Häppy report',
      initial_comment: 'Here it is',
    });

    expect(sandbox.files()).toMatchObject([
      { name: 'report.md', title: 'Report', content: '# Häppy report', channel: 'C0DEPLOYS', threadTs: ts },
    ]);
    expect(sandbox.thread('deploys', ts).at(-1)).toMatchObject({
      text: 'Here it is',
      files: [{ name: 'report.md' }],
    });
  });
});

describe('people', () => {
  it('tells guests, user groups and members', async () => {
    const guest = await client.users.info({ user: 'U0GUY' });
    const groups = await client.usergroups.list({ include_users: true });
    const members = await client.conversations.members({ channel: 'C0DEPLOYS', limit: 2 });

    expect(guest.user).toMatchObject({ name: 'guy', is_restricted: true });
    expect(groups.usergroups).toMatchObject([{ handle: 'oncall', users: ['U0OMAR'] }]);
    expect(members.members).toEqual(['U0ANA', 'U0BEN']);
    expect(members.response_metadata?.next_cursor).not.toBe('');
    expect(await refusal(client.users.info({ user: 'U0NOBODY' }))).toMatchObject({ error: 'user_not_found' });
  });

  it('does not show a private channel to a guest outside it', async () => {
    await expect(sandbox.as('guy').say('hi', 'ops')).rejects.toThrow('guy sees no channel "ops"');
    await expect(sandbox.as('guy').command('/deploy', 'general')).rejects.toThrow('sees no channel');
  });
});
