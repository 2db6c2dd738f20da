import { h, icon } from './dom.js';
import { choose, failureText, keyOf, press } from './operate.js';
import { facts, state } from './state.js';
import { labelText, textObject } from './text.js';

/**
 * @typedef {import('./operate.js').Spot} Spot
 * @typedef {{ value: string, label: string, description?: string }} Choice
 */

/** How to read the value of a field again, for submission. @type {WeakMap<Element, () => unknown>} */
const readers = new WeakMap();

/**
 * Values of all fields in a form, by block_id.
 * @param {ParentNode} form
 * @returns {Record<string, unknown>}
 */
export const collectFields = (form) =>
  Object.fromEntries(
    [...form.querySelectorAll('[data-field]')].map((field) => [
      field.getAttribute('data-field') ?? '',
      readers.get(field)?.(),
    ]),
  );

/** The one value of an entry of `state.values`, whatever its field is called. @param {Record<string, unknown> | undefined} entry */
const rawValue = (entry) => {
  const [, value] = Object.entries(entry ?? {}).find(([key]) => key !== 'type') ?? [];
  const plain = (/** @type {any} */ each) =>
    typeof each === 'object' && each !== null ? String(each.value) : String(each);
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(plain) : plain(value);
};

/** @param {Spot} spot */
const currentValue = ({ surface, block, element }) =>
  rawValue(surface.values[block.block_id]?.[element.action_id]);

/** @param {Spot} spot */
const currentList = (spot) => {
  const value = currentValue(spot);
  return Array.isArray(value) ? value : value === '' ? [] : [value];
};

/** @param {any} option @returns {Choice} */
const optionChoice = (option) => ({
  value: option.value,
  label: labelText(option.text.text),
  ...(option.description === undefined ? {} : { description: labelText(option.description.text) }),
});

/** @param {Record<string, any>} element @returns {{ label: string, choices: Choice[] }[]} */
const choicesOf = (element) => {
  if (element.type.includes('users_select')) {
    return [
      {
        label: '',
        choices: facts().people.map(({ id, name, realName }) => ({
          value: id,
          label: `${realName} (@${name})`,
        })),
      },
    ];
  }
  if (element.type.includes('channels_select') || element.type.includes('conversations_select')) {
    const channels = state.look.channels.filter(({ kind }) => kind !== 'im');
    return [{ label: '', choices: channels.map(({ id, name }) => ({ value: id, label: `#${name}` })) }];
  }
  if (element.option_groups !== undefined) {
    return element.option_groups.map((/** @type {any} */ group) => ({
      label: labelText(group.label.text),
      choices: group.options.map(optionChoice),
    }));
  }
  return [{ label: '', choices: (element.options ?? []).map(optionChoice) }];
};

/**
 * Attributes that tests and the keyboard focus find an element by.
 * @param {Spot} spot
 */
const marks = ({ block, element }) => ({
  'data-action-id': element.action_id,
  'data-block-id': block.block_id,
});

/**
 * A field of a form waits for the submission; anything else tells the app at once.
 * @param {Spot} spot
 */
const isField = ({ block }) => block.type === 'input';
/** @param {Spot} spot */
const tellsAtOnce = (spot) => !isField(spot) || spot.block.dispatch_action === true;

/** @param {Spot} spot @param {HTMLElement} element @param {() => unknown} read */
const asField = (spot, element, read) => {
  if (isField(spot)) {
    element.setAttribute('data-field', spot.block.block_id);
    readers.set(element, read);
  }
  return element;
};

/** The id that ties a label and an error to the field of its block. @param {string} blockId */
export const fieldId = (blockId) => `field-${blockId}`;

/** @param {Spot} spot */
const fieldMarks = (spot) =>
  isField(spot)
    ? {
        id: fieldId(spot.block.block_id),
        'aria-describedby': `hint-${spot.block.block_id}`,
        'aria-invalid':
          spot.surface.kind === 'view' && spot.surface.errors[spot.block.block_id] !== undefined
            ? 'true'
            : false,
      }
    : { 'aria-label': labelText(spot.element.placeholder?.text ?? spot.element.action_id) };

/** @param {Spot} spot */
const statusOf = (spot) => {
  const error = state.failed.get(keyOf(spot));
  if (error === undefined) return null;
  return h(
    'span',
    { class: 'failure', role: 'img', title: failureText(error), 'aria-label': failureText(error) },
    icon('warning'),
  );
};

/** @param {Spot} spot */
const button = (spot) => {
  const { element } = spot;
  const isBusy = state.busy.has(keyOf(spot));
  const drawn = h(
    'button',
    {
      type: 'button',
      class: `button ${element.style ?? ''} ${isBusy ? 'is-busy' : ''}`,
      ...marks(spot),
      'data-value': element.value,
      'aria-busy': isBusy ? 'true' : false,
      'aria-label': element.accessibility_label,
      onclick: () => {
        if (element.url !== undefined && /^https?:/.test(element.url))
          window.open(element.url, '_blank', 'noreferrer');
        void press(spot);
      },
    },
    h('span', { class: 'button-label' }, labelText(element.text.text)),
  );
  return h('span', { class: 'with-status' }, drawn, statusOf(spot));
};

/** @param {Spot} spot */
const select = (spot) => {
  const { element } = spot;
  const chosen = currentValue(spot);
  const option = (/** @type {Choice} */ { value, label }) =>
    h('option', { value, selected: value === chosen }, label);
  const groups = choicesOf(element).map(({ label, choices }) =>
    label === '' ? choices.map(option) : [h('optgroup', { label }, ...choices.map(option))],
  );
  const drawn = /** @type {HTMLSelectElement} */ (
    h(
      'select',
      {
        ...marks(spot),
        ...fieldMarks(spot),
        onchange: () => {
          if (tellsAtOnce(spot) && drawn.value !== '') void choose(spot, drawn.value);
        },
      },
      h('option', { value: '' }, labelText(element.placeholder?.text ?? 'Select an option')),
      ...groups.flat(),
    )
  );
  asField(spot, drawn, () => drawn.value);
  const isBusy = state.busy.has(keyOf(spot));
  return h('span', { class: `with-status ${isBusy ? 'is-busy' : ''}` }, drawn, statusOf(spot));
};

/** Checkboxes, radio buttons and the list inside a multi-select. @param {Spot} spot @param {'checkbox' | 'radio'} type */
const choiceList = (spot, type) => {
  const { block, element } = spot;
  const chosen = currentList(spot);
  const read = () =>
    [...list.querySelectorAll('input:checked')].map((input) => /** @type {HTMLInputElement} */ (input).value);
  const name = `${block.block_id} ${element.action_id}`;
  const options =
    element.options ?? (element.option_groups ?? []).flatMap((/** @type {any} */ group) => group.options);
  const row = (/** @type {Choice} */ choice) => {
    const source = options.find((/** @type {any} */ each) => each.value === choice.value);
    return h(
      'label',
      { class: 'choice' },
      h('input', {
        type,
        name,
        value: choice.value,
        checked: chosen.includes(choice.value),
        'data-focus-key': `${name} ${choice.value}`,
        onchange: () => {
          if (!tellsAtOnce(spot)) return;
          void choose(spot, type === 'radio' ? (read()[0] ?? '') : read());
        },
      }),
      h(
        'span',
        { class: 'choice-text' },
        ...(source === undefined ? [choice.label] : textObject(source.text)),
        choice.description === undefined
          ? null
          : h('span', { class: 'choice-description' }, choice.description),
      ),
    );
  };
  const groups = choicesOf(element).map(({ label, choices }) => [
    label === '' ? null : h('div', { class: 'choice-group' }, label),
    ...choices.map(row),
  ]);
  const list = h(
    'div',
    {
      class: 'choices',
      role: type === 'radio' ? 'radiogroup' : 'group',
      ...marks(spot),
      ...fieldMarks(spot),
      tabindex: -1,
    },
    ...groups.flat(),
  );
  asField(spot, list, () => (type === 'radio' ? (read()[0] ?? '') : read()));
  return h('span', { class: 'with-status' }, list, statusOf(spot));
};

/** @param {Spot} spot */
const multiSelect = (spot) => {
  const chosen = currentList(spot);
  const labels = choicesOf(spot.element)
    .flatMap(({ choices }) => choices)
    .filter(({ value }) => chosen.includes(value));
  const placeholder = labelText(spot.element.placeholder?.text ?? 'Select options');
  const summary = h(
    'summary',
    {},
    labels.length === 0 ? placeholder : labels.map(({ label }) => label).join(', '),
  );
  const list = choiceList(spot, 'checkbox');
  list.addEventListener('change', () => {
    const names = [...list.querySelectorAll('input:checked')].map(
      (input) => input.parentElement?.textContent ?? '',
    );
    summary.textContent = names.length === 0 ? placeholder : names.join(', ');
  });
  return h('details', { class: 'multi' }, summary, list);
};

/** @param {Spot} spot */
const overflow = (spot) => {
  const close = () => menu.removeAttribute('open');
  const menu = h(
    'details',
    {
      class: `overflow ${state.busy.has(keyOf(spot)) ? 'is-busy' : ''}`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape') return;
        close();
        menu.querySelector('summary')?.focus();
      },
      onfocusout: (/** @type {FocusEvent} */ event) => {
        if (!(event.relatedTarget instanceof Node) || !menu.contains(event.relatedTarget)) close();
      },
    },
    h('summary', { class: 'button', 'aria-label': 'More actions', ...marks(spot) }, '⋯'),
    h(
      'div',
      { class: 'menu', role: 'menu' },
      ...spot.element.options.map((/** @type {any} */ option) =>
        h(
          'button',
          {
            type: 'button',
            role: 'menuitem',
            'data-action-id': spot.element.action_id,
            'data-option-value': option.value,
            onclick: () => {
              close();
              void choose(spot, option.value);
            },
          },
          labelText(option.text.text),
          option.description === undefined
            ? null
            : h('span', { class: 'choice-description' }, labelText(option.description.text)),
        ),
      ),
    ),
  );
  return h('span', { class: 'with-status' }, menu, statusOf(spot));
};

/** @type {Record<string, string>} */
const INPUT_TYPES = {
  plain_text_input: 'text',
  number_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
};

/** Seconds since 1970 as the local time of a datetime-local input, and back. @param {string} seconds */
const toLocal = (seconds) => {
  if (seconds === '') return '';
  const date = new Date(Number(seconds) * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
/** @param {string} local */
const toSeconds = (local) => (local === '' ? '' : String(Math.floor(new Date(local).getTime() / 1000)));

/** @param {Spot} spot */
const typed = (spot) => {
  const { element } = spot;
  const isMoment = element.type === 'datetimepicker';
  const value = String(currentValue(spot));
  const shown = isMoment ? toLocal(value) : value;
  const read = () => (isMoment ? toSeconds(drawn.value) : drawn.value);
  const send = () => {
    if (tellsAtOnce(spot)) void choose(spot, read());
  };
  const shared = {
    ...marks(spot),
    ...fieldMarks(spot),
    placeholder: labelText(element.placeholder?.text ?? ''),
    maxlength: element.max_length,
    autocomplete: 'off',
    onchange: send,
  };
  const drawn = /** @type {HTMLInputElement} */ (
    element.multiline === true
      ? h('textarea', { ...shared, rows: 4 }, shown)
      : h('input', {
          ...shared,
          type: INPUT_TYPES[element.type] ?? 'text',
          inputmode: element.type === 'number_input' ? 'decimal' : undefined,
          value: shown,
        })
  );
  asField(spot, drawn, read);
  return h('span', { class: 'with-status wide' }, drawn, statusOf(spot));
};

/**
 * @param {Spot} spot
 * @returns {HTMLElement}
 */
export const drawElement = (spot) => {
  const { type } = spot.element;
  if (type === 'button') return button(spot);
  if (type === 'overflow') return overflow(spot);
  if (type === 'checkboxes') return choiceList(spot, 'checkbox');
  if (type === 'radio_buttons') return choiceList(spot, 'radio');
  if (type.startsWith('multi_')) return multiSelect(spot);
  if (type.endsWith('_select')) return select(spot);
  if (INPUT_TYPES[type] !== undefined) return typed(spot);
  return h('span', { class: 'unknown' }, `[${type}]`);
};
