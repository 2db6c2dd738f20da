import { describe, expect, it } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Tx } from '../usecases/stores.ts';
import type { Loop } from '../usecases/world.ts';
import { startView } from './start-view.ts';

const { deployment, checklist } = situationOf();

/** Newest first: one of ours that is out, then a busy day of others. */
const OTHERS = Array.from({ length: 30 }, (_value, index): Deployment => ({
  ...deployment,
  id: `other-${100 - index}`,
  number: 100 - index,
  system: 'other',
  channel: 'C9',
}));
const OURS: Deployment = {
  ...deployment,
  version: '1.1.0',
  state: { kind: 'watching', since: 0 },
  anchors: { start: 0, deployed: 1 },
};

type Filter = Parameters<Tx['deployments']['listRecent']>[1];

const listRecent = (_teamId: string, { limit, ...wanted }: Filter): Promise<Deployment[]> =>
  Promise.resolve(
    [...OTHERS, OURS]
      .filter((one) => Object.entries(wanted).every(([key, value]) => one[key as keyof Deployment] === value))
      .slice(0, limit),
  );

const loop = {
  teamId: 'T1',
  files: () => ({
    checklists: new Map([[checklist.system, checklist]]),
    environments: new Map(),
    broken: new Map(),
  }),
  people: { policyOf: () => ({ fourEyes: true, holders: () => 'anyone' }) },
  transact: <T>(work: (tx: Tx) => Promise<T>) => work({ deployments: { listRecent } } as unknown as Tx),
  now: () => new Date(0),
} as unknown as Loop;

describe('the start dialog', () => {
  it('is filled in from the last run of its channel and place, however much others deployed since', async () => {
    const asked = { person: { id: 'UANA', name: 'ana' }, triggerId: 't', channel: deployment.channel };
    const view = JSON.stringify(await startView(loop, { name: 'start' }, asked));
    expect(view).toContain('running now: 1.1.0');
    expect(view).toContain(`"initial_option":{"text":{"type":"plain_text","text":"${checklist.environment}"`);
  });
});
