import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { placeholdersIn, substitute } from './placeholders.ts';

const names: Readonly<Record<string, Json>> = {
  url: 'http://a',
  n: 2,
  list: [1, 'x'],
  nothing: null,
  loop: '${loop}',
};
const lookup = (name: string): Json | undefined => (Object.hasOwn(names, name) ? names[name] : undefined);

describe('substitute', () => {
  it('keeps the type of a value that stands alone', () => {
    expect(substitute({ a: '${n}', b: ['${list}'], c: '${nothing}' }, lookup)).toEqual({
      value: { a: 2, b: [[1, 'x']], c: null },
      missing: [],
    });
  });

  it('writes values into longer texts', () => {
    expect(substitute('${url}/v${n}?q=${list}', lookup).value).toBe('http://a/v2?q=[1,"x"]');
  });

  it('leaves what has no value as it stands and names it once', () => {
    expect(substitute(['${who}', 'x ${who} ${what.else}', { '${key}': '${n}' }], lookup)).toEqual({
      value: ['${who}', 'x ${who} ${what.else}', { '${key}': 2 }],
      missing: ['who', 'what.else'],
    });
  });

  it('does not search again in what it filled in', () => {
    expect(substitute('${loop}', lookup)).toEqual({ value: '${loop}', missing: [] });
    expect(substitute('a ${loop}', lookup)).toEqual({ value: 'a ${loop}', missing: [] });
  });

  it('does not take dollar signs of a value for patterns', () => {
    expect(substitute('x${p}', () => "$& $1 $'").value).toBe("x$& $1 $'");
  });

  it('does not take other dollar signs for placeholders', () => {
    const value = ['$n', '${}', '${ n }', '$5', '${-a}'];
    expect(substitute(value, lookup)).toEqual({ value, missing: [] });
  });

  it('returns any JSON without placeholders unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('${'));
        const copy = JSON.parse(JSON.stringify(value)) as Json;
        expect(substitute(copy, lookup)).toEqual({ value: copy, missing: [] });
      }),
    );
  });
});

describe('placeholdersIn', () => {
  it('lists names at any depth', () => {
    expect(placeholdersIn({ a: ['${x}', { b: 'c${y.z}${x}' }] })).toEqual(['x', 'y.z']);
  });
});
