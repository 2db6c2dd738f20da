import { byId, h, icon } from './dom.js';

const TOAST_MS = 7000;

/**
 * A short notice in the corner.
 * @param {string} text
 */
export const toast = (text) => {
  const node = h('div', { class: 'toast' }, icon('warning'), text);
  byId('toasts').append(node);
  setTimeout(() => node.remove(), TOAST_MS);
};
