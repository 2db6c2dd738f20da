import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseChecklist } from './parse-checklist.ts';
import { parseEnvironment } from './parse-environment.ts';

const page = readFileSync(new URL('../../docs/checklists.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

const declared = `system: shop
title: Shop
parameters: {api-url: {describe: A}, database-url: {describe: D, secret: true}, scale-out: {describe: S, ask: true}}
variants: {publish: {title: P, options: {script: {title: S, default: true}}}}
`;

const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by));

const phase = 'stages:\n  prepare:\n    - id: p\n      title: P\n      items:\n';

/** The least file around an example that shows a part of one. */
const asFile = (example: string): string => {
  if (example.startsWith('system:')) return example;
  if (example.startsWith('stages:')) return declared + example;
  if (example.startsWith('- {id')) return declared + phase + indented(example, 8);
  if (/^(check|when):/.test(example))
    return `${declared}${phase}        - id: i\n          title: I\n${indented(example, 10)}`;
  return `${declared}stages: {}\n${example}`;
};

describe('the documentation of the file formats', () => {
  it.each(examples.filter((example) => !example.startsWith('environment:')))(
    'shows a checklist that loads: %s',
    (example) => {
      const parsed = parseChecklist(asFile(example), { name: 'shop', kinds: {} });
      expect(parsed.ok ? [] : parsed.error).toEqual([]);
    },
  );

  it.each(examples.filter((example) => example.startsWith('environment:')))(
    'shows an environment that loads: %s',
    (example) => {
      const parsed = parseEnvironment(example, 'production');
      expect(parsed.ok ? parsed.value.problems : parsed.error).toEqual([]);
    },
  );
});
