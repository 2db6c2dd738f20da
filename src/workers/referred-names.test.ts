import { describe, expect, it } from 'vitest';
import { connections } from '../../test/support/checks.ts';
import type { Connections } from '../domain/check.ts';
import { referredNames } from './worker-presence.ts';

const environment = (systems: Readonly<Record<string, Partial<Connections>>>) => ({
  environment: 'production',
  timeZone: 'UTC',
  workHours: { days: [1], from: 0, to: 1 },
  fourEyes: true,
  people: {},
  systems: Object.fromEntries(
    Object.entries(systems).map(([name, given]) => [
      name,
      { connections: connections(given), lockFrom: 'start' as const },
    ]),
  ),
});

describe('the variables a worker tells of', () => {
  it('are all that the environment files let checks use, also for a command or an auth', () => {
    const names = referredNames([
      environment({
        shop: {
          secrets: { 'database-url': 'env:SHOP_DATABASE_URL' },
          env: ['SHOP_API_TOKEN'],
          commands: { heads: { argv: ['/app/alembic'], env: ['PATH', 'SHOP_API_TOKEN'] } },
        },
        blog: { secrets: { token: 'env:BLOG_TOKEN' } },
      }),
    ]);
    expect(names).toEqual(['SHOP_DATABASE_URL', 'SHOP_API_TOKEN', 'PATH', 'BLOG_TOKEN']);
  });
});
