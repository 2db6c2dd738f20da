import { h } from './dom.js';
import { drawElement, fieldId } from './elements.js';
import { formatDate } from './dates.js';
import { markdownToMrkdwn } from './mrkdwn.js';
import { emoji, labelText, mrkdwn, personName, textObject } from './text.js';
import { facts } from './state.js';

/**
 * @typedef {import('./state.js').Block} Block
 * @typedef {import('./operate.js').Surface} Surface
 */

/** @param {any} image @param {string} className */
const picture = (image, className) =>
  image.image_url === undefined
    ? h('span', { class: 'unknown' }, image.alt_text)
    : h('img', { class: className, src: image.image_url, alt: image.alt_text, loading: 'lazy' });

/** @param {Block} block @param {Surface} surface */
const section = (block, surface) =>
  h(
    'div',
    { class: 'section' },
    h(
      'div',
      { class: 'section-text' },
      block.text === undefined ? null : h('div', { class: 'text' }, ...textObject(block.text)),
      block.fields === undefined
        ? null
        : h(
            'div',
            { class: 'fields' },
            ...block.fields.map((/** @type {any} */ field) =>
              h('div', { class: 'text' }, ...textObject(field)),
            ),
          ),
    ),
    block.accessory === undefined
      ? null
      : h(
          'div',
          { class: 'accessory' },
          block.accessory.type === 'image'
            ? picture(block.accessory, 'thumbnail')
            : drawElement({ surface, block, element: block.accessory }),
        ),
  );

/** @param {Block} block */
const context = (block) =>
  h(
    'div',
    { class: 'context' },
    ...block.elements.map((/** @type {any} */ element) =>
      element.type === 'image'
        ? picture(element, 'context-image')
        : h('span', { class: 'text' }, ...textObject(element)),
    ),
  );

/** @param {Block} block @param {Surface} surface */
const input = (block, surface) => {
  const error = surface.kind === 'view' ? surface.errors[block.block_id] : undefined;
  return h(
    'div',
    { class: `input ${error === undefined ? '' : 'has-error'}` },
    h(
      'label',
      { for: fieldId(block.block_id), class: 'input-label' },
      labelText(block.label.text),
      block.optional === true ? h('span', { class: 'optional' }, ' (optional)') : null,
    ),
    drawElement({ surface, block, element: block.element }),
    h(
      'div',
      { id: `hint-${block.block_id}` },
      error === undefined
        ? null
        : h('div', { class: 'input-error', role: 'alert', 'data-error-for': block.block_id }, error),
      block.hint === undefined ? null : h('div', { class: 'hint' }, labelText(block.hint.text)),
    ),
  );
};

/** @param {any} element @returns {Node} */
const richInline = (element) => {
  const style = element.style ?? {};
  /** @type {Node} */
  let node = richCore(element);
  for (const [name, tag] of /** @type {const} */ ([
    ['code', 'code'],
    ['bold', 'b'],
    ['italic', 'i'],
    ['strike', 's'],
    ['underline', 'u'],
  ])) {
    if (style[name] === true) node = h(tag, {}, node);
  }
  return node;
};

/** @param {any} element @returns {Node} */
const richCore = (element) => {
  switch (element.type) {
    case 'text':
      return document.createTextNode(element.text);
    case 'link':
      return h('span', {}, ...mrkdwn(`<${element.url}|${element.text ?? element.url}>`));
    case 'emoji':
      return emoji(element.name);
    case 'user':
      return h('span', { class: 'mention' }, `@${personName(element.user_id)}`);
    case 'channel':
      return h('span', {}, ...mrkdwn(`<#${element.channel_id}>`));
    case 'usergroup':
      return h('span', {}, ...mrkdwn(`<!subteam^${element.usergroup_id}>`));
    case 'broadcast':
      return h('span', { class: 'mention mention-me' }, `@${element.range}`);
    case 'date':
      return h('time', {}, formatDate(element.timestamp, element.format, { now: new Date() }));
    default:
      return document.createTextNode(element.value ?? element.team_id ?? '');
  }
};

/** @param {any} part @returns {Node} */
const richPart = (part) => {
  if (part.type === 'rich_text_list') {
    const tag = part.style === 'ordered' ? 'ol' : 'ul';
    const items = part.elements.map((/** @type {any} */ item) =>
      h('li', {}, ...item.elements.map(richInline)),
    );
    return h(tag, { style: `margin-left:${(part.indent ?? 0) * 20}px` }, ...items);
  }
  const tag =
    { rich_text_quote: 'blockquote', rich_text_preformatted: 'pre' }[/** @type {string} */ (part.type)] ??
    'p';
  return h(tag, {}, ...part.elements.map(richInline));
};

/** @param {Block} block @param {Surface} surface @returns {Node} */
const drawBlock = (block, surface) => {
  switch (block.type) {
    case 'header':
      return h('h3', { class: 'header' }, ...textObject(block.text));
    case 'section':
      return section(block, surface);
    case 'context':
      return context(block);
    case 'actions':
      return h(
        'div',
        { class: 'actions' },
        ...block.elements.map((/** @type {any} */ element) => drawElement({ surface, block, element })),
      );
    case 'divider':
      return h('hr');
    case 'image':
      return h(
        'figure',
        {},
        block.title === undefined ? null : h('figcaption', {}, labelText(block.title.text)),
        picture(block, 'image'),
      );
    case 'input':
      return input(block, surface);
    case 'rich_text':
      return h('div', { class: 'rich-text' }, ...block.elements.map(richPart));
    case 'markdown':
      return h('div', { class: 'text' }, ...mrkdwn(markdownToMrkdwn(block.text)));
    default:
      return h('div', { class: 'unknown' }, `[${block.type}]`);
  }
};

/**
 * @param {Block[]} blocks
 * @param {Surface} surface
 */
export const drawBlocks = (blocks, surface) =>
  h(
    'div',
    { class: 'blocks' },
    ...blocks.map((block) =>
      h(
        'div',
        { class: `block block-${block.type}`, 'data-block-id': block.block_id },
        drawBlock(block, surface),
      ),
    ),
  );

/** @param {string} id of a person */
export const avatar = (id) => {
  const isBot = id === facts().bot.id;
  const name = personName(id);
  const hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return h(
    'span',
    {
      class: `avatar ${isBot ? 'avatar-bot' : ''}`,
      style: isBot ? undefined : `--hue:${hue}`,
      'aria-hidden': 'true',
    },
    isBot ? 'T−' : name.slice(0, 2).toUpperCase(),
  );
};
