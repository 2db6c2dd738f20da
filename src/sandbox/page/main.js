import { act, get } from './api.js';
import { drawBlocks, avatar } from './blocks.js';
import { createComposer } from './composer.js';
import { byId, h, icon, replaceKeepingFocus } from './dom.js';
import { closeDrawer, drawerButton, watchDrawer } from './drawer.js';
import { followAgain } from './follow.js';
import { hooks } from './hooks.js';
import { drawMessages } from './messages.js';
import { drawModal, watchEscape } from './modal.js';
import { panelNode, readPanel } from './panel.js';
import { drawWhenLetGo, watchPresses } from './press.js';
import { drawSidebar } from './sidebar.js';
import { facts, readPlace, state, writePlace } from './state.js';
import { toast } from './toast.js';

const PANEL_EVERY_MS = 2000;

const currentChannel = () => state.look.channels.find(({ id }) => id === state.place.channel);

/** @type {ReturnType<typeof createComposer> | undefined} */
let composer;

const drawHeader = () => {
  const channel = currentChannel();
  const isApp = state.place.tab === 'home' || channel?.kind === 'im';
  if (!isApp) {
    const pins = state.look.messages.filter(({ pinned }) => pinned).length;
    replaceKeepingFocus(byId('main-header'), [
      drawerButton(),
      h('h1', {}, icon(channel?.kind === 'private' ? 'lock' : 'hash'), channel?.name ?? 'no channel'),
      h('span', { class: 'muted' }, channel === undefined ? '' : `${channel.members} members`),
      pins === 0 ? null : h('span', { class: 'muted' }, icon('pin'), `${pins} pinned`),
    ]);
    return;
  }
  const direct = state.look.channels.find(({ kind }) => kind === 'im');
  const tab = (
    /** @type {string} */ label,
    /** @type {boolean} */ isCurrent,
    /** @type {() => void} */ open,
  ) =>
    h(
      'button',
      {
        type: 'button',
        class: 'tab',
        role: 'tab',
        'aria-selected': isCurrent ? 'true' : 'false',
        'data-focus-key': `tab ${label}`,
        onclick: open,
      },
      label,
    );
  replaceKeepingFocus(byId('main-header'), [
    drawerButton(),
    h('h1', {}, avatar(facts().bot.id), facts().bot.name),
    h(
      'div',
      { class: 'tabs', role: 'tablist' },
      tab('Home', state.place.tab === 'home', () => go({ tab: 'home' })),
      direct === undefined
        ? null
        : tab('Messages', state.place.tab !== 'home', () => go({ tab: 'channel', channel: direct.id })),
    ),
  ]);
};

let drawnHome = '';

const drawHome = () => {
  const { home } = state.look;
  const key = JSON.stringify([home, [...state.busy], [...state.failed], facts().me]);
  if (key === drawnHome) return;
  drawnHome = key;
  const list = byId('messages');
  replaceKeepingFocus(list, [
    home === null
      ? h('div', { class: 'empty' }, 'The app has not published a Home for you yet.')
      : h(
          'div',
          { class: 'home', 'data-view-id': home.id },
          drawBlocks(home.blocks, {
            kind: 'view',
            viewId: home.id,
            values: home.values,
            errors: {},
            collect: () => ({}),
          }),
        ),
  ]);
};

const drawMain = () => {
  const channel = currentChannel();
  const isHome = state.place.tab === 'home';
  const canWrite = !isHome && channel?.isMember === true && !channel.archived;
  byId('composer').hidden = !canWrite;
  byId('messages').classList.toggle('is-home', isHome);
  if (isHome) {
    drawHome();
    return;
  }
  drawnHome = '';
  composer?.setPlaceholder(
    channel?.kind === 'im' ? `Message ${facts().bot.name}` : `Message #${channel?.name ?? ''}`,
  );
  const empty = canWrite
    ? `Nothing here yet. Type ${facts().commands[0]?.name ?? 'a message'} below to begin.`
    : 'Nothing here yet.';
  drawMessages(byId('messages'), state.look.messages, {
    inThread: false,
    place: `${facts().me} ${state.place.channel}`,
    openThread,
    empty,
  });
};

const drawThread = () => {
  const isOpen = state.place.thread !== '' && state.look.thread.length > 0 && state.place.tab === 'channel';
  byId('thread').hidden = !isOpen;
  byId('app').classList.toggle('has-thread', isOpen);
  if (!isOpen) return;
  replaceKeepingFocus(byId('thread-header'), [
    h('h1', {}, 'Thread'),
    h('span', { class: 'muted' }, `#${currentChannel()?.name ?? ''}`),
    h(
      'button',
      {
        type: 'button',
        class: 'plain',
        'aria-label': 'Close thread',
        'data-focus-key': 'close-thread',
        onclick: () => go({ thread: '' }),
      },
      icon('close'),
    ),
  ]);
  drawMessages(byId('thread-messages'), state.look.thread, {
    inThread: true,
    place: state.place.thread,
    openThread,
    empty: '',
  });
};

/** The panel's own state changes without the workspace changing. */
const drawPanel = () => drawSidebar(go, panelNode());

const drawAll = () => {
  drawPanel();
  drawHeader();
  drawMain();
  drawThread();
  drawModal();
};

const redraw = () => drawWhenLetGo(drawAll);

let asked = 0;

/** Asks for what this window shows and draws it; an answer overtaken by a newer one is dropped. */
const refresh = async () => {
  asked += 1;
  const turn = asked;
  const { person, channel, thread } = state.place;
  const look = await get('state', { person, channel, ...(thread === '' ? {} : { thread }) });
  if (turn !== asked) return;
  state.look = look;
  const current = currentChannel();
  if (current !== undefined && state.place.tab === 'channel')
    state.seen.set(`${facts().me} ${current.id}`, current.latest);
  if (current === undefined) {
    const first = look.channels.find((/** @type {any} */ each) => each.isMember) ?? look.channels[0];
    if (first !== undefined && first.id !== state.place.channel) {
      go({ channel: first.id });
      return;
    }
  }
  redraw();
};

/** @param {unknown} error */
const unreachable = (error) =>
  toast(error instanceof Error ? `The workspace does not answer: ${error.message}` : String(error));

/** @param {Partial<import('./state.js').Place>} change */
const go = (change) => {
  closeDrawer();
  const opensHome = change.tab === 'home' || (change.person !== undefined && state.place.tab === 'home');
  Object.assign(state.place, change);
  const me =
    facts().people.find(({ name, id }) => name === state.place.person || id === state.place.person) ??
    facts().people[0];
  if (me !== undefined) {
    state.place.person = me.name;
    facts().me = me.id;
  }
  if (change.person !== undefined) {
    state.failed.clear();
    state.busy.clear();
  }
  writePlace();
  document.title = `${facts().people.find(({ id }) => id === facts().me)?.realName ?? ''} · Slack sandbox`;
  refresh().catch(unreachable);
  if (opensHome) act('open-home').catch((error) => toast(error.message));
};

/** @param {string} ts */
const openThread = (ts) => {
  go({ thread: ts });
  requestAnimationFrame(() => byId('thread-composer').querySelector('textarea')?.focus());
};

const listen = () => {
  const source = new EventSource('/events');
  let isLost = false;
  source.addEventListener('change', () => {
    isLost = false;
    document.body.classList.remove('is-offline');
    refresh().catch(unreachable);
  });
  source.addEventListener('error', () => {
    if (isLost) return;
    isLost = true;
    document.body.classList.add('is-offline');
    toast('The workspace has stopped. This page goes on when it is back.');
  });
};

const start = async () => {
  Object.assign(hooks, { refresh, redraw });
  const workspace = await get('workspace');
  state.facts = { ...workspace, me: '' };
  composer = createComposer(byId('composer'), {
    place: () => ({ channel: state.place.channel, thread: '' }),
    placeholder: 'Message',
    focusKey: 'composer',
    onSent: () => followAgain(byId('messages')),
  });
  createComposer(byId('thread-composer'), {
    place: () => ({ channel: state.place.channel, thread: state.place.thread }),
    placeholder: 'Reply…',
    focusKey: 'thread-composer',
    onSent: () => followAgain(byId('thread-messages')),
  });
  watchPresses();
  watchEscape();
  watchDrawer();
  await readPanel();
  go(readPlace());
  listen();
  composer.focus();
  if (workspace.panelTitle !== null) {
    setInterval(() => void readPanel().then(() => drawWhenLetGo(drawPanel), () => undefined), PANEL_EVERY_MS);
  }
};

start().catch(unreachable);
