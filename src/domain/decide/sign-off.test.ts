import { describe, expect, it } from 'vitest';
import type { SituationOptions } from '../../../test/support/situation.ts';
import {
  actor,
  answer,
  at,
  guest,
  passTime,
  refusalOf,
  run,
  userId,
  wakeAt,
} from '../../../test/support/situation.ts';
import { settleAll, situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import { ok } from '../../lib/result.ts';
import { DAY, HOUR } from '../../lib/time.ts';
import { acceptRed } from '../settle/undo-item.ts';
import { skipItem } from '../settle/skip-item.ts';
import type { Situation } from '../situation.ts';
import { supersede } from './newer-deployment.ts';
import type { SignOffInput } from './sign-off.ts';
import { signOff, signOffOpen, unsignedRoles } from './sign-off.ts';

const sign =
  (by: string, more: Partial<SignOffInput> = {}) =>
  (now: Situation) =>
    signOff(now, { actor: actor(now, by), acceptedDebts: [], ...more });
const kindOf = ({ deployment }: Situation) => deployment.state.kind;

/** Two roles sign: alice and bob may as release manager, carol as both. */
const watching = (rest = '', options: SituationOptions = {}) =>
  situationIn('watching', {
    yaml: smallChecklist({
      prepare: [manual('a')],
      verify: [checked('b')],
      watch: [manual('c', 'required: true'), manual('d')],
      rest: /sign_off/.test(rest) ? rest : `sign_off: { roles: [release-manager, product-owner] }\n${rest}`,
    }),
    ...options,
  });
const ready = (rest = '', options: SituationOptions = {}) => settleAll(watching(rest, options), ['watch']);

describe('a signature', () => {
  it('is given once per role, for the role the person stands in', () => {
    const half = run(ready('ladder: [{ at: +1h }]'), sign('alice'));
    expect(half.deployment.signatures).toEqual([
      { role: 'release-manager', by: userId('alice'), at: half.now },
    ]);
    expect(unsignedRoles(half)).toEqual(['product-owner']);
    expect(refusalOf(half, sign('bob', { role: 'release-manager' }))).toEqual({
      code: 'already_signed',
      message: 'release-manager has already signed.',
    });
  });

  it('of one person counts for one role only', () => {
    const half = run(ready(), sign('carol', { role: 'release-manager' }));
    expect(refusalOf(half, sign('carol'))).toEqual({
      code: 'second_person_needed',
      message: 'You signed as release-manager already; product-owner needs another person.',
    });
  });

  it('of one person may count for two where the file says so', () => {
    const half = run(ready(), sign('carol', { role: 'release-manager' }));
    const allowed = {
      ...half,
      checklist: { ...half.checklist, signOff: { ...half.checklist.signOff, samePerson: true } },
    };
    expect(unsignedRoles(run(allowed, sign('carol')))).toEqual([]);
  });

  it('is refused to people of other roles, with who could', () => {
    expect(refusalOf(ready(), sign('ana'))).toEqual({
      code: 'not_allowed',
      message:
        'You stand in none of the roles that have to sign. Open: release-manager: <@UALICE> or <@UBOB> or <@UCAROL>; product-owner: <@UCAROL>.',
    });
    expect(refusalOf(ready(), sign('alice', { role: 'product-owner' })).code).toBe('not_allowed');
    expect(refusalOf(ready(), (now) => signOff(now, { actor: guest(), acceptedDebts: [] })).code).toBe(
      'guest',
    );
  });

  it('knows only the roles of the file', () => {
    expect(refusalOf(ready(), sign('alice', { role: 'ceo' }))).toEqual({
      code: 'role_unknown',
      message: '`ceo` is no sign-off role here. Roles: release-manager, product-owner.',
    });
  });

  it('is refused with the list of open required items', () => {
    expect(refusalOf(watching(), sign('alice'))).toEqual({
      code: 'items_open',
      message: 'Not ready to sign. Open required items: Item c.',
    });
  });
});

describe('debts', () => {
  it('have to be accepted by the one who signs, and are shown with their reason', () => {
    const skipped = run(watching('ladder: [{ at: +1h }]'), (now) =>
      skipItem(now, { itemId: 'c', actor: actor(now, 'bob'), reason: 'no access' }),
    );
    expect(refusalOf(skipped, sign('alice'))).toEqual({
      code: 'debts_open',
      message: 'Debts have to be accepted before signing: Item c ("no access").',
    });
    const [debt] = skipped.deployment.debts;
    const signed = run(skipped, sign('alice', { acceptedDebts: [debt?.id ?? '', 'unknown'] }));
    expect(signed.deployment.debts[0]?.acceptedBy).toBe(userId('alice'));
    expect(unsignedRoles(run(signed, sign('carol')))).toEqual([]);
  });
});

describe('sign-off opens', () => {
  it('with verification by default', () => {
    expect(signOffOpen(watching())).toBe(true);
    expect(signOffOpen(situationIn('verifying'))).toBe(false);
    expect(refusalOf(situationIn('verifying'), sign('alice'))).toEqual({
      code: 'sign_off_not_open',
      message:
        'Sign-off opens when verification is done. Still open there: The new version answers, The service says it is healthy, No user got lost, A new user can be added and All three pods are ready.',
    });
  });

  it('at a time after T-0 where the file says so', () => {
    const waiting = ready('ladder: [{ at: +2d }]\nsign_off: { opens: +24h, roles: [release-manager] }');
    expect(refusalOf(waiting, sign('alice')).message).toBe('Sign-off opens later after T-0.');
    expect(signOffOpen(at(waiting, waiting.now + DAY))).toBe(true);
  });

  it('with the judgement of the criteria where the file says so', () => {
    const waiting = ready(
      [
        'ladder: [{ at: +2d }]',
        'criteria: { at: [+24h], items: [{ id: fine, title: Fine, check: { state: { of: [b] } } }] }',
        'sign_off: { opens: criteria, roles: [release-manager] }',
      ].join('\n'),
    );
    expect(signOffOpen(at(waiting, waiting.now + DAY - 1))).toBe(false);
    expect(signOffOpen(passTime(waiting, waiting.now + DAY))).toBe(true);
  });

  it('without a judgement when a newer deployment left nothing to judge', () => {
    const criteria =
      'criteria: { at: [+24h], items: [{ id: fine, title: Fine, check: { state: { of: [b] } } }] }';
    const waiting = ready(
      `ladder: [{ at: +2d }]\n${criteria}\nsign_off: { opens: criteria, roles: [release-manager] }`,
    );
    const old = run(waiting, (now) => ok(supersede(now, { by: 'small-43' })));
    expect(signOffOpen(old)).toBe(true);
    const asked = passTime(old, old.now).deployment.reminded['sign-off:asked'];
    expect(asked).toBe(old.now);
  });

  it('and is asked for once, when it opens', () => {
    const waiting = ready('ladder: [{ at: +2d }]\nsign_off: { opens: +24h, roles: [release-manager] }');
    const asked = (now: Situation) => now.deployment.reminded['sign-off:asked'];
    expect(asked(passTime(waiting, waiting.now + DAY - 1))).toBeUndefined();
    expect(asked(passTime(waiting, waiting.now + 30 * HOUR))).toBe(waiting.now + DAY);
  });
});

describe('a deployment is completed', () => {
  it('when the ladder has ended and all have signed, whichever comes last', () => {
    const signedFirst = run(run(ready('ladder: [{ at: +1h }]'), sign('alice')), sign('carol'));
    expect(kindOf(signedFirst)).toBe('watching');
    expect(passTime(signedFirst, signedFirst.now + HOUR, answer).deployment.state).toMatchObject({
      kind: 'completed',
      outcome: 'healthy',
      unsigned: [],
    });
    const rungFirst = passTime(ready('ladder: [{ at: +1h }]'), signedFirst.now + 2 * HOUR, answer);
    expect(kindOf(rungFirst)).toBe('watching');
    expect(kindOf(run(run(rungFirst, sign('alice')), sign('carol')))).toBe('completed');
  });

  it('unsigned three working days after the ladder ended, with the missing roles, degraded at best', () => {
    const half = run(ready('ladder: [{ at: +1h }]'), sign('alice'));
    // Monday 11:00 in Berlin; three working days later is Thursday.
    const due = half.now + HOUR + 3 * DAY;
    expect(kindOf(passTime(half, due - 1, answer))).toBe('watching');
    expect(passTime(half, due, answer).deployment.state).toEqual({
      kind: 'completed',
      at: due,
      outcome: 'degraded',
      unsigned: ['product-owner'],
    });
  });

  it('unsigned only after people had their three days, also when the bot was down for long', () => {
    const back = answer(wakeAt(ready('ladder: [{ at: +1h }]'), ready().now + 14 * DAY));
    expect(kindOf(back)).toBe('watching');
    expect(kindOf(passTime(back, back.now + 3 * DAY - 1, answer))).toBe('watching');
    expect(kindOf(passTime(back, back.now + 3 * DAY, answer))).toBe('completed');
  });

  it('degraded when something red was accepted on purpose', () => {
    const verifying = answer(situationIn('verifying', { yaml: smallChecklist({ verify: [checked('b')] }) }), {
      b: 'fail',
    });
    const accepted = run(verifying, (now) =>
      acceptRed(now, { itemId: 'b', actor: actor(now, 'alice'), reason: 'known' }),
    );
    const acceptedDebts = accepted.deployment.debts.map(({ id }) => id);
    expect(run(accepted, sign('carol', { acceptedDebts })).deployment.state).toMatchObject({
      kind: 'completed',
      outcome: 'degraded',
    });
  });

  it('and can then not be signed any more', () => {
    const done = run(run(ready(), sign('alice')), sign('carol'));
    expect(refusalOf(done, sign('bob'))).toEqual({
      code: 'sign_off_not_open',
      message: 'This deployment is completed.',
    });
  });
});

describe('a newer deployment', () => {
  const newer = (now: Situation) => ok(supersede(now, { by: 'small-43' }));

  it('ends the watch of the older one at once, whose signatures can still be given', () => {
    const old = run(ready('ladder: [{ at: +1h }, { at: +2d }]'), newer);
    expect(old.deployment.followUps.map(({ state }) => state.kind)).toEqual(['cancelled', 'cancelled']);
    expect(kindOf(old)).toBe('watching');
    expect(kindOf(run(run(old, sign('alice')), sign('carol')))).toBe('completed');
  });

  it('gives the signers three working days from that moment', () => {
    const later = passTime(ready('ladder: [{ at: +20d }]'), ready().now + 4 * DAY, answer);
    const old = run(later, newer);
    // From Friday 10:00 to Wednesday 10:00.
    expect(kindOf(passTime(old, old.now + 5 * DAY - 1))).toBe('watching');
    expect(kindOf(passTime(old, old.now + 5 * DAY))).toBe('completed');
  });

  it('completes one that was fully signed', () => {
    const signed = run(run(ready('ladder: [{ at: +2d }]'), sign('alice')), sign('carol'));
    expect(kindOf(run(signed, newer))).toBe('completed');
  });

  it('says so once, and only to what is being watched', () => {
    expect(supersede(run(ready('ladder: [{ at: +2d }]'), newer), { by: 'small-44' })).toEqual([]);
    expect(supersede(situationIn('awaiting_go'), { by: 'tiny-43' })).toEqual([]);
  });
});
