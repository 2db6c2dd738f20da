import { describe, expect, test } from 'vitest';
import { giveGo } from '../../domain/decide/gate.ts';
import { skipItem } from '../../domain/settle/skip-item.ts';
import { noteItem } from '../../domain/settle/undo-item.ts';
import { confirmItem } from '../../domain/settle/confirm-item.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { TWO_PHASES, twoPhases, WITH_PEOPLE } from '../../../test/support/cards.ts';
import { situationIn, started } from '../../../test/support/journey.ts';
import { blocksOf, inputs, shown, ticked } from '../../../test/support/modals.ts';
import { actor, answer, run, START } from '../../../test/support/situation.ts';
import { ACTION, INPUT, VIEW } from '../ids.ts';
import { decodeRef } from '../ref.ts';
import { sceneOf } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { elementsOf, optionsOf } from '../walk.ts';
import { confirmGroupModal, hasGroup } from './confirm-group.ts';
import { confirmItemModal } from './confirm-item.ts';
import { abortModal, noGoModal } from './decisions.ts';
import { deployedModal } from './deployed.ts';
import { itemDetailsModal } from './details.ts';
import {
  acceptItemModal,
  failItemModal,
  notApplicableModal,
  skipItemModal,
  undoItemModal,
} from './reason.ts';
import { rollBackModal } from './roll-back.ts';
import { signOffModal } from './sign-off.ts';
import { variantModal } from './variant.ts';

const item = ({ board }: Scene, id: string): PlanItem => {
  const entry = board.plan.byId.get(id);
  if (entry === undefined) throw new Error(`no item ${id}`);
  return entry;
};

const sceneIn = (state: Parameters<typeof situationIn>[0]): Scene => sceneOf(situationIn(state));

describe('titles and verbs', () => {
  const scene = sceneOf(answer(twoPhases()));
  const plan = item(scene, 'plan');

  test.each([
    [skipItemModal(scene, plan), 'Skip item', 'Skip', VIEW.skipItem],
    [failItemModal(scene, plan), 'Fail item', 'Fail', VIEW.failItem],
    [notApplicableModal(scene, plan), 'Not applicable', 'Not applicable', VIEW.notApplicable],
    [undoItemModal(scene, plan), 'Undo', 'Undo', VIEW.undoItem],
    [acceptItemModal(scene, plan), 'Accept', 'Accept', VIEW.acceptItem],
    [noGoModal(scene), 'Hold', 'Hold', VIEW.noGo],
    [noGoModal(sceneIn('awaiting_go')), 'No-go', 'No-go', VIEW.noGo],
    [abortModal(scene), 'Abort', 'Abort', VIEW.abort],
    [deployedModal(sceneIn('deploying')), 'Deployed', 'Deployed', VIEW.deployed],
    [rollBackModal(sceneIn('deploying'), 'UCAROL'), 'Roll back', 'Roll back', VIEW.rollBack],
    [signOffModal(sceneIn('watching')), 'Sign off', 'Sign off', VIEW.signOff],
  ])('%# stand as people know them', (view, title, submit, id) => {
    expect([view.title.text, view.submit?.text, view.callback_id]).toEqual([title, submit, id]);
  });

  test('a reason is asked for as Reason and must not be empty', () => {
    const [, input] = blocksOf(skipItemModal(scene, plan));
    expect(input).toMatchObject({
      type: 'input',
      block_id: INPUT.reason.block,
      label: { text: 'Reason' },
      optional: false,
      element: { action_id: INPUT.reason.action },
    });
  });

  test('a dialog remembers what it is about by ids only', () => {
    expect(decodeRef(skipItemModal(scene, plan).private_metadata)).toEqual({
      deploymentId: 'tiny-42',
      itemId: 'plan',
    });
  });
});

test('skipping says beforehand what it will mean', () => {
  const scene = sceneOf(answer(twoPhases(), { certificates: 'fail' }));
  const hint = (id: string) => shown(skipItemModal(scene, item(scene, id)))[1];
  expect(hint('plan')).toContain('a debt that the sign-off has to accept');
  expect(hint('quota')).toContain('It is optional: no debt.');
  expect(hint('certificates')).toContain('An approver decides this');
});

describe('Confirm item', () => {
  const scene = sceneOf(started({ connected: [] }));

  test('asks for a line where a machine could not look', () => {
    const view = confirmItemModal(scene, item(scene, 'signing-key'));
    expect(inputs(view)).toEqual([INPUT.seen.block]);
    expect(shown(view)).toContain('by hand: kind env');
    expect(blocksOf(view).at(-1)).toMatchObject({ optional: false });
  });

  test('asks for the evidence an item wants, and says what is expected', () => {
    const view = confirmItemModal(scene, item(scene, 'load-figures'));
    expect(shown(view).at(-1)).toContain('Number in ms Expected: < 200. Anything else fails the item.');
    expect(inputs(view)).toEqual([INPUT.evidence.block]);
  });

  test('leaves the line open where a click would do', () => {
    expect(blocksOf(confirmItemModal(scene, item(scene, 'rollback-plan'))).at(-1)).toMatchObject({
      optional: true,
    });
  });
});

describe('Confirm group', () => {
  test('names each line, all ticked', () => {
    const view = confirmGroupModal(sceneOf(answer(twoPhases())), 'security');
    expect(shown(view)).toEqual([
      '*Security* · 4 lines. Take the tick away from what you did not check.',
      'Lines [checkboxes: Keys are rotated, Access is reviewed, Secrets are in the vault, The audit log is kept]',
    ]);
    expect(ticked(view, INPUT.lines(0).block)).toEqual(['keys', 'access', 'secrets', 'audit']);
  });

  test('shows ten lines together at most', () => {
    const lines = Array.from(
      { length: 23 },
      (_, index) => `        - { id: line-${index}, title: Line ${index} }`,
    );
    const yaml = `system: tiny\ntitle: Tiny\nstages:\n  prepare:\n    - id: long\n      title: Long\n      items:\n${lines.join('\n')}\n`;
    const view = confirmGroupModal(sceneOf(started({ yaml })), 'long');
    expect(inputs(view)).toEqual(['lines.0', 'lines.1', 'lines.2']);
    expect(blocksOf(view).flatMap(elementsOf).flatMap(optionsOf)).toHaveLength(23);
  });

  test('asks once what was seen for all lines that want it, and leaves a figure to itself', () => {
    const view = confirmGroupModal(sceneOf(started({ connected: [] })), 'environment');
    expect(ticked(view, INPUT.lines(0).block)).toContain('signing-key');
    const [line] = blocksOf(view)
      .flatMap(elementsOf)
      .flatMap(optionsOf)
      .filter(({ value }) => value === 'signing-key');
    expect(line?.description?.text).toMatch(/^asks what was seen · by hand: /);
    expect(inputs(view)).toEqual(['lines.0', INPUT.seen.block]);
    expect(shown(view).at(-1)).toBe(
      'To confirm one by one: The load at peak is known (asks for a number in ms)',
    );
  });

  test('fills in what its notes name', () => {
    const yaml = TWO_PHASES.replace(
      '{ id: keys, title: Keys are rotated }',
      "{ id: keys, title: Keys are rotated, note: 'For ${deployment.version}' }",
    );
    const view = confirmGroupModal(sceneOf(started({ yaml })), 'security');
    const [keys] = blocksOf(view).flatMap(elementsOf).flatMap(optionsOf);
    expect(keys?.description?.text).toBe('For 1.1.0');
  });

  test('is offered only where it saves something', () => {
    const one = TWO_PHASES.replace(/ {8}- \{ id: (?:access|secrets|audit).*\n/g, '');
    expect(hasGroup(sceneOf(started({ yaml: one })), 'security')).toBe(false);
    expect(hasGroup(sceneOf(started({ yaml: TWO_PHASES })), 'security')).toBe(true);
  });

  test('leaves an approval to the one who gives it', () => {
    const yaml = TWO_PHASES.replace(
      '{ id: audit, title: The audit log is kept }',
      '{ id: audit, title: The audit log is kept, approval: { role: approver } }',
    );
    const view = confirmGroupModal(sceneOf(started({ yaml, environmentYaml: WITH_PEOPLE })), 'security');
    expect(ticked(view, INPUT.lines(0).block)).toEqual(['keys', 'access', 'secrets']);
    expect(shown(view).at(-1)).toBe('To confirm one by one: The audit log is kept (an approval)');
  });

  test('has nothing to submit when nothing can be confirmed together', () => {
    const view = confirmGroupModal(sceneIn('awaiting_go'), 'environment');
    expect(view.submit).toBeUndefined();
    expect(shown(view)[0]).toContain('No line can be confirmed together.');
  });
});

describe('Deployed', () => {
  test('asks for a reason only when required steps are open, and names them', () => {
    const open = deployedModal(sceneIn('deploying'));
    expect(inputs(open)).toEqual([INPUT.deployedAt.block, INPUT.reason.block]);
    expect(shown(open)).toContain(
      '*2 required steps open:* The deploy script has run, The script has published the frontend',
    );
    const done = ['run-deploy', 'publish-script'].reduce(
      (now, itemId) => run(now, (one) => confirmItem(one, { itemId, actor: actor(one, 'bob') })),
      situationIn('deploying'),
    );
    expect(inputs(deployedModal(sceneOf(done)))).toEqual([INPUT.deployedAt.block]);
  });
});

test('aborting while deploying offers to roll back instead', () => {
  const view = abortModal(sceneIn('deploying'));
  expect(shown(view).join('\n')).toContain('the environment stays locked');
  expect(
    blocksOf(view)
      .flatMap(elementsOf)
      .map(({ action_id }) => action_id),
  ).toContain(ACTION.deploymentRollBack);
});

describe('Sign off', () => {
  test('asks for the role when several are open, with the one of the row chosen', () => {
    const view = signOffModal(sceneIn('watching'), 'product-owner');
    const role = blocksOf(view).find(({ block_id }) => block_id === INPUT.role.block);
    expect(role).toMatchObject({ element: { initial_option: { value: 'product-owner' } } });
    expect(shown(view)).toContain('There are no debts.');
  });

  test('shows every debt with a box of its own, none ticked', () => {
    const awaiting = run(answer(started()), (now) =>
      skipItem(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), reason: 'everybody knows it' }),
    );
    const view = signOffModal(sceneOf(awaiting));
    expect(shown(view).join('\n')).toContain('1 debt. Tick each one you take responsibility for');
    const [box] = blocksOf(view)
      .flatMap(elementsOf)
      .filter(({ type }) => type === 'checkboxes');
    expect(box).toMatchObject({
      options: [
        {
          text: { type: 'mrkdwn', text: 'All on duty know the way back: skipped by <@UBOB>' },
          description: { text: 'everybody knows it' },
        },
      ],
    });
    expect(ticked(view, INPUT.debts(0).block)).toEqual([]);
  });
});

describe('Details', () => {
  test('shows how an item stands, what was expected, what was said and what can be done', () => {
    const failed = answer(twoPhases(), {
      certificates: { outcome: 'fail', line: 'expected > 14 days, got 6', tries: 3 },
    });
    const noted = run(failed, (now) =>
      noteItem(now, { itemId: 'certificates', actor: actor(now, 'bob'), text: 'the new one is ordered' }),
    );
    const scene = sceneOf(noted);
    const view = itemDetailsModal(scene, item(scene, 'certificates'), {
      findings: ['days: expected > 14, got 6'],
      history: [
        { at: START, text: 'fail: got 7' },
        { at: START, text: 'fail: got <6>' },
      ],
    });
    expect(shown(view)).toEqual([
      '*Certificates valid* / *Not yet* · Basics · backend-lead · required / expected &gt; 14 days, got 6 · {09:00}, 3 tries / item certificates, number 3',
      '*Expected and got* / • days: expected &gt; 14, got 6',
      '*Notes* / • <@UBOB> {09:00}: the new one is ordered',
      '*History* / • {09:00} fail: got &lt;6&gt; / • {09:00} fail: got 7',
      '[Re-run] [Skip…]',
    ]);
  });

  test('shows the whole command to copy', () => {
    const scene = sceneIn('deploying');
    expect(shown(itemDetailsModal(scene, item(scene, 'run-deploy')))).toContain(
      '``` / ./deploy.sh 1.1.0 / ``` / To copy: never run by the bot.',
    );
  });

  test('of an ended deployment offers nothing to do', () => {
    const scene = sceneIn('aborted');
    const view = itemDetailsModal(scene, item(scene, 'rollback-plan'));
    expect(blocksOf(view).flatMap(elementsOf)).toEqual([]);
  });
});

test('Variant shows what was chosen and how to choose otherwise', () => {
  const view = variantModal(
    sceneOf(run(situationIn('awaiting_go'), (now) => giveGo(now, { actor: actor(now, 'bob') }))),
  );
  expect(shown(view)[0]).toContain('*Way the frontend is published*: The npm script');
  expect(shown(view)[1]).toContain('abort and start again');
});
