import { describe, expect, it } from 'vitest';
import { situationOf } from '../../test/support/situation.ts';
import type { Deployment } from '../domain/deployment.ts';
import { runningVersion } from './running-version.ts';

const { deployment } = situationOf();
const out = (version: string, more: Partial<Deployment> = {}): Deployment => ({
  ...deployment,
  version,
  state: { kind: 'watching', since: 0 },
  anchors: { start: 0, deployed: 1 },
  ...more,
});

describe('the version that runs', () => {
  it('is that of the newest deployment that went out', () => {
    expect(runningVersion([{ ...deployment, version: '1.3.0' }, out('1.2.0'), out('1.1.0')])).toBe('1.2.0');
    expect(runningVersion([deployment])).toBeNull();
  });

  it('is, after a rollback, the one that was rolled back to', () => {
    const back = { state: { kind: 'rolled_back', at: 2 }, previousVersion: '1.1.0' } as const;
    expect(runningVersion([out('1.2.0', back), out('1.1.0')])).toBe('1.1.0');
    const further = { plans: ['app'], targetVersion: '1.0.0' } as unknown as NonNullable<
      Deployment['rollback']
    >;
    expect(runningVersion([out('1.2.0', { ...back, rollback: further }), out('1.1.0')])).toBe('1.0.0');
  });
});
