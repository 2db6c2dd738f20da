import { avatar } from './blocks.js';
import { byId, h, icon, replaceKeepingFocus } from './dom.js';
import { facts, state } from './state.js';

/** @typedef {import('./state.js').Channel} Channel */

/** @param {Channel} channel */
const isUnread = (channel) =>
  channel.latest > (state.seen.get(`${facts().me} ${channel.id}`) ?? '0') && channel.latest !== '0';

/** @param {Channel} channel @param {(change: Partial<import('./state.js').Place>) => void} go */
const channelRow = (channel, go) => {
  const isCurrent = state.place.tab === 'channel' && state.place.channel === channel.id;
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: `channel ${isUnread(channel) && !isCurrent ? 'is-unread' : ''} ${channel.isMember ? '' : 'is-outside'}`,
        'aria-current': isCurrent ? 'page' : false,
        'data-channel': channel.id,
        'data-focus-key': `channel ${channel.id}`,
        onclick: () => go({ tab: 'channel', channel: channel.id, thread: '' }),
      },
      icon(channel.kind === 'private' ? 'lock' : 'hash'),
      channel.name,
      channel.archived ? h('small', {}, 'archived') : null,
    ),
  );
};

/** @param {(change: Partial<import('./state.js').Place>) => void} go */
const people = (go) =>
  h(
    'section',
    { class: 'people' },
    h('h2', {}, 'You are'),
    h(
      'ul',
      {},
      ...facts().people.map((person) =>
        h(
          'li',
          {},
          h(
            'button',
            {
              type: 'button',
              class: 'person',
              'aria-pressed': person.id === facts().me ? 'true' : 'false',
              'data-person': person.name,
              'data-focus-key': `person ${person.id}`,
              onclick: () => go({ person: person.name, thread: '' }),
            },
            avatar(person.id),
            h(
              'span',
              {},
              person.realName,
              h('small', {}, person.guest ? `@${person.name}, guest` : `@${person.name}`),
            ),
          ),
        ),
      ),
    ),
  );

/** @param {(change: Partial<import('./state.js').Place>) => void} go */
const apps = (go) => {
  const direct = state.look.channels.find(({ kind }) => kind === 'im');
  const isHome = state.place.tab === 'home';
  const isDirect = !isHome && state.place.channel === direct?.id;
  return h(
    'section',
    {},
    h('h2', {}, 'Apps'),
    h(
      'ul',
      {},
      h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            class: `channel app-row ${direct !== undefined && isUnread(direct) && !isDirect ? 'is-unread' : ''}`,
            'aria-current': isHome || isDirect ? 'page' : false,
            'data-app-home': '',
            'data-focus-key': 'app-home',
            onclick: () => go({ tab: 'home', thread: '' }),
          },
          avatar(facts().bot.id),
          facts().bot.name,
        ),
      ),
    ),
  );
};

/**
 * @param {(change: Partial<import('./state.js').Place>) => void} go
 * @param {HTMLElement | null} panel
 */
export const drawSidebar = (go, panel) => {
  const channels = state.look.channels.filter(({ kind }) => kind !== 'im');
  replaceKeepingFocus(byId('sidebar'), [
    h(
      'header',
      { class: 'workspace' },
      h('b', {}, 'Sandbox'),
      h('small', {}, 'a local workspace, nothing leaves this machine'),
    ),
    h(
      'div',
      { class: 'sidebar-scroll' },
      h(
        'section',
        {},
        h('h2', {}, 'Channels'),
        h('ul', {}, ...channels.map((channel) => channelRow(channel, go))),
      ),
      apps(go),
      people(go),
    ),
    panel,
  ]);
};
