import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);

type Manifest = {
  readonly display_information: { description: string; long_description: string };
  readonly features: { slash_commands: { command: string; should_escape: boolean }[] };
  readonly oauth_config: { scopes: { bot: string[] } };
  readonly settings: { event_subscriptions: { bot_events: string[] } };
};

const manifest = JSON.parse(readFileSync(new URL('manifest.json', ROOT), 'utf8')) as Manifest;
const granted = manifest.oauth_config.scopes.bot;

const CONVERSATION = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
/** Cards stand in channels, personal messages in direct ones; never in group direct messages, where no bot can join. */
const HISTORY = ['channels:history', 'groups:history', 'im:history'];

/** The bot scopes each Web API method asks for, as its reference page lists them; all of them are needed. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'api.test': [],
  // Takes the app-level token, whose scope connections:write is no part of a manifest.
  'apps.connections.open': [],
  'auth.test': [],
  'bots.info': ['users:read'],
  'chat.delete': ['chat:write'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.history': HISTORY,
  'conversations.info': CONVERSATION,
  'conversations.join': ['channels:join'],
  'conversations.list': CONVERSATION,
  'conversations.members': CONVERSATION,
  'conversations.open': ['im:write'],
  'conversations.replies': HISTORY,
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.info': ['files:read'],
  'files.uploadV2': ['files:write'],
  'pins.add': ['pins:write'],
  'pins.list': ['pins:read'],
  'pins.remove': ['pins:write'],
  'reactions.add': ['reactions:write'],
  'team.info': ['team:read'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  'users.conversations': CONVERSATION,
  'users.info': ['users:read'],
  'users.list': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
};

/** Folders that talk to Slack, or could; the local workspace plays Slack's own part. */
const isProduct = (path: string): boolean =>
  path.endsWith('.ts') && !path.endsWith('.test.ts') && !/^(sandbox|demo)\//.test(path);

const sources = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter(isProduct)
  .map((path) => readFileSync(fileURLToPath(new URL(`src/${path}`, ROOT)), 'utf8'));

/** Whether the SDK knows the method: tells `client.chat.update(` from `environment.people.map(`. */
const isWebApiMethod = (method: string): boolean => {
  let found: unknown = new WebClient();
  for (const name of method.split('.')) {
    const isOwn = typeof found === 'object' && found !== null && Object.hasOwn(found, name);
    found = isOwn ? (found as Record<string, unknown>)[name] : undefined;
  }
  return typeof found === 'function';
};

/** Web API methods in a source text: called on a client, or named in quotes. */
const methodsIn = (text: string): string[] => {
  // The SDK has its file upload under two names.
  const source = text.replaceAll('.filesUploadV2(', '.files.uploadV2(');
  const called = source.matchAll(/\.([a-z]+(?:\s*\.\s*[a-zA-Z0-9]+){1,2})\s*\(/g);
  const quoted = source.matchAll(/['"`]([a-z]+(?:\.[a-zA-Z0-9]+){1,2})['"`]/g);
  return [...called, ...quoted]
    .map(([, method = '']) => method.replace(/\s/g, ''))
    .filter((method) => isWebApiMethod(method));
};

const matchesIn = (pattern: RegExp): Set<string> =>
  new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name)));

describe('methodsIn', () => {
  it('finds methods however they are called', () => {
    const source = `
      await client.chat.update({});
      await deps.web
        .usergroups.users.list({});
      call('views.open', {}); web.filesUploadV2({}); people.users.map((user) => user); label('item.skip');
    `;
    expect(methodsIn(source)).toEqual([
      'chat.update',
      'usergroups.users.list',
      'files.uploadV2',
      'views.open',
    ]);
  });
});

describe('manifest.json', () => {
  const methods = [...new Set(sources.flatMap(methodsIn))];

  it.each(methods.length === 0 ? ['auth.test'] : methods)('grants what %s needs', (method) => {
    expect(SCOPES, `${method} is missing in the table of this test`).toHaveProperty([method]);
    expect(granted).toEqual(expect.arrayContaining([...SCOPES[method]!]));
  });

  it('asks for no scope that no method needs', () => {
    // The slash command is no method.
    const known = new Set(['commands', ...Object.values(SCOPES).flat()]);
    expect(granted.filter((scope) => !known.has(scope))).toEqual([]);
    expect(new Set(granted).size).toBe(granted.length);
  });

  it('declares every slash command and event the product listens to', () => {
    const commands = manifest.features.slash_commands.map(({ command }) => command);
    expect(commands).toEqual(expect.arrayContaining([...matchesIn(/\.command\(\s*'(\/[a-z-]+)'/g)]));
    const events = manifest.settings.event_subscriptions.bot_events;
    expect(events).toEqual(expect.arrayContaining([...matchesIn(/\.event\(\s*'([a-z_]+)'/g)]));
  });

  it('lets Slack turn @name and #channel of a command into ids', () => {
    expect(manifest.features.slash_commands.every(({ should_escape }) => should_escape)).toBe(true);
  });

  it('keeps to the lengths Slack accepts', () => {
    const { description, long_description: long } = manifest.display_information;
    expect(description.length).toBeLessThanOrEqual(140);
    expect(long.length).toBeGreaterThanOrEqual(174);
    expect(long.length).toBeLessThanOrEqual(4000);
  });
});
