import { act } from './api.js';
import { drawBlocks } from './blocks.js';
import { byId, h, icon } from './dom.js';
import { collectFields } from './elements.js';
import { failureText } from './operate.js';
import { hooks } from './hooks.js';
import { state } from './state.js';
import { labelText } from './text.js';
import { toast } from './toast.js';

/** @typedef {import('./state.js').View} View */

const dialog = () => /** @type {HTMLDialogElement} */ (byId('modal'));

/** What is drawn now, to leave a form alone while somebody types in it. */
let drawnKey = '';
/** Of the submission under way or just failed, by view id. @type {Map<string, 'busy' | string>} */
const submissions = new Map();

const collect = () => collectFields(dialog());

/** @param {View} view */
const submit = async (view) => {
  if (submissions.get(view.id) === 'busy') return;
  const values = collect();
  submissions.set(view.id, 'busy');
  drawModal();
  try {
    const delivery = await act('submit', values);
    if (delivery.error === undefined) submissions.delete(view.id);
    else submissions.set(view.id, delivery.error);
  } catch (error) {
    submissions.delete(view.id);
    toast(error instanceof Error ? error.message : String(error));
  }
  await hooks.refresh();
  const invalid = dialog().querySelector('[aria-invalid="true"]');
  if (invalid instanceof HTMLElement) invalid.focus();
};

const close = async () => {
  await act('close').catch((error) => toast(String(error.message)));
  await hooks.refresh();
};

/** @param {View} view */
const footer = (view) => {
  const status = submissions.get(view.id);
  const isBusy = status === 'busy';
  return h(
    'footer',
    { class: 'modal-footer' },
    status === undefined || isBusy
      ? null
      : h(
          'div',
          { class: 'modal-trouble', role: 'alert', title: failureText(status) },
          icon('warning'),
          'We had some trouble connecting. Try again?',
        ),
    h(
      'button',
      { type: 'button', class: 'button', 'data-modal': 'close', onclick: () => void close() },
      labelText(view.close ?? 'Close'),
    ),
    view.submit === undefined
      ? null
      : h(
          'button',
          {
            type: 'submit',
            class: `button primary ${isBusy ? 'is-busy' : ''}`,
            'data-modal': 'submit',
            'aria-busy': isBusy ? 'true' : false,
          },
          h('span', { class: 'button-label' }, labelText(view.submit)),
        ),
  );
};

/**
 * What was typed since the view was drawn, kept where the new view has the same block.
 * @param {View} view
 * @param {Record<string, unknown>} typed
 */
const keepTyped = (view, typed) => {
  const form = dialog().querySelector('form');
  for (const [blockId, value] of Object.entries(typed)) {
    const field = form?.querySelector(`[data-field="${CSS.escape(blockId)}"]`);
    if (
      (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) &&
      typeof value === 'string' &&
      value !== '' &&
      field.type !== 'datetime-local'
    )
      field.value = value;
    if (
      field instanceof HTMLSelectElement &&
      typeof value === 'string' &&
      [...field.options].some((option) => option.value === value)
    )
      field.value = value;
    if (field instanceof HTMLElement && Array.isArray(value)) {
      for (const box of field.querySelectorAll('input')) box.checked = value.includes(box.value);
    }
  }
};

/** @param {View} view */
const draw = (view) => {
  const isSameView = dialog().dataset['viewId'] === view.id;
  const typed = isSameView ? collect() : {};
  const focused =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset['blockId'] : undefined;
  const form = h(
    'form',
    {
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void submit(view);
      },
    },
    h(
      'header',
      { class: 'modal-header' },
      view.previousViewId === undefined
        ? null
        : h(
            'button',
            { type: 'button', class: 'plain', 'aria-label': 'Back', onclick: () => void close() },
            icon('back'),
          ),
      h('h2', { id: 'modal-title' }, labelText(view.title)),
      h(
        'button',
        {
          type: 'button',
          class: 'plain',
          'aria-label': 'Close',
          'data-modal': 'x',
          onclick: () => void close(),
        },
        icon('close'),
      ),
    ),
    h(
      'div',
      { class: 'modal-body' },
      drawBlocks(view.blocks, {
        kind: 'view',
        viewId: view.id,
        values: view.values,
        errors: view.errors,
        collect,
      }),
    ),
    footer(view),
  );
  const scroll = dialog().querySelector('.modal-body')?.scrollTop ?? 0;
  dialog().dataset['viewId'] = view.id;
  dialog().replaceChildren(form);
  if (isSameView) keepTyped(view, typed);
  if (!dialog().open) dialog().showModal();
  const modalBody = dialog().querySelector('.modal-body');
  if (isSameView && modalBody !== null) modalBody.scrollTop = scroll;
  const wanted =
    focused === undefined
      ? null
      : form.querySelector(`[data-action-id][data-block-id="${CSS.escape(focused)}"]`);
  const first =
    wanted ??
    form.querySelector('.modal-body :is(input, textarea, select, button, summary)') ??
    form.querySelector('.modal-footer button:last-child');
  if (first instanceof HTMLElement) first.focus();
};

/** Shows the top of the person's stack, or nothing. */
export const drawModal = () => {
  const view = state.look.views.at(-1);
  if (view === undefined) {
    drawnKey = '';
    submissions.clear();
    if (dialog().open) dialog().close();
    delete dialog().dataset['viewId'];
    dialog().replaceChildren();
    return;
  }
  const own = (/** @type {string} */ key) => key.startsWith(`${view.id} `);
  const key = JSON.stringify([
    view.id,
    view.hash,
    view.errors,
    submissions.get(view.id),
    [...state.busy].filter(own),
    [...state.failed].filter(([each]) => own(each)),
  ]);
  if (key === drawnKey) return;
  drawnKey = key;
  draw(view);
};

/** Escape closes the modal the way the close button does, so that the app hears of it. */
export const watchEscape = () =>
  dialog().addEventListener('cancel', (event) => {
    event.preventDefault();
    void close();
  });
