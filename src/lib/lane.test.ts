import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLane } from './lane.ts';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

describe('a lane', () => {
  it('keeps the order of each owner, never runs more than its width, and leaves nothing out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ of: fc.constantFrom('a', 'b', 'c', undefined), takes: fc.nat(6) }), {
          maxLength: 30,
        }),
        async (width, jobs) => {
          const lane = createLane(width);
          const ended: number[] = [];
          let running = 0;
          let most = 0;
          for (const [position, { of, takes }] of jobs.entries()) {
            lane.add(async () => {
              running += 1;
              most = Math.max(most, running);
              await turns(takes);
              running -= 1;
              ended.push(position);
              if (takes === 6) throw new Error('it broke off');
            }, of);
          }
          await lane.idle();
          expect([...ended].sort((a, b) => a - b)).toEqual(jobs.map((_job, position) => position));
          expect(most).toBeLessThanOrEqual(width);
          for (const owner of ['a', 'b', 'c']) {
            const own = ended.filter((position) => jobs[position]?.of === owner);
            expect(own).toEqual([...own].sort((a, b) => a - b));
          }
        },
      ),
    );
  });
});
