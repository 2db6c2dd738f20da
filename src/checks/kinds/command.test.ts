import { describe, expect, it } from 'vitest';
import { fillCommand } from './command.ts';

const fill = (argv: string[], ...args: (string | number)[]): readonly string[] =>
  fillCommand({ argv }, { name: 'c', args });

describe('a named command', () => {
  it('takes its arguments into its slots, as they are', () => {
    expect(fill(['/bin/x', '--', '${1}', 'a${2}b', '${1}'], 'v 1; $(id)', 5)).toEqual([
      '/bin/x',
      '--',
      'v 1; $(id)',
      'a5b',
      'v 1; $(id)',
    ]);
    expect(fill(['/bin/x', '${1}'], '$& ${2} $1')).toEqual(['/bin/x', '$& ${2} $1']);
    expect(fill(['/bin/x'])).toEqual(['/bin/x']);
  });

  it.each<[string, string[], (string | number)[]]>([
    ['an option', ['/bin/x', '${1}'], ['--output=/etc/passwd']],
    ['a negative number', ['/bin/x', '${1}'], [-1]],
    ['a newline', ['/bin/x', '${1}'], ['a\nb']],
    ['a NUL', ['/bin/x', '${1}'], ['a\0b']],
    ['nothing', ['/bin/x', '${1}'], ['']],
    ['too long a text', ['/bin/x', '${1}'], ['x'.repeat(1001)]],
    ['an argument too few', ['/bin/x', '${1}', '${2}'], ['a']],
    ['an argument too many', ['/bin/x', '${1}'], ['a', 'b']],
    ['a slot that is left out', ['/bin/x', '${2}'], ['a']],
    ['a program looked up in PATH', ['x'], []],
    ['a program given as an argument', ['/${1}'], ['bin/sh']],
    ['no program', [], []],
  ])('refuses %s', (_name, argv, args) => {
    expect(() => fill(argv, ...args)).toThrow();
  });
});
