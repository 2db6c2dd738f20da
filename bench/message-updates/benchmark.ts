import type { Benchmark, Figure } from '../figures.ts';
import { startServer } from '../support/product.ts';
import type { Outcome, Scenario } from './scenario.ts';
import { play } from './scenario.ts';

const LAST_SHOWN_MS = 3500;
const CLICK_SHOWN_MS = 2000;

/** `isBound`: how soon the last result has to be shown is a promise for up to five cards. */
const SCENARIOS: readonly (Scenario & { readonly isBound: boolean })[] = (
  ['window', 'bucket'] as const
).flatMap((rate) => [
  { cards: 1, rate, withClicks: false, isBound: true },
  { cards: 5, rate, withClicks: false, isBound: true },
  { cards: 10, rate, withClicks: false, isBound: false },
  { cards: 1, rate, withClicks: true, isBound: true },
  { cards: 5, rate, withClicks: true, isBound: true },
]);

export const messageUpdates: Benchmark = {
  name: 'message-updates',
  run: async (say) => {
    const server = await startServer();
    try {
      const figures: Figure[] = [];
      for (const scenario of SCENARIOS) {
        // A final state that is wrong, or never comes, ends the benchmark.
        const outcome = await play(server, scenario);
        say(`${nameOf(scenario)}: ${JSON.stringify(outcome)}`);
        figures.push(...figuresOf(scenario, outcome));
      }
      return figures;
    } finally {
      await server.close();
    }
  },
};

const nameOf = ({ cards, rate, withClicks }: Scenario): string =>
  `${cards} ${cards === 1 ? 'card' : 'cards'}, ${rate}${withClicks ? ', with clicks' : ''}`;

const figuresOf = (
  scenario: (typeof SCENARIOS)[number],
  { lastShownMs, clickShownMs, updates, refused }: Outcome,
): readonly Figure[] => {
  const figure = (name: string, value: number, unit: string): Figure => ({
    benchmark: 'message-updates',
    name: `${nameOf(scenario)}: ${name}`,
    value,
    unit,
  });
  const latest = figure('last result shown after', Math.max(...lastShownMs), 'ms');
  return [
    scenario.isBound ? { ...latest, bound: { atMost: LAST_SHOWN_MS } } : latest,
    ...(scenario.withClicks
      ? [
          {
            ...figure('slowest click shown after', Math.max(...clickShownMs), 'ms'),
            bound: { atMost: CLICK_SHOWN_MS },
          },
        ]
      : []),
    { ...figure('updates refused with 429', refused, 'calls'), bound: { atMost: 0 } },
    figure('updates sent', updates, 'calls'),
  ];
};
