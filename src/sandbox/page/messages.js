import { avatar, drawBlocks } from './blocks.js';
import { h, icon } from './dom.js';
import { follow } from './follow.js';
import { facts, state } from './state.js';
import { emoji, mrkdwn, personName, timeOf } from './text.js';

/** @typedef {import('./state.js').Message} Message */

/** Drawn messages by list and timestamp, to leave alone what did not change. @type {Map<string, { key: string, node: HTMLElement }>} */
const drawn = new Map();

/** @param {string} ts */
const dayOf = (ts) =>
  new Date(Number(ts) * 1000).toLocaleDateString('en-US', { weekday: 'long', month: 'long', day: 'numeric' });

/** @param {Message} message */
const body = (message) => {
  if (message.deleted) return [h('div', { class: 'text muted' }, 'This message was deleted.')];
  /** @type {import('./operate.js').Surface} */
  const surface = { kind: 'message', channel: message.channel, ts: message.ts, values: message.values };
  const parts = message.blocks.length > 0 ? [drawBlocks(message.blocks, surface)] : [];
  if (parts.length === 0 && message.text !== '')
    parts.push(h('div', { class: 'text' }, ...mrkdwn(message.text)));
  for (const attachment of message.attachments) {
    parts.push(
      h(
        'div',
        {
          class: 'attachment',
          style: /^#?[0-9a-fA-F]{6}$/.test(attachment.color ?? '')
            ? `--bar:#${attachment.color.replace('#', '')}`
            : undefined,
        },
        attachment.title === undefined ? null : h('b', {}, attachment.title),
        attachment.text === undefined ? null : h('div', { class: 'text' }, ...mrkdwn(attachment.text)),
        attachment.blocks === undefined ? null : drawBlocks(attachment.blocks, surface),
      ),
    );
  }
  return parts;
};

/** @param {Message} message */
const extras = (message) => [
  message.files.length === 0
    ? null
    : h(
        'div',
        { class: 'files' },
        ...message.files.map((file) =>
          h(
            'a',
            {
              class: 'file',
              href: `/files/${file.id}/${encodeURIComponent(file.name)}`,
              download: file.name,
            },
            icon('file'),
            h('span', {}, file.title, h('small', {}, file.name)),
          ),
        ),
      ),
  message.reactions.length === 0
    ? null
    : h(
        'div',
        { class: 'reactions' },
        ...message.reactions.map(({ name, users }) =>
          h(
            'span',
            { class: 'reaction', title: users.map(personName).join(', ') },
            emoji(name),
            ` ${users.length}`,
          ),
        ),
      ),
];

/** @param {Message} message */
const note = (message) => {
  if (message.ephemeralTo !== undefined)
    return h('div', { class: 'note' }, icon('eye'), 'Only visible to you');
  if (message.broadcast) return h('div', { class: 'note' }, icon('thread'), 'Replied to a thread');
  return message.pinned ? h('div', { class: 'note note-pinned' }, icon('pin'), 'Pinned') : null;
};

/** @param {Message} message @param {(ts: string) => void} openThread */
const threadLink = (message, openThread) =>
  h(
    'button',
    {
      type: 'button',
      class: 'replies',
      'data-open-thread': message.ts,
      onclick: () => openThread(message.ts),
    },
    icon('thread'),
    `${message.replyCount} ${message.replyCount === 1 ? 'reply' : 'replies'}`,
  );

/** @param {Message} message @param {{ inThread: boolean, openThread: (ts: string) => void }} options */
const drawMessage = (message, { inThread, openThread }) => {
  const isBot = message.user === facts().bot.id;
  const canReply = !inThread && message.ephemeralTo === undefined;
  return h(
    'article',
    {
      class: `message ${message.ephemeralTo === undefined ? '' : 'is-ephemeral'} ${message.pinned ? 'is-pinned' : ''}`,
      'data-ts': message.ts,
      'data-user': message.user,
      'data-ephemeral': message.ephemeralTo !== undefined,
    },
    avatar(message.user),
    h(
      'div',
      { class: 'message-main' },
      note(message),
      h(
        'div',
        { class: 'message-head' },
        h('b', { class: 'author' }, personName(message.user)),
        isBot ? h('span', { class: 'badge' }, 'APP') : null,
        h('time', { title: new Date(Number(message.ts) * 1000).toLocaleString() }, timeOf(message.ts)),
        message.edited ? h('span', { class: 'muted edited' }, '(edited)') : null,
      ),
      ...body(message),
      ...extras(message),
      message.replyCount > 0 && !inThread ? threadLink(message, openThread) : null,
    ),
    canReply
      ? h(
          'div',
          { class: 'toolbar' },
          h(
            'button',
            {
              type: 'button',
              'aria-label': 'Reply in thread',
              title: 'Reply in thread',
              'data-focus-key': `reply ${message.ts}`,
              onclick: () => openThread(message.threadTs ?? message.ts),
            },
            icon('thread'),
          ),
        )
      : null,
  );
};

/**
 * Everything the drawing depends on.
 * @param {Message} message
 */
const drawingKey = (message) => {
  const own = (/** @type {string} */ key) => key.startsWith(`${message.channel} ${message.ts} `);
  return JSON.stringify([
    message,
    [...state.busy].filter(own),
    [...state.failed].filter(([key]) => own(key)),
    facts().me,
  ]);
};

/** @param {HTMLElement} node the one that had the focus @param {HTMLElement} next */
const moveFocus = (node, next) => {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !node.contains(activeElement)) return;
  const { actionId, blockId, focusKey } = activeElement.dataset;
  const selector =
    focusKey === undefined
      ? `[data-action-id="${CSS.escape(actionId ?? '')}"]${blockId === undefined ? '' : `[data-block-id="${CSS.escape(blockId)}"]`}`
      : `[data-focus-key="${CSS.escape(focusKey)}"]`;
  queueMicrotask(() => {
    const target = next.querySelector(selector);
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  });
};

/**
 * Draws a list of messages; those that did not change keep their nodes.
 * @param {HTMLElement} list
 * @param {Message[]} messages
 * @param {{ inThread: boolean, place: string, openThread: (ts: string) => void, empty: string }} options `place`: what the list shows
 */
export const drawMessages = (list, messages, options) => {
  /** @type {HTMLElement[]} */
  const nodes = [];
  let day = '';
  for (const message of messages) {
    const today = dayOf(message.ts);
    if (today !== day && !options.inThread) nodes.push(h('div', { class: 'day' }, h('span', {}, today)));
    day = today;
    const id = `${list.id} ${message.ts}`;
    const key = drawingKey(message);
    const before = drawn.get(id);
    if (before?.key === key) {
      nodes.push(before.node);
      continue;
    }
    const node = drawMessage(message, options);
    if (before !== undefined) moveFocus(before.node, node);
    drawn.set(id, { key, node });
    nodes.push(node);
  }
  if (messages.length === 0) nodes.push(h('div', { class: 'empty' }, options.empty));
  syncChildren(list, nodes);
  follow(list, options.place);
};

/** Puts the nodes in order without taking out those that stay: a node that is moved loses focus and open menus. @param {HTMLElement} list @param {HTMLElement[]} nodes */
const syncChildren = (list, nodes) => {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) {
    if (!wanted.has(/** @type {HTMLElement} */ (child))) child.remove();
  }
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
};
