import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { GENESIS, linksFor } from '../../domain/audit.ts';
import type { AuditEvent } from '../../domain/audit.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { StoredChain } from '../../domain/judge-chain.ts';
import type { Measured } from '../../domain/deployment.ts';
import { rollBack } from '../../domain/decide/roll-back.ts';
import { markNotApplicable, skipItem } from '../../domain/settle/skip-item.ts';
import { acceptRed } from '../../domain/settle/undo-item.ts';
import type { Situation } from '../../domain/situation.ts';
import { HOUR, MINUTE } from '../../lib/time.ts';
import { settleAll, situationIn, started } from '../../../test/support/journey.ts';
import { outline } from '../../../test/support/outline.ts';
import { walk, walks } from '../../../test/support/walks.ts';
import { actor, answer, at, passTime, run, START } from '../../../test/support/situation.ts';
import { factsOf } from './facts.ts';
import { reportMarkdown } from './markdown.ts';
import { reportPost } from './post.ts';

type Fact = { readonly at: number; readonly event: DomainEvent };

const CHAIN = 'deployment:tiny-42';

const chain = (facts: readonly Fact[]): { readonly chain: Required<StoredChain> } => {
  const events: AuditEvent[] = [];
  let head = GENESIS;
  for (const { at, event } of facts) {
    const [link] = linksFor({ chain: CHAIN, head, at }, [event]);
    if (link === undefined) throw new Error('no link');
    events.push(link);
    head = { seq: link.seq, hash: link.hash };
  }
  return { chain: { chain: CHAIN, events, head } };
};

const look = (itemId: string, at: number, outcome: Measured['outcome'], line: string): Fact => ({
  at,
  event: { type: 'check_settled', itemId, measured: { runId: `r${at}`, outcome, line, at, tries: 1 } },
});

const FACTS: readonly Fact[] = [
  look('signing-key', START + MINUTE, 'pass', 'as expected'),
  { at: START + 2 * MINUTE, event: { type: 'item_confirmed', itemId: 'rollback-plan', by: 'UBOB' } },
  look('health', START + HOUR, 'pass', 'status: 200'),
  look('health', START + 2 * HOUR, 'fail', 'status: expected 200, got 503'),
  look('health', START + 3 * HOUR, 'pass', 'status: 200'),
];

describe('the report', () => {
  let completed: Situation;
  let text: string;
  beforeAll(() => {
    completed = situationIn('completed');
    text = reportMarkdown({
      situation: completed,
      ...chain(FACTS),
      nameOf: (id) => `@${id.slice(1).toLowerCase()}`,
    });
  });

  test('says version, outcome, who decided and who signed', () => {
    expect(text).toContain('# tiny 1.1.0 → production · \\#42');
    expect(text).toContain('- Outcome: **Completed: healthy**');
    expect(text).toContain('- Version: 1.1.0, replaces 1.0.0');
    expect(text).toContain('- Go: 2026-03-02 09:00 UTC by @bob');
    expect(text).toContain('- Deployed (T-0): 2026-03-02 09:00 UTC by @bob');
    expect(text).toMatch(/- Signed: product-owner by @\w+, 2026-03-02/);
  });

  test('counts every item once', () => {
    expect(text).toMatch(
      /\d+ items: \d+ measured, \d+ by people, 2 not applicable, 0 skipped, \d+ open; besides them 1 for reference\./,
    );
    const [items = 0, ...parts] = [
      .../(\d+) items: (\d+) measured, (\d+) by people, (\d+) not applicable, (\d+) skipped, (\d+) open/.exec(
        text,
      )!,
    ]
      .slice(1)
      .map(Number);
    expect(parts.reduce((sum, count) => sum + count, 0)).toBe(items);
  });

  test('lists who confirmed and approved what, when and on what', () => {
    expect(text).toContain('| Item | What | By | When | Seen |');
    expect(text).toContain(
      '| All on duty know the way back | confirmed | @bob | 2026-03-02 09:00 UTC | seen |',
    );
    expect(text).not.toMatch(/\bU[A-Z]{3,}\b/);
  });

  test('shows the worst change against T-0', () => {
    expect(text).toContain(
      'The service says it is healthy: bad in 1 of 3 looks, first 2026-03-02 11:00 UTC: status: expected 200, got 503',
    );
  });

  test('shows when phases began and were settled', () => {
    expect(text).toContain('| Stage | Phase | Lines | Planned until | Began | Settled |');
    expect(text).toContain('| verify | Smoke tests | 4 | – | 2026-03-02 10:00 UTC | – |');
  });

  test('verifies the audit chain and shows its head', () => {
    const whole = chain(FACTS).chain;
    expect(text).toContain('5 events, chain verified.');
    expect(text).toContain(`Head hash: \`${whole.head.hash}\``);
    const cut = reportMarkdown({
      situation: completed,
      chain: { ...whole, events: whole.events.slice(0, 3) },
    });
    expect(cut).toContain('chain broken: event 5 the chain ends at 3, its head says 5: the tail was cut');
    const headless = reportMarkdown({ situation: completed, chain: { chain: CHAIN, events: whole.events } });
    expect(headless).toContain('the record of where the chain ends is gone');
  });

  test('has an eight-line post', () => {
    const { blocks } = reportPost({ situation: completed, ...chain(FACTS) });
    const lines = outline(blocks)[0]?.split(' / ') ?? [];
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('*tiny 1.1.0 → production · #42* · *Completed: healthy*');
    expect(lines[1]).toBe('Started by <@UANA> · Go by <@UBOB> {09:00} · deployed by <@UBOB> {09:00}');
    expect(lines[4]).toBe('Nothing was skipped or accepted');
    expect(lines[7]).toMatch(/^Audit: 5 events, chain verified, head [0-9a-f]{12}$/);
  });
});

test('what was skipped stands with who, why and whether somebody took it on', () => {
  const skipped = run(answer(started()), (now) =>
    skipItem(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), reason: 'everybody | knows *it*' }),
  );
  const text = reportMarkdown({ situation: skipped, ...chain([]) });
  expect(text).toContain(
    '| All on duty know the way back | skipped | UBOB | everybody \\| knows \\*it\\* | – |',
  );
  const { blocks } = reportPost({ situation: skipped, ...chain([]) });
  expect(outline(blocks)[0]).toContain(
    'Skipped, accepted or n/a: All on duty know the way back <@UBOB> "everybody | knows ∗it∗"',
  );
});

test('what was marked not applicable stays listed, with who and why', () => {
  const marked = run(started(), (now) =>
    markNotApplicable(now, { itemId: 'rollback-plan', actor: actor(now, 'bob'), reason: 'nothing to lose' }),
  );
  expect(reportMarkdown({ situation: marked, ...chain([]) })).toContain(
    '| All on duty know the way back | not applicable | UBOB | nothing to lose | – |',
  );
  expect(outline(reportPost({ situation: marked, ...chain([]) }).blocks)[0]).toContain(
    'Skipped, accepted or n/a: All on duty know the way back n/a <@UBOB> "nothing to lose"',
  );
});

test('the first checks to connect are the critical ones, each with what is missing', () => {
  const text = reportMarkdown({ situation: started({ connected: [] }), ...chain([]) });
  expect(text).toContain(
    '## Connect first\n\n1. The signing key is long enough: kind env\n2. The new version answers: kind http',
  );
  expect(reportMarkdown({ situation: started(), ...chain([]) })).toContain('Every check is connected.');
});

test('the post says that the last look could not measure', () => {
  const blind = passTime(situationIn('watching'), START + 30 * MINUTE);
  const { blocks } = reportPost({ situation: blind, ...chain(FACTS), nameOf: (id) => id });
  expect(outline(blocks).join(' ')).toContain('No alerts; the last look could not measure 1 check');
});

test('an alert lasts no longer than the deployment it is about', () => {
  const watching = situationIn('watching');
  const bad = passTime(watching, watching.now + 2 * MINUTE, (now) =>
    answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
  );
  const rollingBack = run(bad, (now) =>
    rollBack(now, { actor: actor(now, 'bob'), reason: 'it fails', plans: [] }),
  );
  const situation = at(settleAll(rollingBack, ['rollback']), bad.now + 100 * HOUR);
  const { blocks } = reportPost({ situation, ...chain([]) });
  expect(outline(blocks)[0]).toMatch(/1 alert, the longest \d+ (s|min), 1 ended by the rollback/);
});

test('an alert that was accepted is not counted as over', () => {
  const watching = situationIn('watching');
  const bad = passTime(watching, watching.now + 2 * MINUTE, (now) =>
    answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
  );
  const accepted = run(bad, (now) =>
    acceptRed(now, { itemId: 'health', actor: actor(now, 'alice'), reason: 'known' }),
  );
  const { blocks } = reportPost({ situation: accepted, ...chain([]) });
  expect(outline(blocks)[0]).toMatch(/1 alert, the longest \d+ (s|min), 1 accepted \/ /);
});

test('nothing got worse when nothing was deployed or everything stayed well', () => {
  expect(reportMarkdown({ situation: started(), ...chain([]) })).toContain('Never deployed.');
  const well = reportMarkdown({
    situation: situationIn('watching'),
    ...chain([look('health', START + HOUR, 'pass', 'ok')]),
  });
  expect(well).toContain('Nothing that was well got worse.');
  const post = (situation: Situation) => outline(reportPost({ situation, ...chain([]) }).blocks)[0];
  expect(post(started())).toContain('Never deployed');
  expect(post(situationIn('watching'))).toContain('Nothing that was well got worse after T-0');
});

test('what was bad from the first look after T-0 is no change, and is said', () => {
  const watching = situationIn('watching');
  const situation = passTime(watching, watching.now + 2 * MINUTE, (now) =>
    answer(now, { health: { outcome: 'fail', line: 'status: expected 200, got 503' } }),
  );
  const words = 'Bad from the first look after T-0 on: The service says it is healthy: status: expected 200';
  expect(outline(reportPost({ situation, ...chain([]) }).blocks)[0]).toContain(words);
  expect(reportMarkdown({ situation, ...chain([]) })).toContain(words);
});

test('the parts of the sum add up, whatever was done', () => {
  fc.assert(
    fc.property(walks, ({ steps, begun }) => {
      for (const { now, change } of walk(begun, steps)) {
        const { counts } = factsOf({ situation: { ...now, deployment: change.after }, ...chain([]) });
        const { items, info: _reference, ...parts } = counts;
        expect(Object.values(parts).reduce((sum, count) => sum + count, 0)).toBe(items);
      }
    }),
    { numRuns: 25 },
  );
});

test('a re-deployment names what it follows', () => {
  const redeploys = { id: 'tiny-41', ended: 'rolled_back' } as const;
  const again = reportMarkdown({ situation: started({ deployment: { redeploys } }), ...chain([]) });
  expect(again).toContain('- Re-deployment after: \\#41, rolled back');
  expect(reportMarkdown({ situation: started(), ...chain([]) })).not.toContain('Re-deployment');
});

test('the timeline says who freed its place by hand, when and why', () => {
  const facts: readonly Fact[] = [
    {
      at: START,
      event: {
        type: 'deployment_started',
        by: 'UANA',
        version: '1.1.0',
        checklistHash: 'h',
        choices: { variants: {}, parameters: {} },
      },
    },
    { at: START + HOUR, event: { type: 'aborted', by: 'UBOB', reason: 'the power is out', locked: true } },
    { at: START + 2 * HOUR, event: { type: 'unlocked', by: 'UEVA', reason: 'the power | is back' } },
    look('health', START + 3 * HOUR, 'pass', 'status: 200'),
  ];
  const text = reportMarkdown({ situation: started(), ...chain(facts) });
  expect(text).toContain(
    [
      '## Timeline',
      '',
      '| When | What | By | Why |',
      '| --- | --- | --- | --- |',
      '| 2026-03-02 09:00 UTC | started, version 1.1.0 | UANA | – |',
      '| 2026-03-02 10:00 UTC | aborted, left as it is and locked | UBOB | the power is out |',
      '| 2026-03-02 11:00 UTC | unlocked by hand | UEVA | the power \\| is back |',
      '',
      '## Connect first',
    ].join('\n'),
  );
});
