import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fileSchema, schemaText } from '../checklists/json-schema.ts';
import { describeKind } from '../checks/describe.ts';
import { kindsPage } from '../checks/kinds-page.ts';
import { listKinds } from '../checks/registry.ts';
import { freshSchema } from './schema-dump.ts';

/** A file that is made from code and checked in, so that it can be read without running anything. */
type Generated = { readonly path: string; readonly text: () => string | Promise<string> };

const FILES: readonly Generated[] = [
  {
    path: 'checklists/schema.json',
    text: () =>
      schemaText(fileSchema(Object.fromEntries(listKinds().map(({ kind, schema }) => [kind, schema()])))),
  },
  { path: 'docs/checks.md', text: () => kindsPage(listKinds().map(describeKind)) },
  { path: 'docs/schema.sql', text: freshSchema },
];

const checkedIn = async (path: URL): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
};

/** Writes what differs; with `--check` only says so and fails, which is how CI sees a forgotten `npm run generate`. */
const generate = async (isCheck: boolean): Promise<void> => {
  for (const { path, text } of FILES) {
    const target = new URL(`../../${path}`, import.meta.url);
    const wanted = await text();
    if ((await checkedIn(target)) === wanted) continue;
    if (isCheck) {
      console.error(`${path} is not what the code describes: run "npm run generate" and commit it`);
      process.exitCode = 1;
    } else {
      await writeFile(target, wanted);
      console.log(`wrote ${fileURLToPath(target)}`);
    }
  }
};

await generate(process.argv.includes('--check'));
