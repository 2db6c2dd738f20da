import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';

const CHANNELS = [
  { id: 'C0DEPLOYS', name: 'deploys', members: ['U0ANA', 'U0BEN', 'U0GUY'] },
  { id: 'C0GENERAL', name: 'general', members: ['U0ANA', 'U0BEN', 'U0EVA', 'U0GUY'] },
];

describe('members of the channel of a deployment', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({ sandbox: { channels: CHANNELS } });
    await e2e.asks('ana', 'start production small 1.1.0', 'has started');
    await e2e.card('Preparing');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  const membersAsked = () =>
    e2e.sandbox.calls().filter(({ method }) => method === 'conversations.members').length;

  const hears = async (person: string, typed: string, answer: string): Promise<void> => {
    await e2e.types(person, typed, '#general');
    await eventually(`${person} to hear ${answer}`, () =>
      e2e.sandbox.ephemerals('#general', person).find(({ visibleText }) => visibleText.includes(answer)),
    );
  };

  it('are known by what comes from there: nobody asks Slack for a command, a click or a dialog of the channel', async () => {
    await e2e.asks('ana', 'note plan-read seen', 'Noted');
    await e2e.clicks('ana', 'Confirm', 'Everyone has read the plan');
    await e2e.card('Everyone has read the plan~ · confirmed by <@U0ANA>');
    await e2e.opens('ana', 'Skip…', 'Cost alerts are set');
    expect(await e2e.submits('ana', { Reason: 'no budget' })).toMatchObject({ ok: true });
    await e2e.card('skipped by <@U0ANA>: no budget');
    expect(membersAsked()).toBe(0);
  });

  it('act from elsewhere too; whoever is not in the channel does not', async () => {
    await hears('ben', 'note signing-key #1 seen from afar', 'Noted');
    await hears('eva', 'note signing-key #1 me too', 'You are not in the channel of this deployment');
    await hears('eva', 'start production small 1.2.0', 'You are not in the channel of this deployment');
    await hears('eva', 'lock production mine', 'You are not in the channel of this deployment');
    await hears('eva', 'report #1', 'You are not in the channel of this deployment');
    await hears('guy', 'report #1', 'Guests cannot act');
    expect(membersAsked()).toBeGreaterThan(0);
  });
});
