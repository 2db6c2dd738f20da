import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { markMethods } from './marks.ts';
import { teamMethods } from './team.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';
import type { Method } from './method.ts';

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...chatMethods,
    ...conversationMethods,
    ...fileMethods,
    ...markMethods,
    ...teamMethods,
    ...userMethods,
    ...viewMethods,
  }),
);
