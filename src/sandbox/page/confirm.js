import { byId, h } from './dom.js';
import { labelText, textObject } from './text.js';

/**
 * The confirmation dialog of an element. Escape and the second button say no.
 * @param {{ title?: any, text: any, confirm?: any, deny?: any, style?: string }} confirm
 * @returns {Promise<boolean>}
 */
export const askConfirm = (confirm) =>
  new Promise((resolve) => {
    const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'));
    let answer = false;
    const style = confirm.style === 'danger' ? 'danger-solid' : 'primary';
    const yes = h(
      'button',
      {
        type: 'button',
        class: `button ${style}`,
        'data-confirm': 'yes',
        onclick: () => {
          answer = true;
          dialog.close();
        },
      },
      labelText(confirm.confirm?.text ?? 'Yes'),
    );
    const no = h(
      'button',
      { type: 'button', class: 'button', 'data-confirm': 'no', onclick: () => dialog.close() },
      labelText(confirm.deny?.text ?? 'Cancel'),
    );
    dialog.replaceChildren(
      h(
        'header',
        { class: 'modal-header' },
        h('h2', { id: 'confirm-title' }, labelText(confirm.title?.text ?? 'Are you sure?')),
      ),
      h('div', { class: 'modal-body' }, h('p', {}, ...textObject(confirm.text))),
      h('footer', { class: 'modal-footer' }, no, yes),
    );
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    dialog.showModal();
    yes.focus();
  });
