import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoted } from '../domain/refusal.ts';
import {
  ago,
  answerText,
  bar,
  codeBlock,
  dateTime,
  durationText,
  fitted,
  inline,
  listed,
  mention,
  mentions,
  plain,
  plural,
  timeOf,
} from './text.ts';

const NOON = Date.UTC(2026, 10, 20, 12, 0);

describe("somebody's words in a formatted line", () => {
  test.each([
    ['<@U123> and <!channel>', '&lt;@U123&gt; and &lt;!channel&gt;'],
    ['<https://evil.example|click>', '&lt;https://evil.example|click&gt;'],
    ['@here @channel @everyone', '＠here ＠channel ＠everyone'],
    ['*bold* ~gone~ `code`', '∗bold∗ ∼gone∼ ˋcodeˋ'],
    ['_slanted_ but snake_case stays', 'ˍslantedˍ but snake_case stays'],
    ['Fish & chips', 'Fish &amp; chips'],
    ['two\nlines\tand\u0000more', 'two lines and more'],
    ['turn\u202Earound', 'turnaround'],
    ['', '–'],
    ['   ', '–'],
  ])('%j becomes %j', (words, shown) => {
    expect(inline(words, 100)).toBe(shown);
  });

  test('are cut with an ellipsis, counting what is sent', () => {
    expect(inline('abcdefghij', 5)).toBe('abcd…');
    expect(inline('&&&&', 11)).toBe('&amp;&amp;…');
  });

  test('are never cut inside a character', () => {
    expect(inline('👩‍🚀👩‍🚀👩‍🚀', 8)).toBe('👩‍🚀…');
  });

  test('that run from right to left do not turn what stands beside them', () => {
    expect(inline('שלום', 20)).toBe('\u2068שלום\u2069');
  });

  test('keep to the length, mention nobody and link nothing, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 5, max: 200 }),
        (words, max) => {
          const shown = inline(words, max);
          expect(shown.length).toBeLessThanOrEqual(max);
          expect(shown).not.toMatch(/[<>*~`\n]/);
          expect(shown).not.toBe('');
        },
      ),
    );
  });
});

test('plain words keep their signs, because Slack formats nothing there', () => {
  expect(plain('a < b & *c*', 75)).toBe('a < b & *c*');
});

describe('an answer of ours', () => {
  test('keeps people mentioned and lines apart', () => {
    expect(answerText('Ask <@U1> or <@U2>.\nNot <!here>.', 500)).toBe(
      'Ask <@U1> or <@U2>.\nNot &lt;!here&gt;.',
    );
  });
});

describe('a name that somebody typed', () => {
  const shown = (typed: string) => answerText(`There is no item ${quoted(typed)}. Ask <@U1>.`, 500);

  test.each([
    ['_private_', '`_private_`'],
    ['*bold* ~gone~', '`*bold* ~gone~`'],
    ['a`b*c*', '`aˋb*c*`'],
    ['<@U2>', '`&lt;@U2&gt;`'],
    ['@here', '`＠here`'],
  ])('%s stays as it is in an answer', (typed, seen) => {
    expect(shown(typed)).toBe(`There is no item ${seen}. Ask <@U1>.`);
  });

  test('is quoted only where the quote is closed', () => {
    expect(answerText('one ` *two*', 500)).toBe('one ˋ ∗two∗');
  });
});

describe('a command to copy', () => {
  test('stands in a fence that nothing inside can close', () => {
    expect(codeBlock('echo ``` && ls > out', 100)).toBe('```\necho ˋˋˋ &amp;&amp; ls &gt; out\n```');
  });

  test('keeps its lines', () => {
    expect(codeBlock('one\r\ntwo', 100)).toBe('```\none\ntwo\n```');
  });
});

describe('people', () => {
  test('are mentioned by id, groups too, anything else is only written', () => {
    expect([mention('U123'), mention('S123'), mention('@ana')]).toEqual([
      '<@U123>',
      '<!subteam^S123>',
      '@ana',
    ]);
    expect(mention('U1> <!channel')).toBe('U1&gt; &lt;!channel');
  });

  test('are two by name, then a count', () => {
    expect(mentions(['U1', 'U2'])).toBe('<@U1> or <@U2>');
    expect(mentions(['U1', 'U2', 'U3', 'U4'])).toBe('<@U1>, <@U2> or 2 more');
  });
});

test('times are in the reader’s zone, with a fallback that names its own', () => {
  expect(dateTime(NOON)).toBe('<!date^1795176000^{date_short_pretty} {time}|2026-11-20 12:00 UTC>');
  expect(timeOf(NOON)).toContain('^{time}|');
  expect(ago(NOON)).toContain('^{ago}|');
});

test.each([
  [0, '0 s'],
  [59_000, '59 s'],
  [240_000, '4 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
  [-5, '0 s'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [0, 6, '░░░░░░'],
  [1, 100, '█░░░░░'],
  [99, 100, '█████░'],
  [6, 6, '██████'],
  [0, 0, '██████'],
])('the bar of %d of %d is %s', (done, total, text) => {
  expect(bar(done, total, 6)).toBe(text);
});

describe('lists', () => {
  test('are read as people write them', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
    expect([plural(1, 'line'), plural(4, 'line')]).toEqual(['1 line', '4 lines']);
  });

  test('that do not fit end with a count', () => {
    expect(fitted(['one', 'two', 'three'], { max: 100 })).toBe('one · two · three');
    expect(fitted(['one', 'two', 'three'], { max: 100, most: 2 })).toBe('one · two · and 1 more');
    expect(fitted(['one', 'two', 'three', 'four'], { max: 20 })).toBe('one · and 3 more');
    expect(fitted(['a'.repeat(50)], { max: 20 })).toBe('and 1 more');
  });

  test('never exceed their room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 30 })),
        fc.integer({ min: 20, max: 200 }),
        (parts, max) => {
          expect(fitted(parts, { max }).length).toBeLessThanOrEqual(max);
        },
      ),
    );
  });
});
