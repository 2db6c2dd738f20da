import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';
import { bringTo, expectCleanConversation, isCard, startE2e } from '../support/e2e.ts';

const MINUTE = 60_000;

describe('the gate', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small');
    await e2e.card('version not set');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('does not open while anything required is open, and says what', async () => {
    await e2e.asks('ben', 'go', 'Not ready for Go. Still open:', 'Everyone has read the plan');
  });

  it('opens by itself when everything is settled, and asks those who may decide', async () => {
    await bringTo(e2e, 'gate');
    const card = await e2e.card('Go or no-go', 'a second person decides', '1 measured', '3 by people');
    expect(card.visibleText).not.toContain('[Go]');
    await e2e.threadLine('Ready for Go', '<@U0BEN> or <@U0EVA>');
  });

  it('refuses Go without a version', async () => {
    await e2e.asks('ben', 'go', 'The version is not set. Type /deploy version <v>');
    await e2e.asks('ana', 'version 1.1.0', 'The version of small #1 is `1.1.0`.');
    await e2e.card('small 1.1.0 → production', '[Go] [No-go…]');
  });

  it('takes Go only from a second person who may give it', async () => {
    await e2e.asks('ana', 'go', 'needs a second person', '<@U0BEN> or <@U0EVA>');
    await e2e.asks('omar', 'go', 'Go is given by <@U0BEN> or <@U0EVA>');
    await e2e.clicks('ana', 'Go');
    await eventually('the starter to be refused on the button too', () =>
      e2e.sandbox
        .ephemerals('#deploys', 'ana')
        .some(({ visibleText }) => visibleText.startsWith('You started this deployment: Go')),
    );
  });

  it('holds at No-go with a reason, keeps the evidence, and goes on at Resume', async () => {
    const dialog = await e2e.opens('ben', 'No-go…');
    expect(dialog.title).toBe('No-go');
    const empty = await e2e.submits('ben', {});
    expect(empty.errors).toBeDefined();
    await e2e.submits('ben', { Reason: 'error rate is up' });
    await e2e.card('Held', 'error rate is up', 'by <@U0BEN>');
    await e2e.threadLine('On hold by <@U0BEN>: error rate is up');
    await e2e.threadLine('Go was asked; it is on hold by <@U0BEN>');
    await e2e.asks('ana', 'no-go again', 'It is already on hold');
    await e2e.clicks('ana', 'Resume');
    await e2e.card('Awaiting Go', '3 by people');
    await e2e.threadLine('Ready for Go', 'Go or No-go?');
    await e2e.asks('ana', 'resume', 'not on hold');
  });

  it('measures what is older than half an hour again before it takes Go', async () => {
    const asked = e2e.service.requests.length;
    e2e.clock.forward(31 * MINUTE);
    await e2e.asks('ben', 'go', 'Re-measuring 1 result older than 30 min; Go again when they are in.');
    await eventually('the measurement', () => e2e.service.requests.length > asked);
    await eventually('Go', async () => {
      await e2e.types('ben', 'go');
      return e2e.sandbox
        .ephemerals('#deploys', 'ben')
        .some(({ visibleText }) => visibleText.includes('Go is given for small #1.'));
    });
    await e2e.card('Deploying');
    const answered = await e2e.threadLine('Go was asked, and given by <@U0BEN>');
    expect(answered.broadcast).toBe(true);
    const asking = ({ visibleText }: { visibleText: string }) => visibleText.includes('Go or No-go?');
    expect(e2e.sandbox.messages('#deploys').filter(asking)).toEqual([]);
    await e2e.asks('eva', 'go', 'past its gate', '<@U0BEN> gave Go');
  });
});

describe('a Go that nobody gives', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e();
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'gate');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  it('is reminded after 15 minutes, asked of the backup after 30, and holds after 60', async () => {
    e2e.clock.forward(15 * MINUTE);
    await e2e.threadLine('Go has been waited for since');
    e2e.clock.forward(15 * MINUTE);
    await eventually('the backup to be asked', async () => {
      const { ts } = await e2e.card('Awaiting Go');
      const lines = e2e.sandbox
        .thread('#deploys', ts)
        .filter(({ visibleText }) => visibleText.includes('Go has been waited for since'));
      return lines.length === 2;
    });
    e2e.clock.forward(30 * MINUTE);
    await e2e.card('Held', 'no Go within 60 min');
    await eventually('nobody to be asked any more', () => {
      const texts = e2e.sandbox.messages('#deploys').map(({ visibleText }) => visibleText);
      return !texts.some((text) => text.includes('Go or No-go?'));
    });
  });

  it('gets its card posted anew when the gate opens again hours later; the old one points to it', async () => {
    const old = await e2e.card('Held');
    e2e.clock.forward(4 * 60 * MINUTE);
    await e2e.clicks('ana', 'Resume');
    const fresh = await eventually('a new card', () => {
      const cards = e2e.sandbox.messages('#deploys').filter(isCard);
      return cards.find(({ ts, visibleText }) => ts !== old.ts && visibleText.includes('Awaiting Go'));
    });
    await eventually('the old card to point to it', () => {
      const message = e2e.sandbox.messages('#deploys').find(({ ts }) => ts === old.ts);
      return message?.visibleText.includes('The card has moved') === true && !message.pinned;
    });
    await eventually('the new card to be pinned', () =>
      e2e.sandbox.pins('#deploys').join() === fresh.ts ? true : undefined,
    );
    await e2e.asks('ben', 'rerun ready', 'Running');
    await e2e.card('earlier card');
  });
});

describe('an environment whose file breaks under a deployment', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'environments/production.yaml': smallProduction(url),
        'environments/staging.yaml': 'environment: staging\n',
      }),
    });
    await e2e.types('ana', 'start production small 1.1.0');
    await bringTo(e2e, 'gate');
  });
  afterAll(() => e2e.close());
  afterEach(() => expectCleanConversation(e2e.app));

  const file = () => join(e2e.app.folder, 'environments/production.yaml');

  it('gives nobody its roles, and says which line to correct', async () => {
    await e2e.app.restart(() => writeFileSync(file(), 'environment: production\npeople: nobody\n'));
    for (const who of ['omar', 'ben', 'ana'])
      await e2e.asks(who, 'go', 'environments/production.yaml:2:9', 'restart the bot');
  });

  it('leaves what every member may do, and frees its place', async () => {
    await e2e.asks('ana', 'note plan-read the file is being corrected', 'Noted');
    await e2e.card('Awaiting Go', 'Go by nobody as long as the environment file cannot be read');
    await e2e.asks('omar', 'unlock production the file is broken', 'Unlocked: small in production.');
    await e2e.asks('omar', 'no-go the file is broken', 'is on hold');
    await e2e.asks('omar', 'resume', 'goes on');
  });

  it('is not taken for one that never had a file once the file is gone', async () => {
    await e2e.app.restart(() => rmSync(file()));
    await e2e.asks('omar', 'go', 'There is no environments/production.yaml any more');
    await e2e.asks('omar', 'lock production now', 'There is no environment `production`');
  });

  it('has its rules again when the file has', async () => {
    await e2e.app.restart(() => writeFileSync(file(), smallProduction(e2e.service.url)));
    await e2e.asks('omar', 'go', 'Go is given by');
    await e2e.asks('ben', 'go', 'Go is given for small #1');
  });
});
