import { expect, it } from 'vitest';
import type { Environment } from '../domain/checklist.ts';
import type { Json } from '../lib/json.ts';
import { manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { situationOf } from '../../test/support/situation.ts';
import { choicesFor } from './choose-place.ts';

const { checklist } = situationOf({
  yaml: smallChecklist({
    deploy: [manual('step', "command: 'docker rm ${container}'")],
    rest: [
      'parameters:',
      "  container: { describe: Its name, default: 'web 1', ask: true }",
      '  remark: { describe: For the card, ask: true }',
    ].join('\n'),
  }),
});

const production: Environment = {
  environment: 'production',
  timeZone: 'UTC',
  workHours: { days: [1], from: 540, to: 1020 },
  fourEyes: true,
  people: {},
  systems: {},
};

const chosen = (parameters: Readonly<Record<string, Json>>) =>
  choicesFor(checklist, production, { parameters });

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
