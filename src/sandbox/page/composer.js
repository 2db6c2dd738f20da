import { act } from './api.js';
import { h, icon } from './dom.js';
import { facts, state } from './state.js';
import { toast } from './toast.js';

/**
 * @typedef {{ insert: string, label: string, detail: string }} Suggestion
 * @typedef {{ place: () => { channel: string, thread: string }, placeholder: string, focusKey: string, onSent: () => void }} ComposerOptions
 */

/** Lines sent from this window, newest last; the arrow keys go through them. @type {string[]} */
const sent = [];

/** @param {string} text before the cursor @returns {{ from: number, suggestions: Suggestion[] }} */
const suggest = (text) => {
  if (/^\/\S*$/.test(text)) {
    const found = facts().commands.filter(({ name }) => name.startsWith(text));
    return {
      from: 0,
      suggestions: found.map(({ name, usageHint, description }) => ({
        insert: `${name} `,
        label: `${name} ${usageHint === undefined ? '' : `[${usageHint}]`}`,
        detail: description ?? '',
      })),
    };
  }
  const [, sign, start = ''] = /(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(text) ?? [];
  if (sign === undefined) return { from: 0, suggestions: [] };
  const from = text.length - start.length - 1;
  const names =
    sign === '#'
      ? state.look.channels.filter(({ kind }) => kind !== 'im').map(({ name }) => ({ name, detail: '' }))
      : [
          ...facts().people.map(({ name, realName }) => ({ name, detail: realName })),
          ...facts().userGroups.map(({ handle }) => ({ name: handle, detail: 'user group' })),
          { name: facts().bot.name, detail: 'app' },
        ];
  const found = names.filter(({ name }) => name.startsWith(start.toLowerCase())).slice(0, 8);
  return {
    from,
    suggestions: found.map(({ name, detail }) => ({
      insert: `${sign}${name} `,
      label: `${sign}${name}`,
      detail,
    })),
  };
};

/**
 * A text field that sends on Enter, with suggestions for commands, people and channels.
 * @param {HTMLElement} container
 * @param {ComposerOptions} options
 */
export const createComposer = (container, { place, placeholder, focusKey, onSent }) => {
  let selected = 0;
  /** @type {{ from: number, suggestions: Suggestion[] }} */
  let open = { from: 0, suggestions: [] };
  let recalled = 0;
  const listId = `${container.id}-suggestions`;
  const list = h('div', {
    class: 'suggestions',
    id: listId,
    role: 'listbox',
    'aria-label': 'Suggestions',
    hidden: true,
  });
  const field = /** @type {HTMLTextAreaElement} */ (
    h('textarea', {
      rows: 1,
      'aria-label': placeholder,
      placeholder,
      'data-focus-key': focusKey,
      'aria-controls': listId,
      'aria-autocomplete': 'list',
    })
  );

  const fit = () => {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
  };
  const drawSuggestions = () => {
    list.hidden = open.suggestions.length === 0;
    list.replaceChildren(
      ...open.suggestions.map((suggestion, index) =>
        h(
          'div',
          {
            role: 'option',
            class: 'suggestion',
            'aria-selected': index === selected ? 'true' : 'false',
            onmousedown: (/** @type {Event} */ event) => {
              event.preventDefault();
              accept(suggestion);
            },
          },
          h('b', {}, suggestion.label),
          h('span', {}, suggestion.detail),
        ),
      ),
    );
  };
  const dismiss = () => {
    open = { from: 0, suggestions: [] };
    drawSuggestions();
  };
  /** @param {Suggestion} suggestion */
  const accept = (suggestion) => {
    field.setRangeText(suggestion.insert, open.from, field.selectionStart, 'end');
    dismiss();
    fit();
  };
  const send = async () => {
    const text = field.value.trim();
    if (text === '') return;
    const { channel, thread } = place();
    field.value = '';
    fit();
    dismiss();
    sent.push(text);
    recalled = sent.length;
    onSent();
    try {
      if (text.startsWith('/') && thread !== '')
        throw new Error('Slash commands do not work in threads. Type them in the channel.');
      if (text.startsWith('/')) await act('command', { text, channel });
      else await act('say', { text, channel, ...(thread === '' ? {} : { threadTs: thread }) });
    } catch (error) {
      field.value = text;
      toast(error instanceof Error ? error.message : String(error));
    }
  };
  /** @param {number} step */
  const recall = (step) => {
    const next = Math.min(Math.max(recalled + step, 0), sent.length);
    recalled = next;
    field.value = sent[next] ?? '';
    fit();
  };

  /** @param {KeyboardEvent} event @returns {boolean} handled */
  const suggestionKey = (event) => {
    if (open.suggestions.length === 0) return false;
    const count = open.suggestions.length;
    if (event.key === 'ArrowDown') selected = (selected + 1) % count;
    else if (event.key === 'ArrowUp') selected = (selected + count - 1) % count;
    else if (event.key === 'Escape') open = { from: 0, suggestions: [] };
    else if (
      event.key === 'Tab' ||
      (event.key === 'Enter' && open.suggestions[selected]?.insert.trim() !== field.value.trim())
    ) {
      const suggestion = open.suggestions[selected];
      if (suggestion !== undefined) accept(suggestion);
      return true;
    } else return false;
    drawSuggestions();
    return true;
  };

  field.addEventListener('input', () => {
    fit();
    selected = 0;
    open = suggest(field.value.slice(0, field.selectionStart));
    drawSuggestions();
  });
  field.addEventListener('blur', dismiss);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (suggestionKey(event)) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'ArrowUp' && (field.value === '' || field.value === sent[recalled])) {
      event.preventDefault();
      recall(-1);
    } else if (event.key === 'ArrowDown' && field.value === sent[recalled] && field.value !== '') {
      event.preventDefault();
      recall(1);
    }
  });

  const upload = /** @type {HTMLInputElement} */ (h('input', { type: 'file', hidden: true }));
  upload.addEventListener('change', async () => {
    const [file] = upload.files ?? [];
    if (file === undefined) return;
    await act('upload', { channel: place().channel, name: file.name, content: await file.text() }).catch(
      (error) => toast(error.message),
    );
    upload.value = '';
  });

  container.replaceChildren(
    list,
    h(
      'div',
      { class: 'composer-box' },
      field,
      h(
        'div',
        { class: 'composer-tools' },
        h(
          'button',
          {
            type: 'button',
            class: 'plain',
            'aria-label': 'Attach a file',
            title: 'Attach a file',
            onclick: () => upload.click(),
          },
          icon('clip'),
        ),
        h('span', { class: 'hint' }, 'Enter to send, Shift+Enter for a new line'),
        h(
          'button',
          { type: 'button', class: 'send', 'aria-label': 'Send', title: 'Send', onclick: () => void send() },
          icon('send'),
        ),
      ),
    ),
    upload,
  );
  return {
    focus: () => field.focus(),
    /** @param {string} text */
    setPlaceholder: (text) => {
      field.placeholder = text;
      field.setAttribute('aria-label', text);
    },
  };
};
