import type { DemoState, DemoTarget } from './target.ts';
import type { Breakage } from './target/control.ts';
import { BREAKAGES, FIRST_VERSION } from './target/control.ts';

/** The version the demo deploys. */
export const NEXT_VERSION = '1.1.0';

/** Lines of state and buttons beside the local Slack workspace. */
export type DemoPanel = {
  readonly title: string;
  readonly state: () => Promise<{ text: string; actions: { id: string; label: string; danger?: boolean }[] }>;
  /** @throws an error for an id that is no button of the panel. */
  readonly run: (id: string) => Promise<void>;
};

const WORDS: Readonly<Record<Breakage, { readonly button: string; readonly state: string }>> = {
  'api-down': { button: 'API down', state: 'API down' },
  slow: { button: 'slow', state: 'slow' },
  'rows-lost': { button: 'lose rows', state: 'rows lost' },
  'wrong-version': { button: 'wrong version', state: 'wrong version answers' },
};

type Button = { readonly label: string; readonly danger?: boolean; readonly press: () => Promise<void> };

const buttonsOf = (target: DemoTarget): ReadonlyMap<string, Button> =>
  new Map<string, Button>([
    ['deploy', { label: `Deploy ${NEXT_VERSION}`, press: () => target.deploy(NEXT_VERSION) }],
    ['roll-back', { label: `Back to ${FIRST_VERSION}`, press: target.rollBack }],
    ...BREAKAGES.map(
      (kind) =>
        [
          `break-${kind}`,
          { label: `Break: ${WORDS[kind].button}`, danger: true, press: () => target.breakIt(kind) },
        ] as const,
    ),
    ['heal', { label: 'Heal', press: target.heal }],
  ]);

/** `todo API 1.0.0 · healthy · 3 users, 5 tasks`. */
const inWords = ({ version, broken, users, tasks }: DemoState): string => {
  const condition = broken.length === 0 ? 'healthy' : broken.map((kind) => WORDS[kind].state).join(', ');
  return `todo API ${version} · ${condition} · ${users} users, ${tasks} tasks`;
};

/** What a person does outside Slack in the demo: deploying, breaking and healing the application. */
export const demoPanel = (target: DemoTarget): DemoPanel => {
  const buttons = buttonsOf(target);
  return {
    title: 'Todo API',
    state: async () => ({
      text: inWords(await target.state()),
      actions: [...buttons].map(([id, { label, danger }]) => ({ id, label, ...(danger && { danger }) })),
    }),
    run: async (id) => {
      const button = buttons.get(id);
      if (button === undefined) throw new Error(`the panel has no button ${id}`);
      await button.press();
    },
  };
};
