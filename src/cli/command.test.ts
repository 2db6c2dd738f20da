import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { parseGiven } from './command.ts';

const command: Command = {
  name: 'sandbox',
  usage: '[--port <port>]',
  summary: 'A workspace',
  options: { port: 'Port of the page' },
  mostWords: 1,
  run: () => Promise.resolve(0),
};

describe('parseGiven', () => {
  it('reads words and options in any order and form', () => {
    const expected = { words: ['one'], options: { port: '80' }, flags: new Set() };
    expect(parseGiven(command, ['one', '--port', '80'])).toEqual(expected);
    expect(parseGiven(command, ['--port=80', 'one'])).toEqual(expected);
    expect(parseGiven(command, [])).toEqual({ words: [], options: {}, flags: new Set() });
  });

  it('reads options that take no value', () => {
    const withFlag = { ...command, flags: { json: 'As JSON' } };
    expect(parseGiven(withFlag, ['one', '--json']).flags).toEqual(new Set(['json']));
    expect(() => parseGiven(withFlag, ['--json=yes'])).toThrow('--json takes no value');
  });

  it.each([
    { typed: ['--prot', '80'], says: 'no option --prot; did you mean --port?' },
    { typed: ['-p'], says: 'no option -p' },
    { typed: ['--port'], says: '--port needs a value' },
    { typed: ['--port='], says: '--port needs a value' },
    { typed: ['one', 'two'], says: 'does not know what to do with "two"' },
    { typed: ['--constructor'], says: 'no option --constructor' },
  ])('refuses $typed and says how the command is used', ({ typed, says }) => {
    expect(() => parseGiven(command, typed)).toThrow(says);
    expect(() => parseGiven(command, typed)).toThrow('Usage: tminus sandbox [--port <port>]');
  });
});
