import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { parsePath, readPath, resolveSegments } from './path.ts';

const observation: Json = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  rows: [{ n: 5 }, { n: null }],
  body: {
    'a.b': { c: 1 },
    'quo"te': 2,
    items: [
      { id: 1, tags: ['x', 'y'] },
      { id: 2, tags: ['z'] },
    ],
  },
  services: { web: { up: true }, jobs: { up: false } },
  mixed: [{ a: 1 }, { b: 2 }],
  none: [],
};

describe('readPath', () => {
  it.each<[string, Json]>([
    ['status', 200],
    ['headers.content-type', 'text/html'],
    ['rows[0].n', 5],
    ['rows[1].n', null],
    ['body["a.b"].c', 1],
    ['body["quo\\"te"]', 2],
    ['["status"]', 200],
    ['body.items[*].id', [1, 2]],
    ['body.items[*].tags[*]', ['x', 'y', 'z']],
    ['services[*].up', [true, false]],
    ['none[*].x', []],
  ])('finds %s', (path, value) => {
    expect(readPath(observation, path)).toEqual({ found: true, value });
  });

  it.each([
    'missing',
    'status.deeper',
    'rows[2].n',
    'rows.length',
    'rows.0',
    'status[0]',
    'headers.constructor',
    '__proto__',
    'headers.toString',
    'status[*]',
    'mixed[*].zzz',
  ])('does not find %s', (path) => {
    expect(readPath(observation, path)).toEqual({ found: false });
  });

  it('does not find a list with gaps, and resolveSegments tells that from nothing', () => {
    expect(readPath(observation, 'mixed[*].a')).toEqual({ found: false });
    const segments = parsePath('mixed[*].a');
    expect(segments.ok && resolveSegments(observation, segments.value)).toEqual({
      found: 'some',
      value: [1],
    });
  });

  it('reads a key named __proto__ only where it was measured', () => {
    expect(readPath(JSON.parse('{"__proto__": {"x": 1}}') as Json, '__proto__.x')).toEqual({
      found: true,
      value: 1,
    });
  });

  it('finds every own value of any object by its quoted key', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, pick) => {
        const keys = Object.keys(object);
        fc.pre(keys.length > 0);
        const key = keys[pick % keys.length]!;
        const read = readPath(object as Json, `[${JSON.stringify(key)}]`);
        expect(read).toEqual({ found: true, value: object[key] });
      }),
    );
  });

  it('never throws, whatever the path', () => {
    fc.assert(fc.property(fc.string(), (path) => void readPath(observation, path)));
    fc.assert(
      fc.property(fc.stringMatching(/^[a.[\]"*0-9\\]{0,20}$/), (path) => void readPath(observation, path)),
    );
  });
});

describe('parsePath', () => {
  it.each([
    ['', 'the path is empty', 0],
    ['a..b', 'expected a key', 2],
    ['.a', 'expected a key', 0],
    ['a.', 'expected a key', 2],
    ['a[x]', 'expected [n], [*] or ["key"]', 1],
    ['a[-1]', 'expected [n], [*] or ["key"]', 1],
    ['a[', 'expected [n], [*] or ["key"]', 1],
    ['a["\\x"]', 'expected [n], [*] or ["key"]', 1],
    ['a[0]b', 'expected . or [', 4],
    ['a]b', 'expected . or [', 1],
  ])('refuses %j: %s at %i', (path, message, position) => {
    const parsed = parsePath(path);
    // A trailing dot has no character to point at: the end of the text is where the key is missing.
    expect(parsed).toEqual({ ok: false, error: { message, position } });
  });
});
