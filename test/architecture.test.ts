import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { dumpSchema } from '../src/cli/schema-dump.ts';
import { migrateToLatest, migrateToNothing, pendingMigrations } from '../src/db/migrate.ts';
// @ts-expect-error -- a lint rule is plain JavaScript and has no types
import { FOLDERS as UNTYPED } from '../tools/folder-rules.js';

const ROOT = new URL('../', import.meta.url);

/** Folder -> what it may import: our folders, then packages. */
const FOLDERS = UNTYPED as Readonly<Record<string, readonly [readonly string[], readonly string[]]>>;

const foldersOf = (path: string): readonly string[] =>
  readdirSync(new URL(path, ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|js)$/.test(path) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);

/** Lines that hold code: neither blank nor within a comment. */
const codeLines = (text: string): number => {
  let isInComment = false;
  return text.split('\n').filter((line) => {
    const trimmed = line.trim();
    if (isInComment) {
      isInComment = !trimmed.endsWith('*/');
      return false;
    }
    if (trimmed.startsWith('/*')) {
      isInComment = !trimmed.endsWith('*/');
      return false;
    }
    return trimmed !== '' && !trimmed.startsWith('//');
  }).length;
};

describe('the house', () => {
  it('has a row in the table of walls for every folder of src', () => {
    // The composition root may import everything, so it has no walls.
    expect(Object.keys(FOLDERS).sort()).toEqual(
      [...foldersOf('src/')].filter((name) => name !== 'cli').sort(),
    );
  });

  it('names only folders that are there, and lets nothing import the workspace or the demo', () => {
    const known = new Set(foldersOf('src/'));
    for (const [folder, [ours]] of Object.entries(FOLDERS))
      for (const name of ours) {
        expect(known, `${folder} -> ${name}`).toContain(name.split('/')[0]);
        expect(['sandbox', 'demo', 'cli'], `${folder} -> ${name}`).not.toContain(name);
      }
  });

  it('keeps its core pure: the domain imports no package and no other folder', () => {
    expect(FOLDERS['domain']).toEqual([[], []]);
  });

  it.each(['src', 'test', 'migrations', 'bench', 'tools'])(
    'has no file over 300 lines of code in %s',
    (folder) => {
      const tooLong = filesBelow(folder)
        .filter((path) => !path.startsWith('src/sandbox/page/'))
        .map((path) => ({ path, lines: codeLines(readFileSync(new URL(path, ROOT), 'utf8')) }))
        .filter(({ lines }) => lines > 300);
      expect(tooLong).toEqual([]);
    },
  );
});

describe('the migrations', () => {
  const made: string[] = [];

  const asAdmin = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: inject('adminUrl') });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };

  const emptyDatabase = async (): Promise<string> => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await asAdmin(`CREATE DATABASE ${name}`);
    made.push(name);
    const url = new URL(inject('adminUrl'));
    url.pathname = `/${name}`;
    return url.href;
  };

  const rows = async (url: string, text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };

  afterEach(async () => {
    for (const name of made.splice(0)) await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it('are numbered without gaps and named after what they do', () => {
    const names = readdirSync(new URL('migrations/', ROOT)).sort();
    expect(names.length).toBeGreaterThan(0);
    names.forEach((name, index) =>
      expect(name).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}_[a-z_]+\\.ts$`)),
    );
  });

  it('can be applied, undone without a trace, and applied again', async () => {
    const url = await emptyDatabase();
    const first = await migrateToLatest(url);
    const schema = await dumpSchema(url);
    await migrateToNothing(url);
    expect(await dumpSchema(url)).toBe(';\n');
    expect(await pendingMigrations(url)).toEqual(first.applied);
    await migrateToLatest(url);
    expect(await dumpSchema(url)).toBe(schema);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it('give every table a primary key', async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url);
    const without = await rows(
      url,
      `select c.relname from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
         and not exists (select from pg_constraint p where p.conrelid = c.oid and p.contype = 'p')`,
    );
    expect(without).toEqual([]);
  });

  it('may be run by two processes at once: one applies, both end well', async () => {
    const url = await emptyDatabase();
    const reports = await Promise.all([migrateToLatest(url), migrateToLatest(url)]);
    const applied = reports.flatMap((report) => report.applied);
    expect(new Set(applied).size).toBe(applied.length);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it('make the schema that docs/schema.sql shows', async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url);
    expect(await dumpSchema(url)).toBe(readFileSync(new URL('docs/schema.sql', ROOT), 'utf8'));
  });

  it('are what replaying docs/schema.sql gives', async () => {
    const url = await emptyDatabase();
    const schema = readFileSync(new URL('docs/schema.sql', ROOT), 'utf8');
    await rows(url, schema);
    expect(await dumpSchema(url)).toBe(schema);
  });
});
