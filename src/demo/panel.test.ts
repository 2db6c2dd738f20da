import { describe, expect, test } from 'vitest';
import { demoPanel } from './panel.ts';
import type { DemoState, DemoTarget } from './target.ts';

const STATE: DemoState = {
  version: '1.0.0',
  answers: '1.0.0',
  broken: [],
  users: 3,
  tasks: 5,
  conversations: 2,
  messages: 4,
};

const fakeTarget = (state: Partial<DemoState> = {}) => {
  const done: string[] = [];
  const note = (what: string) => {
    done.push(what);
    return Promise.resolve();
  };
  const target: DemoTarget = {
    url: 'http://127.0.0.1:1',
    env: {},
    version: () => '1.0.0',
    deploy: (version) => note(`deploy ${version}`),
    rollBack: () => note('roll back'),
    breakIt: (kind) => note(`break ${kind}`),
    heal: () => note('heal'),
    state: () => Promise.resolve({ ...STATE, ...state }),
    close: () => note('close'),
  };
  return { target, done };
};

describe('the panel beside the local workspace', () => {
  test('says in one line what runs and how it is', async () => {
    const { text } = await demoPanel(fakeTarget().target).state();
    expect(text).toBe('todo API 1.0.0 · healthy · 3 users, 5 tasks');
    const broken = fakeTarget({ version: '1.1.0', broken: ['api-down', 'rows-lost'], tasks: 2 });
    expect((await demoPanel(broken.target).state()).text).toBe(
      'todo API 1.1.0 · API down, rows lost · 3 users, 2 tasks',
    );
  });

  test('has a button for everything that can be done to the application', async () => {
    const { actions } = await demoPanel(fakeTarget().target).state();
    expect(actions.map(({ label, danger }) => (danger === true ? `${label} !` : label))).toEqual([
      'Deploy 1.1.0',
      'Back to 1.0.0',
      'Break: API down !',
      'Break: slow !',
      'Break: lose rows !',
      'Break: wrong version !',
      'Heal',
    ]);
  });

  test('does what its buttons say', async () => {
    const { target, done } = fakeTarget();
    const panel = demoPanel(target);
    for (const { id } of (await panel.state()).actions) await panel.run(id);
    expect(done).toEqual([
      'deploy 1.1.0',
      'roll back',
      'break api-down',
      'break slow',
      'break rows-lost',
      'break wrong-version',
      'heal',
    ]);
  });

  test('refuses a button it does not have', async () => {
    await expect(demoPanel(fakeTarget().target).run('format-disk')).rejects.toThrow('no button format-disk');
  });
});
