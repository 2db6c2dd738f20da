import { beforeAll, describe, expect, test } from 'vitest';
import type { LoadedChecklists } from '../src/checklists/load-checklists.ts';
import { STAGES } from '../src/domain/checklist.ts';
import type { Checklist } from '../src/domain/checklist.ts';
import type { Json } from '../src/lib/json.ts';
import { placeholdersIn } from '../src/lib/placeholders.ts';
import { checkOf, itemsOf, knownIds, loadShipped } from './support/shipped-checklists.ts';
import type { Placed } from './support/shipped-checklists.ts';

const SYSTEM = 'todo-hackathon';

const namesIn = (value: unknown): string[] => placeholdersIn(value as Json);

let loaded: LoadedChecklists;
let checklist: Checklist;
let items: ReadonlyMap<string, Placed>;

beforeAll(async () => {
  ({ loaded, checklist } = await loadShipped(SYSTEM));
  items = itemsOf(checklist);
});

describe('the file as a whole', () => {
  test('loads without a problem, and so do the environments', () => {
    const ours = loaded.problems.filter(({ file }) =>
      [`${SYSTEM}.yaml`, 'environments/production.yaml', 'environments/staging.yaml'].includes(file),
    );
    expect(ours).toEqual([]);
    expect([...loaded.environments.keys()]).toEqual(expect.arrayContaining(['production', 'staging']));
  });

  test('holds every known id of the source', async () => {
    const wanted = await knownIds(SYSTEM);
    const known = new Set([
      ...items.keys(),
      ...checklist.info.map(({ id }) => id),
      ...checklist.contacts.map(({ id }) => id),
    ]);
    expect(wanted).toHaveLength(246);
    expect(wanted.filter((id) => !known.has(id))).toEqual([]);
  });

  test('has titles that fit one line of the card', () => {
    const titles = [
      ...[...items.values()].map(({ item }) => item.title),
      ...checklist.info.map(({ title }) => title),
      ...checklist.contacts.map(({ title }) => title),
    ];
    expect(titles.filter((title) => title.length > 75)).toEqual([]);
  });

  test('has no more phases in a stage than the card has room for', () => {
    for (const stage of STAGES) expect(checklist.stages[stage].length).toBeLessThanOrEqual(10);
  });

  test('gives every phase a declared role', () => {
    const owners = STAGES.flatMap((stage) => checklist.stages[stage].map(({ owner }) => owner));
    expect(owners.filter((owner) => owner === undefined || !(owner in checklist.roles))).toEqual([]);
  });

  test('reads the running version from the API description', () => {
    expect(checklist.version?.path).toBe('body.info.version');
    expect(checklist.version?.check.kind).toBe('http');
  });

  test('measures again after 15 minutes, an hour, a day, every morning for a week and weekly', () => {
    expect(
      checklist.ladder.map((rung) =>
        rung.kind === 'at' ? rung.offset.ms / 60_000 : [rung.cron, rung.forMs],
      ),
    ).toEqual([15, 60, 1440, ['0 9 * * *', 7 * 86_400_000], ['0 10 * * mon', undefined]]);
  });
});

describe('where evidence can exist', () => {
  test('nothing before Go measures the service that is yet to be deployed', () => {
    const live = ['api-base-url', 'smoke-user-id', 'login-path', 'status-page-url', 'prometheus-url'];
    const early = [...items.values()].filter(({ item, section }) => {
      if (section !== 'prepare' || item.body.kind !== 'check') return false;
      return namesIn(item.body.check.params).some((name) => live.includes(name));
    });
    expect(early.map(({ item }) => item.id)).toEqual([]);
  });

  test('a step that is measured while deploying shows its command, so that it is measured once it is done', () => {
    const steps = [...items.values()].filter(
      ({ item, section }) => section === 'deploy' && item.body.kind === 'check',
    );
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.filter(({ item }) => item.command === undefined).map(({ item }) => item.id)).toEqual([]);
  });

  test('no gate waits for something that happens after it', () => {
    const phases = new Map(
      STAGES.flatMap((stage, order) => checklist.stages[stage].map(({ id }) => [id, order] as const)),
    );
    const orderOf = (id: string) => phases.get(id) ?? items.get(id)?.order ?? -1;
    const waits = [...items.values()].flatMap(({ item, order }) => {
      if (item.body.kind === 'twin') return [{ id: item.id, order, on: item.body.of }];
      if (item.body.kind !== 'check' || item.body.check.kind !== 'state') return [];
      return (item.body.check.params['of'] as string[]).map((on) => ({ id: item.id, order, on }));
    });
    expect(waits.length).toBeGreaterThan(40);
    expect(waits.filter(({ order, on }) => orderOf(on) < 0 || orderOf(on) > order)).toEqual([]);
  });

  test('a judgement over others names items that stand for themselves', () => {
    const named = [...items.values()].flatMap(({ item }) =>
      item.body.kind === 'check' && item.body.check.kind === 'state'
        ? (item.body.check.params['of'] as string[])
        : [],
    );
    const hollow = named.filter((id) => {
      const body = items.get(id)?.item.body;
      return body?.kind === 'twin' || (body?.kind === 'check' && body.check.kind === 'state');
    });
    expect(hollow).toEqual([]);
  });

  test('only checks that read run again, and a check that writes runs by click', () => {
    const effects = [...items.values()].flatMap(({ item }) =>
      item.body.kind === 'check' ? [{ item, body: item.body }] : [],
    );
    expect(effects.filter(({ item, body }) => item.watch && body.effect !== 'read')).toEqual([]);
    const posts = effects.filter(({ body }) => body.check.params['method'] === 'POST');
    expect(posts.length).toBeGreaterThan(5);
    expect(posts.filter(({ body }) => body.effect === 'read')).toEqual([]);
  });

  test('rows are counted before the change and compared after it', () => {
    expect(Object.keys(checkOf(items.get('rows-before')?.item).capture ?? {})).toEqual([
      'conversations-before',
      'messages-before',
      'tasks-before',
    ]);
    expect(items.get('rows-before')?.section).toBe('prepare');
    expect(items.get('result-no-data-loss')?.section).toBe('verify');
    const compared = ['1', '2', '3'].flatMap((index) =>
      Object.values(checkOf(items.get(`result-no-data-loss-${index}`)?.item).expect ?? {}),
    );
    expect(compared.flatMap(namesIn)).toEqual([
      'captured.conversations-before',
      'captured.messages-before',
      'captured.tasks-before',
    ]);
  });

  test('going back to an earlier database costs data and says so', () => {
    const { app, frontend, database } = checklist.rollback.plans;
    expect([app?.dataLoss, frontend?.dataLoss, database?.dataLoss]).toEqual([false, false, true]);
    expect([app?.default, frontend?.default, database?.default]).toEqual([true, false, false]);
  });
});
