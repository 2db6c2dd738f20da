import { expect, it } from 'vitest';
import type { Environment } from '../domain/checklist.ts';
import type { Json } from '../lib/json.ts';
import { manual, smallChecklist } from '../../test/support/small-checklist.ts';
import { situationOf } from '../../test/support/situation.ts';
import { ASK, choicesFor, choosePlace } from './choose-place.ts';
import type { Files } from './world.ts';

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

const files = {
  checklists: new Map([
    ['tiny', checklist],
    ['small', checklist],
  ]),
  environments: new Map([['production', production]]),
  broken: new Map(),
} as unknown as Files;

const placeOf = (...rest: readonly string[]) =>
  choosePlace({ environment: 'production', rest }, { files, channelNames: [], last: undefined });

it('a version typed where two systems are loaded asks for the system', () => {
  expect(placeOf()).toEqual({ ok: true, value: ASK });
  expect(placeOf('3.0')).toEqual({ ok: true, value: ASK });
});

it('an unknown system is answered with the nearest names, else with all that are loaded', () => {
  expect(placeOf('smal')).toMatchObject({
    error: { code: 'unknown_system', message: 'There is no system `smal`. Did you mean small?' },
  });
  expect(placeOf('warehouse')).toMatchObject({
    error: { code: 'unknown_system', message: 'There is no system `warehouse`. Loaded: tiny, small.' },
  });
  expect(
    choosePlace({ environment: 'mars', rest: [] }, { files, channelNames: [], last: undefined }),
  ).toMatchObject({
    error: { code: 'unknown_environment', message: 'There is no environment `mars`. Loaded: production.' },
  });
});

it('a second system where the version belongs is refused, with which word is what', () => {
  expect(placeOf('tiny', 'small')).toMatchObject({
    error: {
      code: 'version_invalid',
      message:
        '`small` is a system too, where the version is read. One of them: /deploy start production tiny <version> or /deploy start production small <version>.',
    },
  });
  expect(placeOf('tiny', 'tiny')).toMatchObject({
    error: { message: expect.stringContaining('Type /deploy start production tiny <version>.') as string },
  });
});

it('names in another case are the same names; a version stays as it is typed', () => {
  const place = choosePlace(
    { environment: 'PRODUCTION', rest: ['Small', 'RC1'] },
    { files, channelNames: [], last: undefined },
  );
  expect(place).toEqual({ ok: true, value: { environment: 'production', system: 'small', version: 'RC1' } });
  expect(placeOf('TINY', 'Small')).toMatchObject({ error: { code: 'version_invalid' } });
  const without = { ...files, environments: new Map() } as Files;
  expect(
    choosePlace(
      { environment: 'Staging', rest: ['tiny'] },
      { files: without, channelNames: [], last: undefined },
    ),
  ).toMatchObject({ value: { environment: 'staging' } });
});

it('a system where the environment belongs is told its place', () => {
  const place = choosePlace(
    { environment: 'small', rest: ['production'] },
    { files, channelNames: [], last: undefined },
  );
  expect(place).toMatchObject({
    error: {
      code: 'unknown_environment',
      message:
        'There is no environment `small`: it is a system, which stands after the environment. Loaded: production.',
    },
  });
});
