import { describe, expect, it } from 'vitest';
import type { Intent } from '../intent.ts';
import { parseCommand } from './parse-command.ts';

const HERE = 'C0DEPLOYS';

/** The act of a typed command; for acts on an item, made with the id as it was typed. */
const actOf = (text: string): unknown => {
  const intent: Intent = parseCommand(text, HERE);
  if (intent.type !== 'act') return intent;
  return 'make' in intent.act ? intent.act.make(intent.act.item) : intent.act;
};

const targetOf = (text: string): unknown => {
  const intent = parseCommand(text, HERE);
  return intent.type === 'act' ? intent.target : undefined;
};

describe('typed commands', () => {
  it.each([
    ['skip cost-alerts #42 no access', { kind: 'skip', itemId: 'cost-alerts', reason: 'no access' }],
    ['skip #42 cost-alerts see ticket #7', { kind: 'skip', itemId: 'cost-alerts', reason: 'see ticket #7' }],
    ['abort #42 leave-as-is #12 hangs', { kind: 'abort', leaveAsIs: true, reason: '#12 hangs' }],
    ['no-go #42 error rate', { kind: 'no_go', reason: 'error rate' }],
    ['SKIP   a   b', { kind: 'skip', itemId: 'a', reason: 'b' }],
    ['confirm load 140 ms', { kind: 'confirm', itemId: 'load', seen: '140 ms', evidence: '140 ms' }],
    ['undo deployed', { kind: 'undo_deployed' }],
    ['undo deployed it was not', { kind: 'undo', itemId: 'deployed', reason: 'it was not' }],
    ['rerun failed', { kind: 'rerun_alert' }],
    ['rerun health', { kind: 'rerun', itemIds: ['health'] }],
  ])('%s', (text, act) => {
    expect(actOf(text)).toEqual(act);
  });

  it.each([
    ['deployed', { kind: 'deployed' }],
    ['deployed 13:40', { kind: 'deployed', clock: '13:40' }],
    [
      'deployed #42 9:05 the probe is wrong',
      { kind: 'deployed', clock: '9:05', override: 'the probe is wrong' },
    ],
    ['deployed done at 13:40', { kind: 'deployed', clock: '13:40' }],
    ['deployed now', { kind: 'deployed' }],
    ['deployed done now the probe is wrong', { kind: 'deployed', override: 'the probe is wrong' }],
    ['deployed 2 hosts of 3 answer', { kind: 'deployed', override: '2 hosts of 3 answer' }],
    ['deployed "the probe is wrong"', { kind: 'deployed', override: '"the probe is wrong"' }],
  ])('%s takes a clock first, then a reason', (text, act) => {
    expect(actOf(text)).toEqual(act);
  });

  it.each([
    'deployed 25:00 late',
    'deployed 13:400 late',
    'deployed 25:99',
    'deployed #2 "done at 25:99"',
    'deployed “13:40”',
    'deployed at noon',
    'deployed 13h40',
    'deployed 1:40 pm',
    'deployed 13:40 UTC',
    'deployed 10 min ago',
    'deployed "now"',
  ])('%s: what looks like a time and is none is never taken for a reason', (text) => {
    expect(parseCommand(text, HERE)).toMatchObject({
      type: 'refuse',
      refusal: { code: 'time_invalid', message: expect.stringContaining('/deploy deployed 13:40') as string },
    });
  });

  it.each([
    ['rollback error rate', { kind: 'roll_back', plans: [], reason: 'error rate' }],
    [
      'rollback plan=app,database to=1.0.0 RESTORE users are gone',
      {
        kind: 'roll_back',
        plans: ['app', 'database'],
        targetVersion: '1.0.0',
        restoreWord: 'RESTORE',
        reason: 'users are gone',
      },
    ],
    ['rollback restore the old one', { kind: 'roll_back', plans: [], reason: 'restore the old one' }],
  ])('%s', (text, act) => {
    expect(actOf(text)).toEqual(act);
  });

  it('mean the deployment of the channel, or the one whose number stands before the free text', () => {
    expect(targetOf('go')).toEqual({ channel: HERE });
    expect(targetOf('go #42')).toEqual({ number: 42 });
    expect(targetOf('skip a b #42')).toEqual({ channel: HERE });
  });

  it.each([
    ['abort incident #12 is open', { kind: 'abort', reason: 'incident #12 is open' }],
    ['no-go ticket #7 first', { kind: 'no_go', reason: 'ticket #7 first' }],
    ['rollback incident #12 again', { kind: 'roll_back', plans: [], reason: 'incident #12 again' }],
    ['deployed 13:40 see #12', { kind: 'deployed', clock: '13:40', override: 'see #12' }],
    ['skip cost-alerts see #7', { kind: 'skip', itemId: 'cost-alerts', reason: 'see #7' }],
  ])('%s: a number in the reason names no deployment', (text, act) => {
    expect(actOf(text)).toEqual(act);
    expect(targetOf(text)).toEqual({ channel: HERE });
  });

  it.each([
    ['version 1.2.0 #42', { kind: 'version', version: '1.2.0' }],
    ['version #42 1.2.0', { kind: 'version', version: '1.2.0' }],
    ['sign-off #42', { kind: 'sign_off' }],
    ['sign-off ops #42', { kind: 'sign_off', role: 'ops' }],
    ['sign-off #42 accept-debts', { kind: 'sign_off', acceptedDebts: 'all' }],
    ['sign-off ops accept-debts #42', { kind: 'sign_off', role: 'ops', acceptedDebts: 'all' }],
  ])('%s: the number stands where a word of the command may', (text, act) => {
    expect(actOf(text)).toEqual(act);
    expect(targetOf(text)).toEqual({ number: 42 });
  });

  it.each(['go now #42', 'resume it #42', 'take-over please #42', 'deployed 13:40 #42', 'report of #42'])(
    '%s: a number in the wrong place is explained, never passed over',
    (text) => {
      expect(parseCommand(text, HERE)).toMatchObject({ type: 'refuse', refusal: { code: 'usage' } });
    },
  );

  it('take every word after the environment as the reason of a lock, and leave the system to be found', () => {
    expect(parseCommand('lock production #12 is open', HERE)).toEqual({
      type: 'lock',
      kind: 'lock',
      environment: 'production',
      reason: '#12 is open',
    });
    expect(parseCommand('unlock production small it hangs', HERE)).toEqual({
      type: 'lock',
      kind: 'unlock',
      environment: 'production',
      reason: 'small it hangs',
    });
  });

  it.each(['constructor', '__proto__', 'toString'])('%s is no subcommand', (name) => {
    expect(parseCommand(name, HERE)).toMatchObject({
      type: 'refuse',
      refusal: { code: 'unknown_subcommand' },
    });
  });

  it('say that Go cannot be undone, and what there is instead', () => {
    expect(parseCommand('undo go', HERE)).toMatchObject({
      refusal: { code: 'undo_impossible', message: expect.stringContaining('/deploy rollback') as string },
    });
  });

  it('say what works today in place of what comes later', () => {
    expect(parseCommand('reload', HERE)).toMatchObject({
      refusal: { code: 'not_available_yet', message: expect.stringContaining('Restart the bot') as string },
    });
    expect(parseCommand('relaod', HERE)).not.toMatchObject({
      refusal: { message: expect.stringContaining('reload') as string },
    });
  });

  it('open the start dialog without words, and name what is near for a typo', () => {
    expect(parseCommand('  ', HERE)).toEqual({ type: 'open', dialog: { name: 'start' } });
    expect(parseCommand('depolyed', HERE)).toMatchObject({
      type: 'refuse',
      refusal: {
        code: 'unknown_subcommand',
        message: 'There is no `/deploy depolyed`. Did you mean deployed?',
      },
    });
  });
});

describe('what was meant as the number of a deployment and is none', () => {
  it.each([
    ...['#2.', '#2,', '“#2”', '# 2', '#２', '＃2', '#2!', '#', "'#2'", '2', 'staging'].map(
      (word) => `go ${word}`,
    ),
    'rollback #2: it burns',
    'rollback #2, it burns',
    'rollback # 2 it burns',
    'abort #2: wrong branch',
    'no-go #2: error rate',
    'deployed #2, 13:40',
    'skip cost-alerts #2: no access',
    'version 1.2 3',
    'report 2',
    'acknowledge it',
  ])('is refused, and nothing is done to another one: %s', (text) => {
    expect(parseCommand(text, HERE)).toMatchObject({ type: 'refuse', refusal: { code: 'usage' } });
  });

  it('says how to write it', () => {
    expect(parseCommand('abort #2: wrong branch', HERE)).toMatchObject({
      refusal: {
        message: 'Write the number of the deployment as #2, by itself, not `#2:`. Nothing was done.',
      },
    });
  });

  it('is text where text is due', () => {
    expect(actOf('abort #42 incident #12: it burns')).toMatchObject({ reason: 'incident #12: it burns' });
    expect(actOf('skip cost-alerts ticket #7.')).toMatchObject({ reason: 'ticket #7.' });
    expect(actOf('no-go C# build is red')).toMatchObject({ reason: 'C# build is red' });
  });
});

describe('what was meant as an option of a rollback and is none', () => {
  it.each([
    'plan=app, database RESTORE it burns',
    'Plan=database RESTORE it burns',
    'plan: database it burns',
    'plan = database it burns',
    'plan= RESTORE it burns',
    '—plan=database it burns',
    'plans=database it burns',
    'plan=database To=0.9.0 it burns',
    'plan=database to = 0.9.0 it burns',
    'plan=database to: 0.9.0 it burns',
    'plan=database plan=app it burns',
  ])('is refused: rollback %s', (words) => {
    expect(parseCommand(`rollback #2 ${words}`, HERE)).toMatchObject({
      type: 'refuse',
      refusal: { code: 'usage' },
    });
  });

  it('is read when it is one, wherever it stands', () => {
    expect(actOf('rollback #2 it burns plan=app,database to=1.0.0 RESTORE back to the plan')).toEqual({
      kind: 'roll_back',
      plans: ['app', 'database'],
      targetVersion: '1.0.0',
      restoreWord: 'RESTORE',
      reason: 'it burns back to the plan',
    });
  });
});
