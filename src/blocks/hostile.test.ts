import type { KnownBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linksFor, GENESIS } from '../domain/audit.ts';
import type { EffectiveChecklist } from '../domain/checklist.ts';
import { HOUR } from '../lib/time.ts';
import { hostile, STATES, words, world } from '../../test/support/hostile.ts';
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
import { refusalModal } from './modals/loading.ts';
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
  if ('type' in what) assertWithinLimits(what);
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
        for (const view of [noGoModal, abortModal, deployedModal, signOffModal, variantModal])
          expectSafe(view(scene));
        for (const viewer of ['U1', made.holder]) expectSafe(rollBackModal(scene, viewer));
        for (const alert of situation.deployment.alerts) expectSafe(alertDetailsModal(scene, alert));
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
          { type: 'not_measured', followUpId: 'rung-3' },
          { type: 'evidence_outdated', by: text },
          { type: 'superseded', by: text },
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
        const head = { seq: 1, hash: facts[0]?.hash ?? '' };
        const report = { situation, chain: { chain: 'deployment:tiny-42', events: facts, head } };
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
