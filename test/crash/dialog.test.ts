import { describe, expect, it } from 'vitest';
import { createWorld, converged, ENVIRONMENT, eventually, TINY } from './world.ts';

const CHECKLIST = TINY('{id: plan-read, title: Everyone has read the plan}');

describe('a command that has to be asked something first', () => {
  it('is answered once after a restart when the process died before the dialog opened', async () => {
    const world = await createWorld({
      files: {
        'tiny.yaml': CHECKLIST,
        'other.yaml': CHECKLIST.replace('system: tiny', 'system: other'),
        'environments/production.yaml': ENVIRONMENT(),
      },
    });
    try {
      const { sandbox } = world;
      const told = () =>
        sandbox.ephemerals('#deploys', 'ana').filter(({ visibleText }) => visibleText.includes('restarted'));
      const handled = () =>
        world.sql<{ outcome: string; handled_at: Date | null }>('select outcome, handled_at from inbox');
      const bot = await world.startBot();
      sandbox.fault({ method: 'views.open', kind: 'hang' });
      await sandbox.as('ana').command('/deploy start production 3.0', '#deploys');
      await eventually('the dialog on its way', () =>
        sandbox.calls().some(({ method }) => method === 'views.open'),
      );
      expect(await handled()).toEqual([{ outcome: 'refused:system_missing', handled_at: null }]);
      await bot.kill('SIGKILL');
      await world.startBot();
      await eventually('the answer', () => told().length > 0);
      await converged(world);
      expect(told().map(({ visibleText }) => visibleText)).toEqual([
        expect.stringContaining('Type it again: `/deploy start production 3.0`'),
      ]);
      expect(await handled()).toEqual([
        { outcome: 'refused:system_missing', handled_at: expect.any(Date) as Date },
      ]);
      await sandbox.as('ana').command('/deploy start production 3.0', '#deploys');
      await eventually('the dialog', () => sandbox.as('ana').view()?.title === 'Start deployment');
      await converged(world);
      expect(told()).toHaveLength(1);
      expect((await handled()).every(({ handled_at }) => handled_at !== null)).toBe(true);
    } finally {
      await world.close();
    }
  }, 120_000);
});
