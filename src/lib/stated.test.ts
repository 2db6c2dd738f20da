import { expect, it } from 'vitest';
import { stated } from './stated.ts';

it('keeps keys that have a value, also an empty one, and leaves out those without', () => {
  const given: { readonly note?: string | undefined; readonly count: number } = { note: undefined, count: 0 };
  expect(Object.keys(stated(given))).toEqual(['count']);
  expect(stated({ text: '', no: false, nothing: null })).toEqual({ text: '', no: false, nothing: null });
});
