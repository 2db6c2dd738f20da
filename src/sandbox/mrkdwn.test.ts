import { describe, expect, it } from 'vitest';
import { formatDate } from './page/dates.js';
import { markdownToMrkdwn, parseMrkdwn, parsePlain } from './page/mrkdwn.js';

const text = (value: string) => ({ kind: 'text', text: value });

describe('mrkdwn', () => {
  it('reads bold, italic and strike, also inside each other', () => {
    expect(parseMrkdwn('*Go* _now_ ~later~ *very _much_*')).toEqual([
      { kind: 'bold', children: [text('Go')] },
      text(' '),
      { kind: 'italic', children: [text('now')] },
      text(' '),
      { kind: 'strike', children: [text('later')] },
      text(' '),
      { kind: 'bold', children: [text('very '), { kind: 'italic', children: [text('much')] }] },
    ]);
  });

  it('leaves marks alone that stand inside words or before spaces', () => {
    expect(parseMrkdwn('2*3*4 and a_b_c and * not bold *')).toEqual([
      text('2*3*4 and a_b_c and * not bold *'),
    ]);
    expect(parseMrkdwn('*never\nends*')).toEqual([text('*never'), { kind: 'break' }, text('ends*')]);
  });

  it('reads code without looking for marks in it', () => {
    expect(parseMrkdwn('run `a *b* &lt;c&gt;` now')).toEqual([
      text('run '),
      { kind: 'code', text: 'a *b* <c>' },
      text(' now'),
    ]);
    expect(parseMrkdwn('```\nline *one*\nline two\n```')).toEqual([
      { kind: 'pre', text: 'line *one*\nline two' },
    ]);
  });

  it('reads mentions, links and broadcasts', () => {
    expect(parseMrkdwn('<@U1> <#C1|deploys> <!subteam^S1|@oncall> <!here>')).toEqual([
      { kind: 'user', id: 'U1', label: undefined },
      text(' '),
      { kind: 'channel', id: 'C1', label: 'deploys' },
      text(' '),
      { kind: 'group', id: 'S1', label: '@oncall' },
      text(' '),
      { kind: 'broadcast', range: 'here' },
    ]);
    expect(parseMrkdwn('<https://a.example/?x=1&amp;y=2|the page>')).toEqual([
      { kind: 'link', url: 'https://a.example/?x=1&y=2', text: 'the page' },
    ]);
  });

  it('reads dates with their link and fallback', () => {
    expect(parseMrkdwn('<!date^1700000000^{date} at {time}^https://a.example|later>')).toEqual([
      {
        kind: 'date',
        seconds: 1_700_000_000,
        format: '{date} at {time}',
        url: 'https://a.example',
        fallback: 'later',
      },
    ]);
  });

  it('turns entities back and reads quotes and emoji', () => {
    expect(parseMrkdwn('a &lt; b &amp;amp; c :tada:')).toEqual([
      text('a < b &amp; c '),
      { kind: 'emoji', name: 'tada' },
    ]);
    expect(parseMrkdwn('before\n&gt; quoted\nafter')).toEqual([
      text('before'),
      { kind: 'quote', children: [text('quoted')] },
      text('after'),
    ]);
  });

  it('reads plain text for emoji and line breaks only', () => {
    expect(parsePlain('*Go* :rocket:\nnow')).toEqual([
      text('*Go* '),
      { kind: 'emoji', name: 'rocket' },
      { kind: 'break' },
      text('now'),
    ]);
  });

  it('turns Markdown into mrkdwn', () => {
    expect(markdownToMrkdwn('# Report\n**Go** by *ana*, ~~no~~\n- [x] done\n- [a](https://b.example)')).toBe(
      '*Report*\n*Go* by _ana_, ~no~\n☑ done\n• <https://b.example|a>',
    );
  });
});

describe('dates', () => {
  const reader = { now: new Date('2026-11-20T12:00:00Z'), timeZone: 'Europe/Berlin' };
  const at = (iso: string) => Date.parse(iso) / 1000;

  it('shows every token in the time zone of the reader', () => {
    const seconds = at('2026-11-23T22:30:05Z');

    expect(formatDate(seconds, '{date_num} {time_secs}', reader)).toBe('2026-11-23 23:30:05');
    expect(formatDate(seconds, '{date_long}', reader)).toBe('Monday, November 23, 2026');
    expect(formatDate(seconds, '{date_short} at {time}', reader)).toBe('Nov 23, 2026 at 23:30');
    expect(formatDate(seconds, '{unknown}', reader)).toBe('{unknown}');
  });

  it('says yesterday, today and tomorrow by the calendar of the reader', () => {
    expect(formatDate(at('2026-11-19T23:30:00Z'), '{date_short_pretty}', reader)).toBe('today');
    expect(formatDate(at('2026-11-19T22:30:00Z'), '{date_pretty}', reader)).toBe('yesterday');
    expect(formatDate(at('2026-11-21T09:00:00Z'), '{date_long_pretty}', reader)).toBe('tomorrow');
    expect(formatDate(at('2026-11-25T09:00:00Z'), '{date_short_pretty}', reader)).toBe('Nov 25, 2026');
  });

  it('counts how long ago', () => {
    expect(formatDate(at('2026-11-20T10:00:00Z'), '{ago}', reader)).toBe('2 hours ago');
    expect(formatDate(at('2026-11-20T12:15:00Z'), '{ago}', reader)).toBe('in 15 minutes');
  });
});
