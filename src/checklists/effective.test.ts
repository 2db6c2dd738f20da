import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checklist, EffectiveChecklist, Environment, Item } from '../domain/checklist.ts';
import { STAGES } from '../domain/checklist.ts';
import { effectiveChecklist } from './effective.ts';
import { loadChecklists } from './load-checklists.ts';
import { parseChecklist } from './parse-checklist.ts';

let tiny: Checklist;
let production: Environment;
beforeAll(async () => {
  const loaded = await loadChecklists(
    fileURLToPath(new URL('../../test/fixtures/checklists', import.meta.url)),
  );
  tiny = loaded.checklists.get('tiny')!;
  production = loaded.environments.get('production')!;
});

const itemsOf = ({ stages, rollback }: Checklist): Item[] => {
  const flat = (items: readonly Item[]): Item[] =>
    items.flatMap((item) => [item, ...(item.body.kind === 'parent' ? flat(item.body.items) : [])]);
  return flat([
    ...STAGES.flatMap((stage) => stages[stage].flatMap((phase) => phase.items)),
    ...Object.values(rollback.plans).flatMap(({ items }) => items),
  ]);
};

const checkOf = (checklist: Checklist, id: string) => {
  const item = itemsOf(checklist).find((one) => one.id === id);
  if (item?.body.kind !== 'check') throw new Error(`${id} is no check`);
  return item.body.check;
};

/** The same value with the keys of every object in the opposite order. */
const turned = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map((entry: unknown) => turned(entry)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, turned(entry)]),
  ) as T;
};

describe('a checklist in an environment', () => {
  it('has the values of the environment, then the defaults', () => {
    const { checklist } = effectiveChecklist(tiny, production, 'tiny');
    expect(checkOf(checklist, 'health').params).toEqual({ url: 'http://127.0.0.1:8099/health', samples: 5 });
    expect(checkOf(checklist, 'rollback-health').params).toEqual({ url: 'http://127.0.0.1:8099/health' });
    expect(checklist.version?.check.params).toEqual({ url: 'http://127.0.0.1:8099/version' });
    const alone = effectiveChecklist(tiny, undefined, 'tiny').checklist;
    expect(checkOf(alone, 'health').params['url']).toBe('http://127.0.0.1:8080/health');
  });

  it('keeps the type of a lone placeholder', () => {
    const { checklist } = effectiveChecklist(tiny, production, 'tiny');
    expect(checkOf(checklist, 'users-before').expect).toEqual({ 'rows[0].n': { gte: 2 } });
  });

  it('leaves secrets, captured values and those of the deployment open', () => {
    const { checklist } = effectiveChecklist(tiny, production, 'tiny');
    expect(checkOf(checklist, 'users-before').params['connection']).toBe('${database-url}');
    expect(checkOf(checklist, 'users-after').expect).toEqual({
      'rows[0].n': { gte: '${captured.users-before}' },
    });
    expect(itemsOf(checklist).find(({ id }) => id === 'run-deploy')?.command).toBe(
      './deploy.sh ${deployment.version}',
    );
    expect(JSON.stringify(checklist)).not.toContain('undefined');
  });

  it('leaves what is asked at start open, default or not', () => {
    const asked = read(
      'parameters: {n: {describe: N, default: 3, ask: true}}',
      '{id: a, title: "Take ${n}"}',
    );
    const environment = {
      ...production,
      systems: { tiny: { ...production.systems['tiny']!, connections: given({ n: 5 }) } },
    };
    expect(itemsOf(effectiveChecklist(asked, environment, 'tiny').checklist)[0]?.title).toBe('Take ${n}');
  });

  it('fills texts with text, and leaves them when a value is missing', () => {
    const file = read(
      'parameters: {n: {describe: N, default: 3}, gone: {describe: G}, list: {describe: L, default: [a, b]}}',
      '{id: a, title: "${n}", note: "${gone} and ${list}", link: "https://${gone}/x", command: "run ${n}", evidence: {kind: number, expect: {lt: "${n}"}}, when: {environment: "${gone}"}}',
    );
    expect(itemsOf(effectiveChecklist(file, undefined, 'tiny').checklist)[0]).toMatchObject({
      title: '3',
      note: '${gone} and ["a","b"]',
      link: 'https://${gone}/x',
      command: 'run 3',
      body: { evidence: { expect: { lt: 3 } } },
      when: { environment: '${gone}' },
    });
  });

  it('permits by its values only what the environment gave', () => {
    expect(effectiveChecklist(tiny, undefined, 'tiny').checklist.connections).toEqual(given({}));
    expect(effectiveChecklist(tiny, production, 'tiny').checklist.connections).toMatchObject({
      values: { 'api-url': 'http://127.0.0.1:8099', 'least-users': 2 },
      secrets: { 'database-url': 'env:TINY_DATABASE_URL' },
    });
    const elsewhere = effectiveChecklist(
      tiny,
      { ...production, runner: 'dmz', systems: {} },
      'tiny',
    ).checklist;
    expect(elsewhere.connections).toEqual({ ...given({}), runner: 'dmz' });
  });

  it('has the ladder of the environment, else its own', () => {
    const overlay = effectiveChecklist(tiny, production, 'tiny').checklist.ladder;
    expect(overlay.map((rung) => rung.kind === 'at' && rung.offset.ms)).toEqual([6000, 20_000]);
    expect(effectiveChecklist(tiny, undefined, 'tiny').checklist.ladder).toHaveLength(5);
  });

  it('has the second look of the environment, or none of its own', () => {
    const systems = { tiny: { ...production.systems['tiny']!, secondLookMs: 5000 } };
    expect(effectiveChecklist(tiny, { ...production, systems }, 'tiny').checklist.secondLookMs).toBe(5000);
    expect(effectiveChecklist(tiny, production, 'tiny').checklist).not.toHaveProperty('secondLookMs');
  });

  it('carries where it runs', () => {
    expect(effectiveChecklist(tiny, production, 'tiny').checklist).toMatchObject({
      environment: 'production',
      timeZone: 'Europe/Berlin',
      workHours: { days: [1, 2, 3, 4, 5], from: 540, to: 1050 },
    } satisfies Partial<EffectiveChecklist>);
    expect(effectiveChecklist(tiny, undefined, 'tiny').checklist).toMatchObject({
      environment: '',
      timeZone: 'UTC',
    });
  });
});

describe('the hash of a checklist', () => {
  it('does not depend on the order of keys', () => {
    const { hash } = effectiveChecklist(tiny, production, 'tiny');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(effectiveChecklist(turned(tiny), turned(production), 'tiny').hash).toBe(hash);
  });

  it('survives storage as JSON', () => {
    const { checklist, hash } = effectiveChecklist(tiny, production, 'tiny');
    expect(JSON.parse(JSON.stringify(checklist))).toStrictEqual(checklist);
    expect(effectiveChecklist(JSON.parse(JSON.stringify(tiny)) as Checklist, production, 'tiny').hash).toBe(
      hash,
    );
  });

  it('changes with a value, a line or the ladder', () => {
    const hash = (checklist: Checklist, environment: Environment) =>
      effectiveChecklist(checklist, environment, 'tiny').hash;
    const system = production.systems['tiny']!;
    const all = [
      hash(tiny, production),
      hash({ ...tiny, title: 'Other' }, production),
      hash(tiny, { ...production, systems: { tiny: { ...system, ladder: [] } } }),
      hash(tiny, {
        ...production,
        systems: { tiny: { ...system, connections: given({ 'least-users': 3 }) } },
      }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

const given = (values: Readonly<Record<string, number>>) => ({
  values,
  secrets: {},
  allow: [],
  commands: {},
  fileRoots: [],
});

const read = (head: string, item: string): Checklist => {
  const text = `system: tiny\ntitle: T\n${head}\nstages: {prepare: [{id: p, title: P, items: [${item}]}]}\n`;
  const parsed = parseChecklist(text, { name: 'tiny', kinds: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
};
