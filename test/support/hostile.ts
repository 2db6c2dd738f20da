import fc from 'fast-check';
import type { Outcome, Readiness } from '../../src/domain/check.ts';
import type { EffectiveChecklist, Item, Phase } from '../../src/domain/checklist.ts';
import type {
  Alert,
  Debt,
  Deployment,
  DeploymentState,
  FollowUp,
  ItemProgress,
} from '../../src/domain/deployment.ts';
import type { PlanItem } from '../../src/domain/plan.ts';
import type { Situation } from '../../src/domain/situation.ts';
import { boardOf } from '../../src/domain/standing.ts';
import { HOUR, MINUTE } from '../../src/lib/time.ts';
import { situationOf, START } from './situation.ts';

/** Every state a deployment can be in. */
export const STATES: readonly DeploymentState['kind'][] = [
  'preparing',
  'awaiting_go',
  'held',
  'deploying',
  'verifying',
  'watching',
  'completed',
  'aborted',
  'rolling_back',
  'rolled_back',
];

/** Everything that could mention, link, format, overflow or turn around. */
const NASTY = [
  '<@UEVIL> <!channel> <!here|here> <!subteam^SEVIL>',
  '<https://evil.example|click me> https://evil.example',
  '*bold* _slanted_ ~gone~ `code` ```fence``` > quote',
  '&&&&<<<<>>>>&amp;',
  'x'.repeat(10_000),
  '👩‍🚀'.repeat(2000),
  'שלום עולם \u202e\u202d\u2066 مرحبا',
  'a\u0301'.repeat(3000),
  '\ud800 lone half',
  'line\nline\r\n\tline\u0000',
  '   ',
  '@here @channel @everyone',
  '|'.repeat(200),
];

/** Something a person or a target may have written. */
export const words = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.lorem(),
);
const person = fc.constantFrom('U1', 'U2', 'UEVIL2', 'nobody <!here>', '@ana');

const PHASES = 10;

/** A checklist of about 260 items, every body and every stage in it, with `text` wherever people may write. */
const bigChecklist = (base: EffectiveChecklist, text: () => string): EffectiveChecklist => {
  const item = (id: string, index: number): Item => {
    const common = {
      id,
      title: text(),
      note: text(),
      required: index % 4 !== 3,
      critical: index % 7 === 0,
      watch: index % 5 === 0,
    };
    const check = { kind: 'http', params: {} };
    switch (index % 5) {
      case 0:
        return { ...common, body: { kind: 'check', effect: 'read', check } };
      case 1:
        return { ...common, body: { kind: 'check', effect: 'write', check }, command: text() };
      case 2:
        return { ...common, body: { kind: 'manual' }, command: text(), link: `https://help.example/${id}` };
      case 3:
        return { ...common, body: { kind: 'approval', role: text() } };
      default:
        return { ...common, body: { kind: 'manual', evidence: { kind: 'number', unit: text() } } };
    }
  };
  const items = (prefix: string, count: number): Item[] =>
    Array.from({ length: count }, (_, index) => item(`${prefix}-${index}`, index));
  const phases = (prefix: string, count: number): Phase[] =>
    Array.from({ length: PHASES }, (_, index) => ({
      id: `${prefix}-${index}`,
      title: text(),
      owner: text(),
      items: items(`${prefix}-${index}`, count / PHASES),
    }));
  return {
    ...base,
    title: text(),
    stages: {
      prepare: phases('prepare', 100),
      deploy: phases('deploy', 40),
      verify: phases('verify', 70),
      watch: phases('watch', 30),
    },
    criteria: { at: [{ anchor: 'deployed', ms: HOUR }], items: items('criteria', 5) },
    rollback: {
      triggers: [text(), text()],
      plans: Object.fromEntries(
        ['app', 'database'].map((id) => [
          id,
          {
            title: text(),
            default: id === 'app',
            dataLoss: id === 'database',
            items: items(`back-${id}`, 10),
          },
        ]),
      ),
      after: items('after', 5),
    },
    signOff: { opens: 'verified', roles: ['lead', 'owner', 'security', 'quality'] },
    variants: { way: { title: text(), options: { a: { title: text(), note: text() } }, default: 'a' } },
    parameters: {
      ...base.parameters,
      asked: { describe: text(), secret: false, ask: true, default: false },
      typed: { describe: text(), secret: false, ask: true },
    },
  };
};

const OUTCOMES: readonly Outcome[] = [
  'pass',
  'warn',
  'fail',
  'error',
  'inconclusive',
  'timed_out',
  'skipped',
];

/** How an item may stand, `pick` choosing among everything that can have happened to it. */
const progress = (pick: (count: number) => number, text: () => string): ItemProgress => {
  const at = START + pick(120) * MINUTE;
  const by = pick(2) === 0 ? 'U1' : 'nobody <!here>';
  const outcome = OUTCOMES[pick(OUTCOMES.length)] ?? 'pass';
  const measured = {
    runId: 'r',
    outcome,
    line: text(),
    at,
    tries: pick(4) + 1,
    ...(pick(3) === 0 ? { cause: text() } : {}),
  };
  const choices: readonly ItemProgress[] = [
    {},
    { running: { runId: 'r', since: at, reason: { kind: 'stage' } } },
    { measured },
    { measured, accepted: { by, at, reason: text() } },
    { settled: { kind: 'confirmed', by, at, seen: text() } },
    { settled: { kind: 'skipped', by, at, reason: text(), override: false } },
    { settled: { kind: 'failed', by, at, reason: text() } },
    { settled: { kind: 'not_applicable', by, at, reason: text() } },
    { measured, notes: [{ by, at, text: text() }] },
  ];
  return choices[pick(choices.length)] ?? {};
};

const stateOf = (kind: DeploymentState['kind'], text: () => string): DeploymentState => {
  const since = START + HOUR;
  switch (kind) {
    case 'preparing':
      return { kind };
    case 'held':
      return { kind, by: null, reason: text(), since };
    case 'completed':
      return { kind, at: since, outcome: 'degraded', unsigned: ['lead', text()] };
    case 'aborted':
      return { kind, by: 'U1', at: since, reason: text(), locked: true };
    case 'rolled_back':
      return { kind, at: since };
    default:
      return { kind, since };
  }
};

const debts = (text: () => string): Debt[] =>
  Array.from({ length: 30 }, (_, index) => ({
    id: `debt-${index}`,
    itemId: index === 0 ? null : `prepare-0-${index % 10}`,
    kind: 'skip',
    by: 'U1',
    at: START,
    reason: text(),
  }));

const followUps = (text: () => string): FollowUp[] =>
  Array.from({ length: 40 }, (_, index) => ({
    id: `rung-${index}`,
    title: text(),
    dueAt: START + index * HOUR,
    rung: 0,
    state:
      index < 15
        ? { kind: 'done', at: START, red: index % 3, unmeasured: index % 4, late: index % 2 === 0 }
        : { kind: 'planned' },
  }));

const alerts = (text: () => string): Alert[] =>
  Array.from({ length: 6 }, (_, index) => ({
    id: `alert-${index}`,
    cause: text(),
    line: text(),
    itemIds: Array.from({ length: 50 }, (_unused, item) => `verify-${item % 10}-${Math.floor(item / 10)}`),
    since: START,
    firedAt: START,
    lastLookAt: START,
    pings: 1,
    state:
      index === 0
        ? { kind: 'resolved', at: START + HOUR }
        : index === 1
          ? { kind: 'acknowledged', by: 'U1', at: START }
          : { kind: 'firing' },
  }));

export type World = {
  readonly texts: readonly string[];
  readonly picks: readonly number[];
  readonly holder: string;
};

/** What a hostile deployment is made of. */
export const world: fc.Arbitrary<World> = fc.record({
  texts: fc.array(words, { minLength: 1, maxLength: 8 }),
  picks: fc.array(fc.nat(1000), { minLength: 5, maxLength: 40 }),
  holder: person,
});

/** A deployment in which everything a person or a target can write is one of the texts. */
export const hostile = (kind: DeploymentState['kind'], { texts, picks, holder }: World): Situation => {
  let drawn = 0;
  const text = (): string => texts[(drawn += 1) % texts.length] ?? '';
  const pick = (count: number): number => (picks[(drawn += 1) % picks.length] ?? 0) % count;
  const base = situationOf({ now: START + 2 * HOUR });
  const checklist = bigChecklist(base.checklist, text);
  const isAfter = ['verifying', 'watching', 'completed', 'rolling_back', 'rolled_back'].includes(kind);
  const deployment: Deployment = {
    ...base.deployment,
    system: text(),
    environment: text(),
    version: text(),
    previousVersion: text(),
    choices: { variants: { way: 'a' }, parameters: { typed: text() } },
    state: stateOf(kind, text),
    startedBy: holder,
    goBy: holder,
    deployedBy: holder,
    anchors: {
      start: START,
      plannedGo: START + HOUR,
      ...(isAfter ? { go: START, deployed: START + HOUR } : {}),
    },
    debts: debts(text),
    signatures: [{ role: text(), by: holder, at: START }],
    followUps: isAfter ? followUps(text) : [],
    alerts: isAfter ? alerts(text) : [],
    [kind === 'rolling_back' || kind === 'rolled_back' ? 'rollback' : 'rollbackAsked']: {
      plans: ['app', 'database'],
      targetVersion: text(),
      reason: text(),
      by: holder,
      askedBy: holder,
      at: START + 2 * HOUR,
    },
  };
  const situation: Situation = {
    ...base,
    checklist,
    deployment,
    policy: { fourEyes: true, holders: () => (pick(2) === 0 ? [holder, 'U1', 'U2', 'U3'] : 'anyone') },
    readiness: ({ item }: PlanItem): Readiness => {
      if (item.body.kind !== 'check') return { kind: 'connected' };
      const which = item.id.length % 3;
      if (which === 0) return { kind: 'not_connected', missing: texts };
      return which === 1 ? { kind: 'connected' } : { kind: 'by_click', effect: item.body.effect };
    },
  };
  const items = Object.fromEntries(
    boardOf(situation).plan.items.map(({ item }) => [item.id, progress(pick, text)]),
  );
  return { ...situation, deployment: { ...deployment, items } };
};
