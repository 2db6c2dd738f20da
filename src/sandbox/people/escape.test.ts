import { expect, it } from 'vitest';
import { createWorkspace } from '../workspace/create.ts';
import { escapeText } from './escape.ts';

const ws = createWorkspace({ botToken: 'xoxb' }, () => undefined);
const command = (text: string): string => escapeText(ws, text, { withNames: true });

it('turns mentions in a command into ids with names', () => {
  expect(command('handover @ana in #deploys, ask @oncall.')).toBe(
    'handover <@U0ANA|ana> in <#C0DEPLOYS|deploys>, ask <!subteam^S0ONCALL|@oncall>.',
  );
});

it('turns mentions in a message into bare ids', () => {
  expect(escapeText(ws, '@tminus thanks @channel', { withNames: false })).toBe(
    '<@U0TMINUS> thanks <!channel>',
  );
});

it('leaves names nobody has, addresses and numbers alone', () => {
  expect(command('skip dns #42 ask @nobody or a@ana')).toBe('skip dns #42 ask @nobody or a@ana');
});

it('escapes markup but keeps a mention that is one already', () => {
  expect(command('a < b & c > d <@U0ANA>')).toBe('a &lt; b &amp; c &gt; d <@U0ANA>');
});
