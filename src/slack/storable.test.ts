import { describe, expect, it } from 'vitest';
import { parseEnvelope, storable } from './envelope.ts';

const block = { type: 'section', text: { type: 'mrkdwn', text: 'something we drew' } };

const click = {
  type: 'block_actions',
  token: 'verification-token',
  team: { id: 'T1' },
  user: { id: 'U1', username: 'ana' },
  trigger_id: '1.2',
  response_url: 'https://hooks.slack.example/1',
  channel: { id: 'C1' },
  container: { type: 'message', message_ts: '1.1' },
  message: { ts: '1.1', blocks: [block] },
  actions: [{ action_id: 'item.confirm', block_id: 'b', value: 'd=todo-1&i=plan-read' }],
};

const submission = {
  type: 'view_submission',
  token: 'verification-token',
  team: { id: 'T1' },
  user: { id: 'U1', username: 'ana' },
  trigger_id: '1.3',
  view: {
    id: 'V1',
    callback_id: 'item.skip.submit',
    private_metadata: 'd=todo-1&i=plan-read',
    blocks: [block],
    state: { values: { reason: { text: { type: 'plain_text_input', value: 'no access' } } } },
  },
};

const command = {
  token: 'verification-token',
  team_id: 'T1',
  user_id: 'U1',
  user_name: 'ana',
  channel_id: 'C1',
  command: '/deploy',
  text: 'confirm plan-read',
  trigger_id: '1.4',
  response_url: 'https://hooks.slack.example/2',
};

describe('a payload as it is stored', () => {
  it.each([
    ['click', click],
    ['submission', submission],
    ['command', command],
  ])('still says everything that is read of a %s', (_kind, body) => {
    expect(parseEnvelope(storable(body))).toEqual(parseEnvelope(body));
    expect(parseEnvelope(body)).toBeDefined();
  });

  it('reads and stores no character that the database refuses, and keeps the lines of a dialog', () => {
    const odd = (text: string) => ({ ...command, text });
    expect(parseEnvelope(odd('no-go a\u0000b\ud800'))).toMatchObject({ text: 'no-go ab\ufffd' });
    expect(storable(odd('no-go a\u0000b\nc'))).toMatchObject({ text: 'no-go ab\nc' });
  });

  it('has neither the verification token nor what we drew ourselves', () => {
    for (const body of [click, submission, command]) {
      const text = JSON.stringify(storable(body));
      expect(text).not.toContain('verification-token');
      expect(text).not.toContain('something we drew');
    }
  });
});
