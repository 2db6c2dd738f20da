import { describe, expect, it } from 'vitest';
import { actor, answer, at, guest, refusalOf, run } from '../../test/support/situation.ts';
import { settleAll, situationIn, started } from '../../test/support/journey.ts';
import { HOUR } from '../lib/time.ts';
import { acknowledgeAlert } from './decide/answer-alert.ts';
import { declareDeployed, undoDeployed } from './decide/deploying.ts';
import { giveGo, giveNoGo, resume } from './decide/gate.ts';
import { setVersion } from './decide/set-version.ts';
import { rollBack } from './decide/roll-back.ts';
import { signOff } from './decide/sign-off.ts';
import type { RefusalCode } from './refusal.ts';
import { confirmItem } from './settle/confirm-item.ts';
import { rerunItems } from './settle/rerun-items.ts';
import { skipItem } from './settle/skip-item.ts';
import { acceptRed, noteItem, undoItem } from './settle/undo-item.ts';
import type { Actor, Situation } from './situation.ts';
import type { Decision } from './transition.ts';

type Row = readonly [
  code: RefusalCode,
  when: string,
  situation: () => Situation,
  decision: Decision,
  says: RegExp,
];

const by =
  (name: string, act: (now: Situation, who: Actor) => ReturnType<Decision>): Decision =>
  (now) =>
    act(now, actor(now, name));
const confirm = (itemId: string): Decision =>
  by('bob', (now, who) => confirmItem(now, { itemId, actor: who }));
const skip = (itemId: string): Decision =>
  by('carol', (now, who) => skipItem(now, { itemId, actor: who, reason: 'no time' }));
const old = (situation: Situation): Situation => at(situation, situation.now + HOUR);
const go: Decision = by('bob', (now, who) => giveGo(now, { actor: who }));

const ROWS: readonly Row[] = [
  [
    'guest',
    'a guest acts',
    () => situationIn('awaiting_go'),
    (now) => giveGo(now, { actor: guest() }),
    /Ask a full member/,
  ],
  [
    'not_allowed',
    'somebody else gives Go',
    () => situationIn('awaiting_go'),
    by('carol', (now, who) => giveGo(now, { actor: who })),
    /Ask one of them/,
  ],
  [
    'second_person_needed',
    'the starter gives Go',
    () => situationIn('awaiting_go'),
    by('ana', (now, who) => giveGo(now, { actor: who })),
    /second person\. Ask <@/,
  ],
  ['unknown_item', 'the name is mistyped', started, confirm('signing-kye'), /did you mean signing-key/],
  ['item_not_active', 'its stage has not begun', started, confirm('run-deploy'), /wait for it/],
  [
    'item_already_settled',
    'it was confirmed',
    () => run(started(), confirm('rollback-plan')),
    confirm('rollback-plan'),
    /by <@UBOB>\. Undo it first/,
  ],
  [
    'item_not_confirmable',
    'it is red',
    () => answer(started(), { 'signing-key': 'fail' }),
    confirm('signing-key'),
    /Re-run it, or skip it with a reason/,
  ],
  [
    'item_not_skippable',
    'it is the proof',
    () => situationIn('verifying'),
    skip('version-live'),
    /Re-run it, or roll back/,
  ],
  ['item_settles_itself', 'it is a sum', started, confirm('database'), /settled by its lines/],
  [
    'reason_missing',
    'no reason is given',
    () => situationIn('awaiting_go'),
    by('bob', (now, who) => giveNoGo(now, { actor: who, reason: '' })),
    /say why in one line/,
  ],
  [
    'line_missing',
    'nothing was measured',
    () => answer(started(), { 'signing-key': 'inconclusive' }),
    confirm('signing-key'),
    /say in one line what you saw/,
  ],
  [
    'line_missing',
    'a note is empty',
    started,
    by('bob', (now, who) => noteItem(now, { itemId: 'rollback-plan', actor: who, text: '' })),
    /needs a text/,
  ],
  ['evidence_missing', 'a figure is asked for', started, confirm('load-figures'), /asks for a number in ms/],
  [
    'evidence_invalid',
    'the figure is none',
    started,
    by('bob', (now, who) => confirmItem(now, { itemId: 'load-figures', actor: who, evidence: 'much' })),
    /asks for a number in ms; `much` is none/,
  ],
  [
    'not_a_check',
    'there is nothing to run',
    started,
    by('bob', (now, who) => rerunItems(now, { itemIds: ['rollback-plan'], actor: who })),
    /Confirm it, or skip it with a reason/,
  ],
  ['check_running', 'it is under way', started, confirm('signing-key'), /wait for its result/],
  [
    'check_not_connected',
    'something is missing',
    () => started({ connected: [] }),
    by('bob', (now, who) => rerunItems(now, { itemIds: ['database-answers'], actor: who })),
    /database-url not set.*by hand and press Confirm/,
  ],
  [
    'wrong_state',
    'there is nothing to resume',
    started,
    by('bob', (now, who) => resume(now, { actor: who })),
    /not on hold/,
  ],
  [
    'version_missing',
    'the version is not set',
    () => situationIn('awaiting_go', { deployment: { version: null } }),
    go,
    /Type \/deploy version <v>/,
  ],
  [
    'version_invalid',
    'the version is none',
    started,
    by('bob', (now, who) => setVersion(now, { actor: who, version: '<@U1>' })),
    /starts with a letter or digit/,
  ],
  [
    'items_open',
    'something is open',
    () => answer(started()),
    go,
    /Still open: All on duty know the way back/,
  ],
  [
    'evidence_stale',
    'it is measured again',
    () => run(old(situationIn('awaiting_go')), go),
    go,
    /Press Go when the results are in/,
  ],
  [
    'undo_impossible',
    'it is signed',
    () => signed(),
    by('bob', (now, who) => undoDeployed(now, { actor: who })),
    /Roll back instead/,
  ],
  [
    'nothing_to_undo',
    'nobody settled it',
    started,
    by('bob', (now, who) => undoItem(now, { itemId: 'rollback-plan', actor: who, reason: 'x' })),
    /nothing to undo/,
  ],
  [
    'time_invalid',
    'it lies in the future',
    () => situationIn('deploying'),
    by('bob', (now, who) => declareDeployed(now, { actor: who, at: now.now + 1 })),
    /between Go and now/,
  ],
  [
    'plan_unknown',
    'the plan is mistyped',
    () => situationIn('watching'),
    by('bob', (now, who) => rollBack(now, { actor: who, reason: 'x', plans: ['ap'] })),
    /Plans: app, database/,
  ],
  [
    'restore_word_missing',
    'data would be lost',
    () => situationIn('watching'),
    by('bob', (now, who) =>
      rollBack(now, { actor: who, reason: 'x', plans: ['database'], restoreWord: 'restore' }),
    ),
    /Type the word RESTORE/,
  ],
  [
    'restore_word_needless',
    'no data would be lost',
    () => situationIn('watching'),
    by('bob', (now, who) =>
      rollBack(now, { actor: who, reason: 'x', plans: ['app'], restoreWord: 'RESTORE' }),
    ),
    /RESTORE is only for a rollback that loses data, and app loses none.*plan=database/,
  ],
  [
    'role_unknown',
    'the role is mistyped',
    () => situationIn('watching'),
    by('bob', (now, who) => signOff(now, { actor: who, role: 'boss', acceptedDebts: [] })),
    /Roles: release-manager, product-owner/,
  ],
  [
    'already_signed',
    'the role has signed',
    () => signed(),
    by('alice', (now, who) => signOff(now, { actor: who, role: 'release-manager', acceptedDebts: [] })),
    /already signed/,
  ],
  [
    'sign_off_not_open',
    'it is too early',
    () => situationIn('verifying'),
    by('bob', (now, who) => signOff(now, { actor: who, acceptedDebts: [] })),
    /opens when verification is done/,
  ],
  [
    'debts_open',
    'a debt is not accepted',
    () => indebted(),
    by('bob', (now, who) => signOff(now, { actor: who, acceptedDebts: [] })),
    /"no time"/,
  ],
  [
    'nothing_to_accept',
    'it is not red',
    () => answer(situationIn('verifying')),
    by('alice', (now, who) => acceptRed(now, { itemId: 'health', actor: who, reason: 'x' })),
    /nothing to accept/,
  ],
  [
    'alert_unknown',
    'none is open',
    () => situationIn('watching'),
    by('bob', (now, who) => acknowledgeAlert(now, { actor: who })),
    /No alert is open/,
  ],
];

const signed = (): Situation =>
  run(
    situationIn('watching'),
    by('bob', (now, who) => signOff(now, { actor: who, acceptedDebts: [] })),
  );
const indebted = (): Situation => {
  const override = 'no time';
  const early = run(
    situationIn('deploying'),
    by('bob', (now, who) => declareDeployed(now, { actor: who, override })),
  );
  return settleAll(early, ['deploy', 'verify']);
};

describe('a refusal says what to do instead', () => {
  it.each(ROWS)('%s: %s', (code, _when, situation, decision, says) => {
    const refused = refusalOf(situation(), decision);
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(says);
    expect(refused.message).toMatch(/[.?]$/);
  });
});
