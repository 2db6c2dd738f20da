import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckDefinition, CheckResult } from '../../src/domain/check.ts';
import { NOW, run } from '../support/checks.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tminus-checks-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const variable = async (name: string, value: string): Promise<CheckResult> => {
  const path = join(folder, '.env');
  await writeFile(path, `${name}=${value}\n`);
  return run({
    kind: 'env',
    params: { name },
    with: { warn: { value: { absent: true } } },
    connections: { envSource: { kind: 'dotenv', path } },
  });
};

describe('a variable whose name sounds secret', () => {
  test.each(['true', 'False', 'yes', 'NO', 'on', 'off'])(
    'is shown when its value is plainly a switch: %s',
    async (value) => {
      expect((await variable('CORS_ALLOW_CREDENTIALS', value)).observation['value']).toBe(value);
    },
  );

  test.each(['truely', '1234', '123456', 'hunter2', '1.2.3', 'onwards'])(
    'is not shown when its value might be a credential: %s',
    async (value) => {
      const { observation } = await variable('AUTH_KEY', value);
      expect(observation).toMatchObject({ set: true, length: value.length });
      expect(observation).not.toHaveProperty('value');
    },
  );
});

const file = async (definition: Partial<CheckDefinition> = {}): Promise<CheckResult> => {
  const path = join(folder, 'notes.md');
  await writeFile(path, 'one\ntwo\n');
  await utimes(path, NOW, NOW);
  return run({ kind: 'file', params: { path }, with: definition, connections: { fileRoots: [folder] } });
};

describe('what a file check stores', () => {
  test('leaves the content out when nobody asked for it', async () => {
    const { observation, outcome } = await file({ expect: { exists: true, size: { gt: 0 } } });
    expect(outcome).toBe('pass');
    expect(Object.keys(observation)).toEqual(['exists', 'size', 'age', 'mode']);
    expect(Object.keys((await file()).observation)).not.toContain('text');
  });

  test.each([
    ['expected', { expect: { text: { contains: 'two' } } }, ['text']],
    ['wished for', { warn: { lines: { gte: 2 } } }, ['lines']],
    ['captured', { capture: { notes: 'text' } }, ['text']],
    ['expected and captured', { expect: { lines: 2 }, capture: { notes: 'text' } }, ['text', 'lines']],
  ])('holds the part that is %s', async (_how, definition, kept) => {
    const { observation, outcome } = await file(definition);
    expect(outcome).toBe('pass');
    expect(Object.keys(observation).filter((key) => ['text', 'lines'].includes(key))).toEqual(kept);
  });
});

describe('a parameter that is not known', () => {
  test('is refused with the name that was meant', async () => {
    const { line, outcome } = await run({
      kind: 'http',
      params: { url: 'http://127.0.0.1:1', hedaers: {}, sample: 2 },
    });
    expect(outcome).toBe('error');
    expect(line).toBe(
      'http: unknown parameter hedaers; did you mean headers? · unknown parameter sample; did you mean samples?',
    );
  });
});
