import { describe, expect, it } from 'vitest';
import { collectUrls, parseSelector } from './collect.ts';

const base = new URL('https://app.example/x/');
const urls = (html: string, ...selectors: string[]): string[] =>
  collectUrls(html, base, selectors).map(({ href }) => href);

describe('what a page names', () => {
  it('is found at the places asked for, each once, as absolute URLs', () => {
    const html = `<SCRIPT defer src='a.js'></SCRIPT><script src=/a.js?x=1&amp;y=2></script><script>1 < 2</script>
      <link rel="stylesheet" href="//cdn.example/b.css"><link rel=icon href=c.png><script src="a.js"></script>`;
    expect(urls(html, 'script[src]', 'link[rel=stylesheet][href]')).toEqual([
      'https://app.example/x/a.js',
      'https://app.example/a.js?x=1&y=2',
      'https://cdn.example/b.css',
    ]);
  });

  it('is nothing in comments, in other schemes and in what is no tag', () => {
    const html =
      '<!-- <script src=a.js> --><script src="data:x,1"></script><script src="javascript:1"> < script src=b>';
    expect(urls(html, 'script[src]')).toEqual([]);
  });

  it('is looked for in bounded time', () => {
    const startedAt = performance.now();
    for (const piece of ['<', '<script ', '<script a', `<script ${'a'.repeat(1000)}`, '<!--'])
      urls(piece.repeat(Math.ceil(262_144 / piece.length)), 'script[src]');
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });

  it('is asked for in a small language', () => {
    expect(parseSelector('link[rel=stylesheet][href]')).toEqual({
      tag: 'link',
      conditions: [['rel', 'stylesheet']],
      attribute: 'href',
    });
    for (const text of ['script', '#id', 'a b[href]', 'a[href]:hover', '[src]'])
      expect(parseSelector(text)).toBeUndefined();
  });
});
