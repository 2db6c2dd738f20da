import { clock, formatDate } from './dates.js';
import { h } from './dom.js';
import { emojiFor } from './emoji.js';
import { parseMrkdwn, parsePlain } from './mrkdwn.js';
import { facts } from './state.js';

/** @typedef {import('./mrkdwn.js').MrkdwnNode} MrkdwnNode */

/** @param {string} id */
export const personName = (id) => {
  if (id === 'USLACKBOT') return 'Slackbot';
  if (id === facts().bot.id) return facts().bot.name;
  return facts().people.find((person) => person.id === id)?.name ?? id;
};

/** Only web and mail addresses become links. @param {string} url */
const safeUrl = (url) => (/^(https?:|mailto:)/i.test(url) ? url : undefined);

/** @param {string} url @param {(Node | string)[]} children */
const anchor = (url, children) => {
  const href = safeUrl(url);
  return href === undefined
    ? h('span', {}, ...children)
    : h('a', { href, target: '_blank', rel: 'noreferrer' }, ...children);
};

/** @param {string} text @param {string} [extra] */
const mention = (text, extra = '') => h('span', { class: `mention ${extra}` }, text);

/** @param {Extract<MrkdwnNode, { kind: 'date' }>} node */
const dateNode = (node) => {
  if (!Number.isFinite(node.seconds)) return h('span', {}, node.fallback);
  const date = new Date(node.seconds * 1000);
  const text = formatDate(node.seconds, node.format, { now: new Date() });
  const time = h(
    'time',
    { datetime: date.toISOString(), title: `${date.toLocaleString()} (${node.fallback})` },
    text,
  );
  return node.url === undefined ? time : anchor(node.url, [time]);
};

/** @param {MrkdwnNode} node @returns {Node} */
const draw = (node) => {
  switch (node.kind) {
    case 'text':
      return document.createTextNode(node.text);
    case 'break':
      return h('br');
    case 'bold':
      return h('b', {}, ...node.children.map(draw));
    case 'italic':
      return h('i', {}, ...node.children.map(draw));
    case 'strike':
      return h('s', {}, ...node.children.map(draw));
    case 'quote':
      return h('blockquote', {}, ...node.children.map(draw));
    case 'code':
      return h('code', {}, node.text);
    case 'pre':
      return h('pre', {}, node.text);
    case 'link':
      return anchor(node.url, [node.text]);
    case 'user':
      return mention(`@${personName(node.id)}`, node.id === facts().me ? 'mention-me' : '');
    case 'channel':
      return mention(`#${node.label ?? node.id}`);
    case 'group': {
      const group = facts().userGroups.find((each) => each.id === node.id);
      return mention(
        group === undefined ? (node.label ?? node.id) : `@${group.handle}`,
        group?.users.includes(facts().me) ? 'mention-me' : '',
      );
    }
    case 'broadcast':
      return mention(`@${node.range}`, 'mention-me');
    case 'date':
      return dateNode(node);
    case 'emoji':
      return emoji(node.name);
  }
};

/** @param {string} name */
export const emoji = (name) => {
  const character = emojiFor(name);
  return character === undefined
    ? document.createTextNode(`:${name}:`)
    : h('span', { class: 'emoji', role: 'img', 'aria-label': name, title: `:${name}:` }, character);
};

/** @param {string} text */
export const mrkdwn = (text) => parseMrkdwn(text).map(draw);

/**
 * A text object of Block Kit.
 * @param {{ type: string, text: string }} object
 */
export const textObject = (object) =>
  object.type === 'mrkdwn' ? mrkdwn(object.text) : parsePlain(object.text).map(draw);

/** Labels of options and buttons, where only text can stand. @param {string} text */
export const labelText = (text) =>
  text.replace(/:([a-z0-9_+'-]+):/g, (whole, /** @type {string} */ name) => emojiFor(name) ?? whole);

/** @param {string} ts */
export const timeOf = (ts) => clock(new Date(Number(ts) * 1000), { now: new Date() });
