import { get, post } from './api.js';
import { h } from './dom.js';
import { facts } from './state.js';
import { hooks } from './hooks.js';
import { mrkdwn } from './text.js';
import { toast } from './toast.js';

/** @type {{ text: string, actions: { id: string, label: string, danger?: boolean }[] } | undefined} */
let content;
let running = '';

export const readPanel = async () => {
  if (facts().panelTitle === null) return;
  content = await get('panel');
};

/** @param {string} id */
const run = async (id) => {
  running = id;
  hooks.redraw();
  await post('panel', { id }).catch((error) => toast(error.message));
  running = '';
  await readPanel();
  hooks.redraw();
};

/** The panel beside the workspace: state of something outside Slack, and buttons to change it. */
export const panelNode = () => {
  if (facts().panelTitle === null || content === undefined) return null;
  return h(
    'section',
    { class: 'panel', 'aria-label': facts().panelTitle },
    h('h2', {}, facts().panelTitle),
    h('div', { class: 'text' }, ...mrkdwn(content.text)),
    h(
      'div',
      { class: 'actions' },
      ...content.actions.map(({ id, label, danger }) =>
        h(
          'button',
          {
            type: 'button',
            class: `button ${danger === true ? 'danger' : ''} ${running === id ? 'is-busy' : ''}`,
            'data-panel-action': id,
            'data-focus-key': `panel ${id}`,
            onclick: () => void run(id),
          },
          h('span', { class: 'button-label' }, label),
        ),
      ),
    ),
  );
};
