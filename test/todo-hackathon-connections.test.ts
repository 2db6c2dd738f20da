import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveChecklist } from '../src/checklists/effective.ts';
import type { LoadedChecklists } from '../src/checklists/load-checklists.ts';
import { definitionProblems, readiness } from '../src/checks/readiness.ts';
import { findKind } from '../src/checks/registry.ts';
import type { CheckDefinition, Effect, Readiness } from '../src/domain/check.ts';
import type { Json } from '../src/lib/json.ts';
import { placeholdersIn } from '../src/lib/placeholders.ts';
import { itemsOf, loadShipped, SHIPPED } from './support/shipped-checklists.ts';

const SYSTEM = 'todo-hackathon';

type EffectiveCheck = {
  readonly id: string;
  readonly check: CheckDefinition;
  readonly effect: Effect;
  readonly readiness: Readiness;
};

/** Every check as a deployment would pin it in an environment, but those that only look at other items. */
const checksIn = (loaded: LoadedChecklists, environment: string): readonly EffectiveCheck[] => {
  const checklist = loaded.checklists.get(SYSTEM);
  if (checklist === undefined) throw new Error(`${SYSTEM} did not load`);
  const pinned = effectiveChecklist(checklist, loaded.environments.get(environment), SYSTEM).checklist;
  return [...itemsOf(pinned).values()].flatMap(({ item: { id, body } }) => {
    if (body.kind !== 'check' || body.check.kind === 'state') return [];
    const input = { definition: body.check, effect: body.effect, connections: pinned.connections };
    return [
      { id, check: body.check, effect: body.effect, readiness: readiness(input, { hasEnv: () => true }) },
    ];
  });
};

describe('the first day', () => {
  test.each(['production', 'staging'])(
    'connects no check in %s, and says of each what it needs',
    async (name) => {
      const { loaded } = await loadShipped(SYSTEM);
      const checks = checksIn(loaded, name);
      expect(checks.length).toBeGreaterThan(100);
      expect(checks.filter((check) => check.readiness.kind !== 'not_connected')).toEqual([]);
    },
  );
});

/** A folder of its own with the checklist and one environment file whose commented blocks are taken at their word. */
const withBlocksPasted = async (
  environment: string,
  from: string,
): Promise<{ folder: string; loaded: LoadedChecklists }> => {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-pasted-'));
  await mkdir(join(folder, 'environments'));
  await copyFile(join(SHIPPED, `${SYSTEM}.yaml`), join(folder, `${SYSTEM}.yaml`));
  const text = await readFile(join(SHIPPED, 'environments', `${environment}.yaml`), 'utf8');
  const blocks = text.slice(text.indexOf(from)).replaceAll(/^# ?/gm, '');
  await writeFile(
    join(folder, 'environments', `${environment}.yaml`),
    `environment: ${environment}\n${blocks}`,
  );
  const { loaded } = await loadShipped(SYSTEM, folder);
  return { folder, loaded };
};

describe('the blocks of the environment files, pasted', () => {
  let production: { folder: string; loaded: LoadedChecklists };
  let staging: { folder: string; loaded: LoadedChecklists };
  let checks: readonly EffectiveCheck[];

  beforeAll(async () => {
    production = await withBlocksPasted('production', '# people:');
    staging = await withBlocksPasted('staging', '# systems:');
    checks = checksIn(production.loaded, 'production');
  });
  afterAll(async () => {
    await rm(production.folder, { recursive: true, force: true });
    await rm(staging.folder, { recursive: true, force: true });
  });

  const connections = () => production.loaded.environments.get('production')?.systems[SYSTEM]?.connections;

  test('load without a problem', () => {
    expect([...production.loaded.problems, ...staging.loaded.problems]).toEqual([]);
  });

  test('connect every check of a kind that exists', () => {
    const known = checks.filter(({ check }) => findKind(check.kind) !== undefined);
    expect(known.length).toBeGreaterThan(50);
    expect(known.filter((check) => check.readiness.kind === 'not_connected')).toEqual([]);
  });

  test('leave what writes, loads or costs to a click', () => {
    const byClick = checks.filter((check) => check.readiness.kind === 'by_click').map(({ id }) => id);
    expect(byClick).toEqual(expect.arrayContaining(['openai-quota', 'smoke-3-create-task', 'smoke-login']));
    const known = checks.filter(({ check }) => findKind(check.kind) !== undefined);
    const wrong = known.filter(
      ({ effect, readiness: { kind } }) => (effect === 'read') !== (kind === 'connected'),
    );
    expect(wrong).toEqual([]);
  });

  test('leave nothing that a kind or a matcher refuses', () => {
    expect(
      checks.flatMap(({ id, check }) => definitionProblems(check).map((problem) => `${id}: ${problem}`)),
    ).toEqual([]);
  });

  test('name exactly the commands that checks ask for', () => {
    const asked = checks.flatMap(({ check }) => (check.kind === 'command' ? [check.params['name']] : []));
    expect(Object.keys(connections()?.commands ?? {}).toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  test('give every value a check cannot do without', () => {
    const secrets = new Set(Object.keys(connections()?.secrets ?? {}));
    const left = checks.flatMap(({ check: { params, expect: expected = {}, warn = {} } }) =>
      placeholdersIn([params, expected, warn] as Json),
    );
    const isOfDeployment = (name: string) => name.includes('.');
    expect(left.filter((name) => !secrets.has(name) && !isOfDeployment(name))).toEqual([]);
  });

  test('name somebody for every role', () => {
    const people = Object.keys(production.loaded.environments.get('production')?.people ?? {});
    const roles = Object.keys(production.loaded.checklists.get(SYSTEM)?.roles ?? {});
    expect(people.toSorted()).toEqual(roles.toSorted());
  });
});
