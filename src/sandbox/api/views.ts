import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { checkView } from '../limits/check.ts';
import { findView, openView, publishHome, replaceView, stackOf, viewJson } from '../workspace/views.ts';
import { defineMethod, readJson } from './method.ts';
import type { Result } from '../../lib/result.ts';
import type { Engine } from '../engine.ts';
import type { ViewDefinition } from '../limits/check.ts';
import type { View } from '../workspace/state.ts';
import type { ApiAnswer, Method } from './method.ts';
import type { ApiRefusal } from './refusal.ts';

const viewArg = z.unknown().refine((value) => value !== undefined, 'missing required field: view');

const readView = (raw: unknown): Result<ViewDefinition, ApiRefusal> => {
  const json = readJson(raw);
  if (json.ok) return checkView(json.value);
  return err({ error: 'invalid_arguments', messages: ['[ERROR] must be valid json [json-pointer:/view]'] });
};

const answer = (engine: Engine, result: Result<View, ApiRefusal>): ApiAnswer =>
  result.ok ? ok({ view: viewJson(engine.ws, result.value) }) : result;

const opening = (how: 'open' | 'push'): Method =>
  defineMethod({
    tier: 4,
    args: z.object({ trigger_id: z.string(), view: viewArg }),
    run: (args, engine) => {
      const definition = readView(args.view);
      if (!definition.ok) return definition;
      const trigger = engine.triggers.exchange(args.trigger_id);
      if (!trigger.ok) return err({ error: trigger.error });
      const { person, viewId } = trigger.value;
      const isFromStack = stackOf(engine.ws, person).some((view) => view.id === viewId);
      if (how === 'push' && !isFromStack) return err({ error: 'invalid_trigger_id' });
      return answer(engine, openView(engine.ws, { person, definition: definition.value, how }));
    },
  });

const update = defineMethod({
  tier: 4,
  args: z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view: viewArg,
  }),
  run: (args, engine) => {
    if (args.view_id === undefined && args.external_id === undefined) {
      return err({ error: 'invalid_arguments', messages: ['[ERROR] missing required field: view_id'] });
    }
    const definition = readView(args.view);
    if (!definition.ok) return definition;
    const view = findView(engine.ws, { viewId: args.view_id, externalId: args.external_id });
    if (view === undefined) return err({ error: 'not_found' });
    return answer(engine, replaceView(engine.ws, view, { definition: definition.value, hash: args.hash }));
  },
});

const publish = defineMethod({
  tier: 4,
  args: z.object({ user_id: z.string(), hash: z.string().optional(), view: viewArg }),
  run: (args, engine) => {
    if (!engine.ws.people.has(args.user_id)) return err({ error: 'user_not_found' });
    const definition = readView(args.view);
    if (!definition.ok) return definition;
    return answer(
      engine,
      publishHome(engine.ws, args.user_id, { definition: definition.value, hash: args.hash }),
    );
  },
});

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': opening('open'),
  'views.push': opening('push'),
  'views.update': update,
  'views.publish': publish,
};
