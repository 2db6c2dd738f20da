import type { Workspace } from '../workspace/state.ts';

const entities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const ESCAPED = /<[@#!][^<>\s]+>/g;

const mention = (ws: Workspace, typed: string, withNames: boolean): string | undefined => {
  const [sign, name] = [typed.slice(0, 1), typed.slice(1)];
  const named = (id: string, label: string): string => (withNames ? `${id}|${label}` : id);
  if (sign === '#') {
    const channel = [...ws.channels.values()].find((each) => each.name === name && each.kind !== 'im');
    return channel === undefined ? undefined : `<#${channel.id}|${channel.name}>`;
  }
  const person = [...ws.people.values()].find((each) => each.name === name);
  if (person !== undefined) return `<@${named(person.id, person.name)}>`;
  const group = ws.userGroups.find((each) => each.handle === name);
  if (group !== undefined) return `<!subteam^${named(group.id, `@${group.handle}`)}>`;
  if (name === 'tminus') return `<@${named(ws.botUserId, name)}>`;
  return ['here', 'channel', 'everyone'].includes(name) ? `<!${name}>` : undefined;
};

/**
 * What a person typed as the app gets it: mentions as ids, `&`, `<` and `>` as entities. Commands carry the name
 * too (`<@U1|ana>`), messages do not. A name nobody has stays as it is.
 */
export const escapeText = (ws: Workspace, text: string, { withNames }: { withNames: boolean }): string => {
  const plain = (part: string): string =>
    entities(part).replace(
      /(?<=^|[\s(,])[@#][\p{L}\p{N}._-]*[\p{L}\p{N}_-]/gu,
      (typed) => mention(ws, typed, withNames) ?? typed,
    );
  let result = '';
  let from = 0;
  for (const match of text.matchAll(ESCAPED)) {
    result += plain(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + plain(text.slice(from));
};
