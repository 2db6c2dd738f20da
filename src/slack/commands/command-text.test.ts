import { describe, expect, it } from 'vitest';
import { commandText } from './command-text.ts';

describe('the text of a command', () => {
  it.each([
    ['no-go R&amp;D says 3 &lt; 4 &gt; 2', 'no-go R&D says 3 < 4 > 2'],
    ['skip a &amp;lt; as typed', 'skip a &lt; as typed'],
    ['no-go ask <@U1|ben> in <#C1|general>', 'no-go ask @ben in #general'],
    ['no-go ask <@U1> in <#C1|>', 'no-go ask @U1 in #C1'],
    ['no-go call <!subteam^S1|@oncall> and <!here>', 'no-go call @oncall and @here'],
    ['no-go see <https://x.example/a?b=1&amp;c=2|x.example>', 'no-go see https://x.example/a?b=1&c=2'],
    ['no-go mail <mailto:a@x.example|a@x.example>', 'no-go mail a@x.example'],
    ['no-go typed &lt;@U1&gt; and &lt;!channel&gt;', 'no-go typed @U1> and !channel>'],
    ['confirm load 3 <b', 'confirm load 3 <b'],
  ])('%s is read as people see it, and calls nobody', (sent, read) => {
    expect(commandText(sent)).toBe(read);
  });
});
