import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadShipped } from '../../../test/support/shipped-checklists.ts';
import { fitEnvironment } from '../../checklists/fit-environment.ts';
import { parseEnvironment } from '../../checklists/parse-environment.ts';
import { environmentNamed } from '../../checklists/to-environment.ts';
import type { Checklist, Environment } from '../../domain/checklist.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { connectNext, connectNextShort } from './connect-next.ts';
import { pasteBlock } from './paste-block.ts';
import type { Step } from './steps.ts';
import { ladderOf } from './steps.ts';
import type { Standing } from '../../usecases/count-readiness.ts';
import type { Workers } from './standing.ts';
import { standingOf } from './standing.ts';

const NAME = 'qa';

/** Workers that hold every variable, or none; no zone has a runner. */
const workersWith = (everything: boolean): Workers => ({
  hasEnv: () => everything,
  hasRunner: () => false,
});

let checklist: Checklist;
let empty: Standing;

beforeAll(async () => {
  ({ checklist } = await loadShipped('todo-hackathon'));
  empty = standingOf({ checklist, environment: environmentNamed(NAME) }, workersWith(false));
});

const blockOf = (step: Step) =>
  pasteBlock(step, {
    system: checklist.system,
    environment: NAME,
    isNewFile: true,
    parameters: checklist.parameters,
  });

/** The environment a file with this text is, or a failure with its problems. */
const environmentOf = (text: string): Environment => {
  const parsed = parseEnvironment(text, NAME);
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.error)}\n${text}`);
  const { environment, problems } = fitEnvironment(parsed.value, {
    loaded: new Map([[checklist.system, checklist]]),
    unreadable: new Set(),
  });
  expect([...parsed.value.problems, ...problems]).toEqual([]);
  return environment;
};

/** As a person would put a block into a file that has something already. */
const merged = (into: JsonObject, from: JsonObject): JsonObject =>
  Object.fromEntries(
    [...new Set([...Object.keys(into), ...Object.keys(from)])].map((key) => {
      const [a, b] = [into[key], from[key]];
      if (isJsonObject(a) && isJsonObject(b)) return [key, merged(a, b)];
      if (Array.isArray(a) && Array.isArray(b)) return [key, [...new Set([...a, ...b])]];
      return [key, b ?? a ?? null];
    }),
  );

describe('the blocks of the doctor', () => {
  it('are valid environment files as they are, for every step that has something to paste', () => {
    const texts = ladderOf(empty.waiting).steps.flatMap((step) => blockOf(step).yaml ?? []);
    expect(texts.length).toBeGreaterThanOrEqual(3);
    for (const text of texts) environmentOf(text);
  });

  it('connect what they promise, step after step, until nothing waits', () => {
    let file: JsonObject = {};
    let left = ladderOf(empty.waiting);
    // What a check reaches is known once its values are: then a second look may name a host.
    for (let looks = 0; looks < 3; looks += 1) {
      for (const step of left.steps) {
        const { yaml } = blockOf(step);
        if (yaml !== undefined) file = merged(file, parse(yaml) as JsonObject);
      }
      const environment = environmentOf(stringify(file));
      left = ladderOf(standingOf({ checklist, environment }, workersWith(true)).waiting);
    }
    expect(left.steps.flatMap(({ remedies }) => remedies)).toEqual([]);
    expect(left.later).toEqual([]);
  });

  it('name the variables the worker needs and hold no secret', () => {
    const step = ladderOf(empty.waiting).steps.find(({ number }) => number === 2)!;
    const { yaml, variables } = blockOf(step);
    expect(yaml).toContain('database-url: env:TODO_HACKATHON_DATABASE_URL');
    expect(variables).toEqual(['TODO_HACKATHON_DATABASE_URL']);
  });

  it('are left out when only a variable is missing', () => {
    const step: Step = {
      number: 1,
      connects: 1,
      remedies: [
        {
          missing: 'smoke-token not set (SMOKE_TOKEN)',
          need: { kind: 'variable', variable: 'SMOKE_TOKEN' },
          checks: 1,
        },
      ],
    };
    expect(blockOf(step)).toEqual({ variables: ['SMOKE_TOKEN'] });
  });

  it('name the variables that auth may send', () => {
    const need = { kind: 'named_variable', variable: 'SMOKE_TOKEN' } as const;
    const remedies = [{ missing: 'variable SMOKE_TOKEN not named', need, checks: 1 }];
    const { yaml, variables } = blockOf({ number: 1, connects: 1, remedies });
    expect(environmentOf(yaml ?? '').systems['todo-hackathon']?.connections.env).toEqual(['SMOKE_TOKEN']);
    expect(variables).toEqual(['SMOKE_TOKEN']);
  });
});

describe('connect next', () => {
  const place = () => ({ checklist, environment: NAME, isNewFile: false, standing: empty });

  it('counts as /deploy checklists does and names every step', () => {
    const text = connectNext(place());
    const total = empty.connected + empty.byClick + empty.waiting.length;
    expect(text).toContain(`todo-hackathon in ${NAME}: of ${total} checks`);
    for (const step of ['Step 0', 'Step 1', 'Step 2', 'Step 3', 'Step 4']) expect(text).toContain(step);
    expect(text).toContain('  database-url: +');
  });

  it('names what brings the most when there are several places', () => {
    const lines = connectNextShort(place()).split('\n');
    expect(lines).toHaveLength(7);
    const gains = lines.slice(1, 6).map((line) => Number(/\+(\d+) check/.exec(line)?.[1]));
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
  });
});
