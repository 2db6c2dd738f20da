/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 */

/**
 * An element with attributes and children. `on…` attributes are listeners; false, null and undefined leave an
 * attribute out. Text is always set as text, so nothing that came from a message can become markup.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
};

const SHAPES = {
  menu: 'M2.500 4.500h11M2.500 8h11M2.500 11.500h11',
  pin: 'M9.5 2.5 13.5 6.5 11 8l-.5 3L5 5.5 8 5zM6.5 9.5 3 13',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  thread: 'M2 3.5h12v7H7.5L4.5 13v-2.500H2z',
  close: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  back: 'M10 3 5 8l5 5',
  lock: 'M4.500 7.500h7v5.500h-7zM5.800 7.500V5.500a2.200 2.200 0 0 1 4.400 0v2',
  hash: 'M6.500 2.500 5 13.500M11 2.500 9.500 13.500M3 6h10.500M2.500 10H13',
  warning: 'M8 2 1.500 13.500h13zM8 6.500v3.500M8 11.800v.2',
  send: 'M2 2.500 14 8 2 13.500 4 8zM4 8h5',
  file: 'M4 1.500h5L12.500 5v9.500H4zM9 1.500V5h3.500',
  clip: 'M11.500 5.500 6.500 10.500a1.400 1.400 0 0 0 2 2l5-5a2.800 2.800 0 0 0-4-4l-5 5a4.200 4.200 0 0 0 6 6',
  home: 'M2.500 7.500 8 3l5.500 4.500M4 7v6h8V7',
};

/**
 * A line icon; decorative, so it is hidden from screen readers.
 * @param {keyof typeof SHAPES} name
 */
export const icon = (name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
};

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export const byId = (id) => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}.`);
  return element;
};

/**
 * Replaces the children of a container without losing the keyboard focus: the element with the same data
 * attributes gets it back.
 * @param {HTMLElement} container
 * @param {Child[]} children
 */
export const replaceKeepingFocus = (container, children) => {
  const selector = focusSelector(container);
  container.replaceChildren(...children.filter((child) => child instanceof Node));
  if (selector === undefined) return;
  const next = container.querySelector(selector);
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
};

/** @param {HTMLElement} container */
const focusSelector = (container) => {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !container.contains(activeElement)) return undefined;
  const names = ['blockId', 'actionId', 'value', 'focusKey'];
  const parts = names.flatMap((name) => {
    const value = activeElement.dataset[name];
    const attribute = `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === undefined ? [] : [`[${attribute}="${CSS.escape(value)}"]`];
  });
  return parts.length === 0 ? undefined : parts.join('');
};
