import type { KnownBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linksFor, GENESIS } from '../domain/audit.ts';
import type { Outcome, Readiness } from '../domain/check.ts';
import type { EffectiveChecklist, Item, Phase } from '../domain/checklist.ts';
import type {
  Alert,
  Debt,
  Deployment,
  DeploymentState,
  FollowUp,
  ItemProgress,
} from '../domain/deployment.ts';
import type { PlanItem } from '../domain/plan.ts';
import type { Situation } from '../domain/situation.ts';
import { HOUR, MINUTE } from '../lib/time.ts';
import { situationOf, START } from '../../test/support/situation.ts';
import { cardMessage } from './card/card.ts';
import { assertWithinLimits, CARD_BLOCKS, CARD_CHARACTERS } from './limits.ts';
import { alertMessage } from './messages/alert.ts';
import { refusalMessage } from './messages/answer.ts';
import { checklistsMessage } from './messages/checklists.ts';
import {
  historyMessage,
  listMessage,
  locksMessage,
  mineMessage,
  statusMessage,
  whoamiMessage,
} from './messages/overview.ts';
import { pointerMessage } from './messages/pointer.ts';
import { eventPost } from './messages/posts.ts';
import type { PostEvent } from './messages/posts.ts';
import { reminderMessage } from './messages/reminder.ts';
import { startAnswer } from './messages/start-answer.ts';
import { alertDetailsModal } from './modals/alert-details.ts';
import { confirmGroupModal } from './modals/confirm-group.ts';
import { confirmItemModal } from './modals/confirm-item.ts';
import { abortModal, noGoModal } from './modals/decisions.ts';
import { deployedModal } from './modals/deployed.ts';
import { itemDetailsModal } from './modals/details.ts';
import { loadingModal, refusalModal } from './modals/loading.ts';
import { phaseModal } from './modals/phase.ts';
import {
  acceptItemModal,
  failItemModal,
  notApplicableModal,
  skipItemModal,
  undoItemModal,
} from './modals/reason.ts';
import { rollBackModal } from './modals/roll-back.ts';
import { signOffModal } from './modals/sign-off.ts';
import { startModal } from './modals/start.ts';
import { variantModal } from './modals/variant.ts';
import { reportMarkdown } from './report/markdown.ts';
import { reportPost } from './report/post.ts';
import { PHASE_FILTERS } from './ref.ts';
import { sceneOf } from './scene.ts';
import { charactersOf, elementsOf, optionsOf } from './walk.ts';

const STATES: readonly DeploymentState['kind'][] = [
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

const words = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 200 }), fc.lorem());
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
      index < 15 ? { kind: 'done', at: START, red: index % 3, late: index % 2 === 0 } : { kind: 'planned' },
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

type World = {
  readonly texts: readonly string[];
  readonly picks: readonly number[];
  readonly holder: string;
};

const world: fc.Arbitrary<World> = fc.record({
  texts: fc.array(words, { minLength: 1, maxLength: 8 }),
  picks: fc.array(fc.nat(1000), { minLength: 5, maxLength: 40 }),
  holder: person,
});

/** A deployment in which everything a person or a target can write is one of the texts. */
const hostile = (kind: DeploymentState['kind'], { texts, picks, holder }: World): Situation => {
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
    rollback: { plans: ['app', 'database'], targetVersion: text(), reason: text(), by: holder, at: START },
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
    sceneOf(situation).board.plan.items.map(({ item }) => [item.id, progress(pick, text)]),
  );
  return { ...situation, deployment: { ...deployment, items } };
};

/** What we may write between angle brackets: people, groups, dates, and links to addresses we were given. */
const OURS =
  /^(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^|<>]*\|[0-9:UTC -]+|https?:\/\/(x\.slack\.com|help\.example)\/[^|<>]*\|[^<>]*)$/;
const CALLED = /<@UEVIL>|<!subteam\^SEVIL>|<!channel|<!here|<!everyone/;

const mrkdwnIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : [];
  return [...own, ...Object.values(value).flatMap(mrkdwnIn)];
};

const expectHarmless = (text: string): void => {
  for (const [, token = ''] of text.matchAll(/<([^>]*)>/g)) expect(token).toMatch(OURS);
  expect(text.replace(/<[^>]*>/g, '')).not.toMatch(/[<>]/);
  expect(text).not.toMatch(CALLED);
};

const expectSafe = (
  what: { readonly text?: unknown; readonly blocks: readonly unknown[] } | ModalView,
): void => {
  if ('type' in what) assertWithinLimits(what as ModalView);
  else {
    assertWithinLimits(what.blocks as readonly KnownBlock[]);
    expect(String(what.text).length).toBeLessThanOrEqual(4000);
    expectHarmless(String(what.text));
  }
  for (const text of mrkdwnIn(what.blocks)) expectHarmless(text);
};

const RUNS = { numRuns: 4 };

describe.each(STATES)('whatever people and targets write, in %s', (kind) => {
  test('the card of 260 items keeps its size, mentions nobody and links nothing of theirs', () => {
    fc.assert(
      fc.property(world, (made) => {
        const situation = hostile(kind, made);
        const message = cardMessage({
          situation,
          lock: { since: START, holderText: made.texts[0] ?? '' },
          oldCard: 'https://x.slack.com/archives/C1/p1',
          alertLinks: {
            'alert-2': 'https://x.slack.com/archives/C1/p2',
            'alert-3': `javascript:${made.texts[0] ?? ''}`,
          },
        });
        expectSafe(message);
        expect(message.blocks.length).toBeLessThanOrEqual(CARD_BLOCKS);
        expect(charactersOf(message.blocks)).toBeLessThanOrEqual(CARD_CHARACTERS);
      }),
      RUNS,
    );
  });

  test('every dialog keeps to its limits', () => {
    fc.assert(
      fc.property(world, (made) => {
        const situation = hostile(kind, made);
        const scene = sceneOf(situation);
        const [text = ''] = made.texts;
        const prefix =
          kind === 'verifying' || kind === 'watching'
            ? 'verify'
            : kind === 'deploying'
              ? 'deploy'
              : 'prepare';
        const entries = scene.board.plan.items.filter(({ phaseId }) => phaseId === `${prefix}-0`);
        for (const view of [
          skipItemModal,
          failItemModal,
          notApplicableModal,
          undoItemModal,
          acceptItemModal,
          confirmItemModal,
        ])
          for (const entry of entries) expectSafe(view(scene, entry));
        for (const entry of entries)
          expectSafe(
            itemDetailsModal(scene, entry, { findings: [text, text], history: [{ at: START, text }] }),
          );
        for (const filter of PHASE_FILTERS)
          expectSafe(phaseModal(scene, { phaseId: `${prefix}-0`, viewer: 'U1', filter }));
        expectSafe(confirmGroupModal(scene, `${prefix}-0`));
        for (const view of [noGoModal, abortModal, deployedModal, rollBackModal, signOffModal, variantModal])
          expectSafe(view(scene));
        for (const alert of situation.deployment.alerts) expectSafe(alertDetailsModal(scene, alert));
        expectSafe(loadingModal(text));
        expectSafe(refusalModal(text, 'Ask somebody.'));
        expectSafe(
          startModal({
            channel: 'C1',
            environments: made.texts.map((_, index) => `environment-${index}`),
            systems: [{ system: 'tiny', title: text }],
            chosen: { system: 'tiny', version: text },
            runningNow: text,
            asks: { variants: situation.checklist.variants, parameters: situation.checklist.parameters },
            plannedGo: START,
            carryOver: { from: 'tiny-41', confirmations: 12, abortedBy: 'U1', abortedAt: START },
            blockers: ['Ask somebody.'],
          }),
        );
      }),
      RUNS,
    );
  });

  test('every message keeps to its limits', () => {
    fc.assert(
      fc.property(world, (made) => {
        const situation = hostile(kind, made);
        const { deployment } = situation;
        const scene = sceneOf(situation);
        const [text = ''] = made.texts;
        const link = 'https://x.slack.com/archives/C1/p1';
        for (const alert of deployment.alerts) {
          const was = { [alert.itemIds[0] ?? '']: { line: text, at: START } };
          const inWindow = [{ system: text, number: 1, version: text, at: START }];
          expectSafe(alertMessage(scene, alert, { was, inWindow }));
        }
        const posts: readonly PostEvent[] = [
          { type: 'go_asked' },
          { type: 'go_given' },
          { type: 'deployed' },
          { type: 'sign_off_asked' },
          { type: 'held' },
          { type: 'aborted' },
          { type: 'rolling_back' },
          { type: 'rolled_back' },
          { type: 'alert_repeated', alertId: 'alert-3', toBackup: true },
          { type: 'was_down', from: START, to: START + HOUR },
        ];
        for (const post of posts) expectSafe(eventPost(scene, post, link));
        for (const key of [
          'go:asked',
          'go:backup',
          'deployed:1',
          'rollback:open',
          'items:preparing',
          'item:after-0',
          'item:watch-0-2',
        ]) {
          const message = reminderMessage(scene, key, link);
          if (message !== undefined) expectSafe(message);
        }
        const shown = [{ scene, cardUrl: link }];
        expectSafe(statusMessage(shown));
        expectSafe(mineMessage('U1', shown));
        expectSafe(pointerMessage(scene, link));
        expectSafe(listMessage(Array.from({ length: 60 }, () => ({ deployment, cardUrl: link }))));
        expectSafe(historyMessage([{ deployment }]));
        expectSafe(
          locksMessage([
            { environment: text, system: text, since: START, holder: text, by: 'U1', reason: text },
          ]),
        );
        expectSafe(
          whoamiMessage({ id: made.holder, isFullMember: false }, [{ environment: text, roles: made.texts }]),
        );
        const missing = [{ what: text, checks: 3 }];
        const counts = { automatic: 1, notConnected: 3, byClick: 1, byPeople: 4, missing };
        expectSafe(startAnswer({ title: text, cardUrl: link }, { ...counts, blockers: [] }));
        expectSafe(
          checklistsMessage(
            [{ system: text, title: text, environment: text, connected: 1, ...counts }],
            [{ file: text, problems: made.texts }],
          ),
        );
        const facts = linksFor({ chain: 'deployment:tiny-42', head: GENESIS, at: START }, [
          { type: 'item_skipped', itemId: 'prepare-0-1', by: 'U1', reason: text, override: false },
        ] as never);
        const report = { situation, audit: facts, head: { seq: 1, hash: facts[0]?.hash ?? '' } };
        expectSafe(reportPost(report));
        expect(reportMarkdown(report)).not.toMatch(/(^|[^\\])<[@!]/);
      }),
      RUNS,
    );
  });
});

test('a refusal calls nobody who is not a person, however long it is', () => {
  fc.assert(
    fc.property(words, (text) => {
      expectSafe(refusalMessage({ code: 'usage', message: `${text.replace(/<@/g, '')} Ask <@U1>.` }));
    }),
  );
});

test('no option, value or id is too long when the ids of a checklist are', () => {
  const long = 'a-very-long-id-of-somebody-who-writes-whole-sentences-into-ids'.repeat(3);
  const base = situationOf();
  const checklist: EffectiveChecklist = {
    ...base.checklist,
    stages: {
      ...base.checklist.stages,
      prepare: [
        {
          id: long,
          title: 'Long',
          items: ['a', 'b', 'c'].map((end) => ({
            id: `${long}-${end}`,
            title: end,
            body: { kind: 'manual' },
            required: true,
            critical: false,
            watch: false,
          })),
        },
      ],
    },
  };
  const scene = sceneOf({ ...base, checklist });
  expectSafe(cardMessage({ situation: scene.situation }));
  const view = confirmGroupModal(scene, long);
  expectSafe(view);
  const values = (view.blocks as KnownBlock[]).flatMap(elementsOf).flatMap(optionsOf);
  expect(new Set(values.map(({ value }) => value)).size).toBe(3);
});
