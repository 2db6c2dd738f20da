import { expect, it } from 'vitest';
import { parseChecklist } from '../checklists/parse-checklist.ts';
import { environmentNamed } from '../checklists/to-environment.ts';
import type { Json } from '../lib/json.ts';
import { manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { choicesFor } from './choose-place.ts';

const parsed = parseChecklist(
  smallChecklist({
    deploy: [manual('step', "command: 'docker rm ${container}'")],
    rest: [
      'parameters:',
      "  container: { describe: Its name, default: 'web 1', ask: true }",
      '  remark: { describe: For the card, ask: true }',
    ].join('\n'),
  }),
  { name: 'small', kinds: {} },
);

const chosen = (parameters: Readonly<Record<string, Json>>) => {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return choicesFor(parsed.value, environmentNamed('production'), { parameters });
};

it.each(['web; rm -rf /', '$(id)', '`id`', 'a b', '-rf', "a'b"])(
  'a value typed at start that would mean more in a command than it says is refused: %j',
  (container) => {
    expect(chosen({ container })).toMatchObject({
      ok: false,
      error: { code: 'choice_invalid', message: expect.stringContaining('container is put into commands') },
    });
  },
);

it('plain values, what the file itself says and texts of no command are taken', () => {
  for (const container of ['web-2', '/srv/web', 'registry.local:5000/web@1', 'web 1'])
    expect(chosen({ container, remark: 'now; or never' }).ok).toBe(true);
});
