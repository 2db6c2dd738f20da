import { expect, test } from 'vitest';
import { onceAnOutage } from './once-an-outage.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('what goes on is said once; what comes back later, or is something else, is said', async () => {
  const said: string[] = [];
  const once = onceAnOutage(200);
  const meet = (trouble: string) => once(trouble, () => said.push(trouble));
  for (let time = 0; time < 6; time += 1) {
    meet('refused');
    await sleep(50);
  }
  expect(said).toEqual(['refused']);
  meet('reset');
  await sleep(400);
  meet('refused');
  expect(said).toEqual(['refused', 'reset', 'refused']);
});
