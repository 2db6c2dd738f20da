import { describe, expect, it } from 'vitest';
import type { Checklist, Item } from '../domain/checklist.ts';
import { parseChecklist } from './parse-checklist.ts';
import { DEFAULT_LADDER } from './to-checklist.ts';

const read = (text: string): Checklist => {
  const parsed = parseChecklist(`system: tiny\ntitle: Tiny\n${text}\n`, { name: 'tiny', kinds: {} });
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return parsed.value;
};

const inPrepare = (...items: readonly string[]): readonly Item[] =>
  read(`stages: {prepare: [{id: p, title: P, owner: lead, items: [${items.join(', ')}]}]}`).stages.prepare[0]!
    .items;

describe('what a file leaves out', () => {
  it('has its default', () => {
    expect(read('stages: {}')).toEqual({
      formatVersion: 1,
      system: 'tiny',
      title: 'Tiny',
      parameters: {},
      roles: {},
      variants: {},
      stages: { prepare: [], deploy: [], verify: [], watch: [] },
      ladder: DEFAULT_LADDER,
      signOff: { opens: 'verified', roles: [] },
      rollback: { triggers: [], plans: {}, after: [] },
      info: [],
      contacts: [],
    });
  });

  it('is no ladder only when the file says so', () => {
    expect(read('stages: {}\nladder: []').ladder).toEqual([]);
    expect(read('stages: {}\nladder:').ladder).toEqual(DEFAULT_LADDER);
  });

  it('makes items required where a gate waits for them, and nowhere else', () => {
    const one = (id: string) => `[{id: ${id}, title: T, items: [{id: ${id}-item, title: T}]}]`;
    const { stages, criteria, rollback } = read(
      `stages: {prepare: ${one('a')}, deploy: ${one('b')}, verify: ${one('c')}, watch: ${one('d')}}
criteria: {at: [+1h], items: [{id: e, title: T}]}
rollback: {plans: {app: {title: T, items: [{id: f, title: T}]}}, after: [{id: g, title: T}]}`,
    );
    const all = [
      ...Object.values(stages).flatMap(([phase]) => phase!.items),
      ...criteria!.items,
      ...rollback.plans['app']!.items,
      ...rollback.after,
    ];
    expect(all.map(({ required }) => required)).toEqual([true, true, true, false, false, true, false]);
  });

  it('makes the children of an optional item optional', () => {
    const [parent] = inPrepare(
      '{id: a, title: A, required: false, items: [{id: b, title: B}, {id: c, title: C, required: true}]}',
    );
    expect(parent?.body.kind === 'parent' && parent.body.items.map(({ required }) => required)).toEqual([
      false,
      true,
    ]);
  });

  it('makes the owner of the parent, then of the phase, wait', () => {
    const [a, b] = inPrepare(
      '{id: a, title: A}',
      '{id: b, title: B, owner: other, items: [{id: c, title: C}]}',
    );
    expect(a?.owner).toBe('lead');
    expect(b?.body.kind === 'parent' && b.body.items[0]?.owner).toBe('other');
  });
});

describe('items', () => {
  it('are settled by one thing each', () => {
    const bodies = inPrepare(
      '{id: a, title: A}',
      '{id: b, title: B, evidence: {kind: link}}',
      '{id: c, title: C, check: {tcp: {host: h}}}',
      '{id: d, title: D, approval: {role: approver}}',
      '{id: e, title: E, timer: 1h30m}',
      '{id: f, title: F, same_as: a}',
    ).map(({ body }) => body);
    expect(bodies).toEqual([
      { kind: 'manual' },
      { kind: 'manual', evidence: { kind: 'link' } },
      { kind: 'check', check: { kind: 'tcp', params: { host: 'h' } }, effect: 'read' },
      { kind: 'approval', role: 'approver' },
      { kind: 'timer', durationMs: 5_400_000 },
      { kind: 'twin', of: 'a' },
    ]);
  });

  it('with several checks become parents of one line per check', () => {
    const [item] = inPrepare(
      '{id: a, title: A, critical: true, watch: true, checks: [{tcp: {host: h}, expect: {open: true}}, {title: Writes, http: {url: u}, effect: write}]}',
    );
    expect(item).toMatchObject({ watch: false, body: { kind: 'parent' } });
    const common = { owner: 'lead', required: true, critical: true };
    expect(item?.body.kind === 'parent' && item.body.items).toEqual([
      {
        ...common,
        id: 'a-1',
        title: 'A (1 of 2)',
        watch: true,
        body: {
          kind: 'check',
          effect: 'read',
          check: { kind: 'tcp', params: { host: 'h' }, expect: { open: true } },
        },
      },
      {
        ...common,
        id: 'a-2',
        title: 'Writes',
        watch: false,
        body: { kind: 'check', effect: 'write', check: { kind: 'http', params: { url: 'u' } } },
      },
    ]);
  });

  it('with several checks are due at the same time as each of their lines', () => {
    const [item] = inPrepare('{id: a, title: A, at: +4h, checks: [{tcp: {host: h}}, {tcp: {host: i}}]}');
    const at = { anchor: 'deployed', ms: 14_400_000 };
    expect(item?.at).toEqual(at);
    expect(item?.body.kind === 'parent' && item.body.items.map((child) => child.at)).toEqual([at, at]);
  });

  it('that are twins of twins settle with the last', () => {
    const twins = inPrepare(
      '{id: a, title: A, same_as: b}',
      '{id: b, title: B, same_as: c}',
      '{id: c, title: C}',
    );
    expect(twins.map(({ body }) => body.kind === 'twin' && body.of)).toEqual(['c', 'c', false]);
  });

  it('carry the settings of a check', () => {
    const [item] = inPrepare(
      '{id: a, title: A, effect: load, check: {redis: , expect: {ping: PONG}, warn: {duration: {lt: 1s}}, capture: {n: reply}, timeout: 1500ms, retry: {max: 0, delay: 2s, on: any}}}',
    );
    expect(item?.body).toEqual({
      kind: 'check',
      effect: 'load',
      check: {
        kind: 'redis',
        params: {},
        expect: { ping: 'PONG' },
        warn: { duration: { lt: '1s' } },
        capture: { n: 'reply' },
        timeoutMs: 1500,
        retry: { max: 0, delayMs: 2000, on: 'any' },
      },
    });
  });

  it.each([
    ['+15m', { anchor: 'deployed', ms: 900_000 }],
    ['-2h', { anchor: 'go', ms: -7_200_000 }],
    ['go+30m', { anchor: 'go', ms: 1_800_000 }],
    ['go-10m', { anchor: 'go', ms: -600_000 }],
    ['start+1h', { anchor: 'start', ms: 3_600_000 }],
    ['+0s', { anchor: 'deployed', ms: 0 }],
  ])('are due at %s', (at, expected) => {
    expect(inPrepare(`{id: a, title: A, at: ${at}}`)[0]?.at).toEqual(expected);
  });
});

describe('the rest of a file', () => {
  it('is read as it is written', () => {
    const checklist = read(`summary: |
  Two lines
  of text
variants: {how: {title: How, options: {a: {title: A}, b: {title: B, note: Slow, default: true}}}}
stages: {}
ladder: [{at: +15m, title: Soon}, {cron: "0  9 * * *", for: 7d}, {cron: "0 10 * * mon", title: Weekly}]
sign_off: {opens: +1h, roles: [approver]}
rollback: {plans: {db: {title: D, data_loss: true, items: [{id: f, title: T}]}}}`);
    expect(checklist).toMatchObject({
      summary: 'Two lines\nof text',
      variants: { how: { options: { a: { title: 'A' }, b: { title: 'B', note: 'Slow' } }, default: 'b' } },
      ladder: [
        { kind: 'at', offset: { anchor: 'deployed', ms: 900_000 }, title: 'Soon' },
        { kind: 'cron', cron: '0 9 * * *', forMs: 604_800_000 },
        { kind: 'cron', cron: '0 10 * * mon', title: 'Weekly' },
      ],
      signOff: { opens: { anchor: 'deployed', ms: 3_600_000 }, roles: ['approver'] },
      rollback: { plans: { db: { default: false, dataLoss: true } } },
    });
  });
});
