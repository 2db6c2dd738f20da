import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxView } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/app.ts';
import type { E2e } from '../support/e2e.ts';
import { expectCleanConversation, startE2e } from '../support/e2e.ts';
import { SMALL, smallProduction } from '../support/small-system.ts';

const OTHER = SMALL.replace('system: small', 'system: other').replace(
  'title: Small service',
  'title: Other service',
);

const startDialog = (e2e: E2e, person: string): Promise<SandboxView> =>
  eventually('the start dialog', () => {
    const view = e2e.sandbox.as(person).view();
    return view?.title === 'Start deployment' ? view : undefined;
  });

const valueOf = ({ values }: SandboxView, block: string): unknown =>
  Object.values(values[block] ?? {}).map((entry) => entry as Record<string, unknown>)[0];

describe('a start whose system nothing tells', () => {
  let e2e: E2e;
  beforeAll(async () => {
    e2e = await startE2e({
      files: (url) => ({
        'small.yaml': SMALL,
        'other.yaml': OTHER,
        'environments/production.yaml': smallProduction(url),
        'environments/staging.yaml': 'environment: staging\n',
      }),
    });
  });
  afterAll(() => e2e.close());
  afterEach(async () => {
    expectCleanConversation(e2e.app, ({ error }) => error === 'expired_trigger_id');
    if (e2e.sandbox.as('ana').view() !== undefined) await e2e.sandbox.as('ana').close();
  });

  it('opens the dialog with what was typed, which stays when the system is chosen', async () => {
    await e2e.types('ana', 'start staging 3.0');
    const view = await startDialog(e2e, 'ana');
    expect(valueOf(view, 'environment')).toMatchObject({ selected_option: { value: 'staging' } });
    expect(valueOf(view, 'system')).toMatchObject({ selected_option: null });
    expect(valueOf(view, 'version')).toMatchObject({ value: '3.0' });
    await e2e.sandbox.as('ana').choose({ viewId: view.id, actionId: 'start.system' }, 'small');
    const asked = await eventually('what the system asks', () => {
      const drawn = e2e.sandbox.as('ana').view();
      return drawn?.visibleText.includes('How it is published') === true ? drawn : undefined;
    });
    expect(valueOf(asked, 'environment')).toMatchObject({ selected_option: { value: 'staging' } });
    expect(valueOf(asked, 'version')).toMatchObject({ value: '3.0' });
    // Drawn as part of the dialog, not only kept by Slack: what depends on it is about the right place.
    expect(JSON.stringify(asked.blocks)).toContain('"initial_value":"3.0"');
    expect(JSON.stringify(asked.blocks)).toMatch(/"initial_option":\{"text":[^}]*"text":"staging"/);
  });

  it('opens it without a version too', async () => {
    await e2e.types('ana', 'start production');
    const view = await startDialog(e2e, 'ana');
    expect(valueOf(view, 'environment')).toMatchObject({ selected_option: { value: 'production' } });
    expect(valueOf(view, 'version')).toMatchObject({ value: null });
  });

  it('answers a near miss of a name with the name, and opens nothing', async () => {
    await e2e.asks('ana', 'start production smal', 'There is no system smal. Did you mean small?');
    expect(e2e.sandbox.as('ana').view()).toBeUndefined();
  });

  it('says what to type when the dialog cannot be opened any more', async () => {
    e2e.sandbox.fault({ method: 'views.open', kind: 'error', error: 'expired_trigger_id' });
    await e2e.asks('ana', 'start production 3.0', '/deploy start production <system> 3.0', 'other, small');
    expect(e2e.sandbox.as('ana').view()).toBeUndefined();
  });

  it('takes the command once: given again it opens nothing more', async () => {
    await e2e.types('ana', 'start production 3.1');
    await startDialog(e2e, 'ana');
    const opened = () => e2e.sandbox.calls().filter(({ method }) => method === 'views.open').length;
    const before = opened();
    await e2e.sandbox.redeliver();
    await e2e.asks('ana', 'start prodution', 'There is no environment prodution');
    expect(opened()).toBe(before);
  });
});
