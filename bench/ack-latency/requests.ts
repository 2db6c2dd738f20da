import { createHmac } from 'node:crypto';
import { ACTION } from '../../src/blocks/ids.ts';
import { encodeRef } from '../../src/blocks/ref.ts';
import type { PreparedRequest } from './batch.ts';

type Payload = Readonly<Record<string, unknown>>;

/** What all requests of a run have in common. */
export type Sender = {
  readonly signingSecret: string;
  readonly teamId: string;
  readonly channel: string;
  readonly person: { readonly id: string; readonly name: string };
  /** Where answers after the ack would go. */
  readonly responseUrl: string;
  /** A new one for every request. */
  readonly triggerId: () => string;
};

const signed = ({ signingSecret }: Sender, form: URLSearchParams): PreparedRequest => {
  const body = form.toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
  };
};

/** A typed command, signed now. */
export const commandRequest = (sender: Sender, text: string): PreparedRequest =>
  signed(
    sender,
    new URLSearchParams({
      token: 'verification-token',
      team_id: sender.teamId,
      team_domain: 'bench',
      channel_id: sender.channel,
      channel_name: 'deploys',
      user_id: sender.person.id,
      user_name: sender.person.name,
      command: '/deploy',
      text,
      api_app_id: 'A0TMINUS',
      is_enterprise_install: 'false',
      response_url: sender.responseUrl,
      trigger_id: sender.triggerId(),
    }),
  );

/** The click on an item's Confirm, signed now. Like Slack's it carries the whole message the button stands in. */
export const confirmRequest = (
  sender: Sender,
  { deploymentId, itemId, message }: { deploymentId: string; itemId: string; message: Payload },
): PreparedRequest => {
  const { id, name } = sender.person;
  const payload: Payload = {
    type: 'block_actions',
    user: { id, username: name, name, team_id: sender.teamId },
    api_app_id: 'A0TMINUS',
    token: 'verification-token',
    container: {
      type: 'message',
      message_ts: message['ts'],
      channel_id: sender.channel,
      is_ephemeral: false,
    },
    trigger_id: sender.triggerId(),
    team: { id: sender.teamId, domain: 'bench' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: sender.channel, name: 'deploys' },
    message,
    state: { values: {} },
    response_url: sender.responseUrl,
    actions: [
      {
        action_id: ACTION.itemConfirm,
        block_id: `people.${itemId}`,
        text: { type: 'plain_text', text: 'Confirm', emoji: true },
        value: encodeRef({ deploymentId, itemId }),
        type: 'button',
        action_ts: message['ts'],
      },
    ],
  };
  return signed(sender, new URLSearchParams({ payload: JSON.stringify(payload) }));
};
