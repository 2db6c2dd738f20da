import { randomBytes } from 'node:crypto';
import { err, ok } from '../../lib/result.ts';
import { storeBlocks } from './stored-blocks.ts';
import { stateValues } from './element-values.ts';
import type { Result } from '../../lib/result.ts';
import type { ApiRefusal } from '../api/refusal.ts';
import type { ViewDefinition } from '../limits/check.ts';
import type { View, ViewContent, Workspace } from './state.ts';

const STACK_LIMIT = 3;

const contentOf = (ws: Workspace, definition: ViewDefinition): ViewContent => {
  const shared = {
    blocks: storeBlocks(ws.ids, definition.blocks),
    privateMetadata: definition.private_metadata ?? '',
    callbackId: definition.callback_id ?? '',
    externalId: definition.external_id ?? '',
  };
  if (definition.type === 'home') {
    return {
      ...shared,
      title: '',
      submit: undefined,
      close: undefined,
      clearOnClose: false,
      notifyOnClose: false,
    };
  }
  return {
    ...shared,
    title: definition.title.text,
    submit: definition.submit?.text,
    close: definition.close?.text,
    clearOnClose: definition.clear_on_close ?? false,
    notifyOnClose: definition.notify_on_close ?? false,
  };
};

const newHash = (ws: Workspace): string =>
  `${Math.floor(ws.now().getTime() / 1000)}.${randomBytes(4).toString('hex')}`;

const allViews = (ws: Workspace): View[] => [...[...ws.stacks.values()].flat(), ...ws.homes.values()];

const isExternalIdTaken = (ws: Workspace, externalId: string | undefined, by?: View): boolean =>
  externalId !== undefined &&
  allViews(ws).some((view) => view !== by && view.definition.externalId === externalId);

export const stackOf = (ws: Workspace, person: string): View[] => ws.stacks.get(person) ?? [];

export const findView = (
  ws: Workspace,
  by: { viewId?: string | undefined; externalId?: string | undefined },
) =>
  allViews(ws).find((view) =>
    by.viewId === undefined ? view.definition.externalId === by.externalId : view.id === by.viewId,
  );

const newView = (
  ws: Workspace,
  definition: ViewDefinition,
  { person, below }: { person: string; below: View | undefined },
): View => {
  const id = ws.ids.next('V');
  return {
    id,
    type: definition.type,
    person,
    rootViewId: below?.rootViewId ?? id,
    previousViewId: below?.id,
    definition: contentOf(ws, definition),
    hash: newHash(ws),
    errors: {},
    entered: new Map(),
  };
};

/** Opens a modal: a fresh stack with `views.open`, on top of the stack with `views.push`. */
export const openView = (
  ws: Workspace,
  { person, definition, how }: { person: string; definition: ViewDefinition; how: 'open' | 'push' },
): Result<View, ApiRefusal> => {
  if (definition.type !== 'modal') {
    return err({ error: 'invalid_arguments', messages: ['[ERROR] must be modal [json-pointer:/view/type]'] });
  }
  const stack = how === 'push' ? stackOf(ws, person) : [];
  if (stack.length >= STACK_LIMIT) return err({ error: 'push_limit_reached' });
  if (isExternalIdTaken(ws, definition.external_id)) return err({ error: 'duplicate_external_id' });
  const view = newView(ws, definition, { person, below: stack.at(-1) });
  ws.stacks.set(person, [...stack, view]);
  ws.changed();
  return ok(view);
};

/** New content for an open view. What was entered stays where block_id and action_id are the same. */
export const replaceView = (
  ws: Workspace,
  view: View,
  { definition, hash }: { definition: ViewDefinition; hash: string | undefined },
): Result<View, ApiRefusal> => {
  if (hash !== undefined && hash !== '' && hash !== view.hash) return err({ error: 'hash_conflict' });
  if (definition.type !== view.type) {
    return err({
      error: 'invalid_arguments',
      messages: [`[ERROR] must be ${view.type} [json-pointer:/view/type]`],
    });
  }
  if (isExternalIdTaken(ws, definition.external_id, view)) return err({ error: 'duplicate_external_id' });
  view.definition = contentOf(ws, definition);
  view.hash = newHash(ws);
  view.errors = {};
  ws.changed();
  return ok(view);
};

export const publishHome = (
  ws: Workspace,
  person: string,
  { definition, hash }: { definition: ViewDefinition; hash: string | undefined },
): Result<View, ApiRefusal> => {
  if (definition.type !== 'home') {
    return err({ error: 'invalid_arguments', messages: ['[ERROR] must be home [json-pointer:/view/type]'] });
  }
  const existing = ws.homes.get(person);
  if (existing !== undefined) return replaceView(ws, existing, { definition, hash });
  const view = newView(ws, definition, { person, below: undefined });
  ws.homes.set(person, view);
  ws.changed();
  return ok(view);
};

/** Takes one modal away; those above it go with it. */
export const dropView = (ws: Workspace, view: View): void => {
  const stack = stackOf(ws, view.person);
  const index = stack.indexOf(view);
  if (index < 0) return;
  ws.stacks.set(view.person, stack.slice(0, index));
  ws.changed();
};

export const clearStack = (ws: Workspace, person: string): void => {
  ws.stacks.set(person, []);
  ws.changed();
};

const plain = (text: string | undefined) =>
  text === undefined ? null : { type: 'plain_text', text, emoji: true };

/** The view object of API answers and payloads. */
export const viewJson = (ws: Workspace, view: View): Record<string, unknown> => {
  const { definition } = view;
  return {
    id: view.id,
    team_id: ws.teamId,
    type: view.type,
    blocks: definition.blocks,
    private_metadata: definition.privateMetadata,
    callback_id: definition.callbackId,
    state: { values: stateValues(definition.blocks, view.entered) },
    hash: view.hash,
    title: plain(definition.title === '' ? 'View Title' : definition.title),
    clear_on_close: definition.clearOnClose,
    notify_on_close: definition.notifyOnClose,
    close: plain(definition.close),
    submit: plain(definition.submit),
    previous_view_id: view.previousViewId ?? null,
    root_view_id: view.rootViewId,
    app_id: ws.appId,
    external_id: definition.externalId,
    app_installed_team_id: ws.teamId,
    bot_id: ws.botId,
  };
};
