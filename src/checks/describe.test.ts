import { describe, expect, it } from 'vitest';
import { describeKind } from './describe.ts';
import { kindsPage } from './kinds-page.ts';
import { listKinds } from './registry.ts';

describe.each(listKinds().map((kind) => [kind.kind, describeKind(kind)] as const))('%s', (_name, text) => {
  it('says of every parameter what it is', () => {
    for (const { name, type, description } of text.parameters) {
      expect(description, name).not.toBe('');
      expect(type, name).not.toBe('');
    }
  });

  it('names what it observes, and judges by nothing else', () => {
    expect(Object.keys(text.observation).length).toBeGreaterThan(0);
    const known = Object.keys(text.observation).map((path) => path.split(/[.[]/)[0]);
    for (const path of Object.keys(text.passes)) expect(known).toContain(path.split(/[.[]/)[0]);
  });
});

describe('the page of kinds', () => {
  it('has a table row for every parameter of every kind, with bars escaped', () => {
    const page = kindsPage(listKinds().map(describeKind));
    for (const kind of listKinds().map(describeKind)) {
      expect(page).toContain(`## ${kind.kind}\n`);
      for (const { name } of kind.parameters) expect(page).toContain(`| \`${name}\``);
    }
    for (const row of page.split('\n').filter((line) => line.startsWith('| `')))
      expect(row.replaceAll('\\|', '').match(/\|/g)?.length).toBeOneOf([3, 4]);
  });
});
