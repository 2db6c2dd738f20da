import { describe, expect, it } from 'vitest';
import { readNeed } from './needs.ts';
import { ladderOf } from './steps.ts';
import type { WaitingCheck } from '../../usecases/count-readiness.ts';

let counter = 0;
const check = (kind: string, ...missing: readonly string[]): WaitingCheck => {
  counter += 1;
  return { itemId: `item-${counter}`, kind, missing };
};

describe('readNeed', () => {
  it.each([
    ['database-url not set', { kind: 'value', name: 'database-url' }],
    ['database-url not set (TODO_DATABASE_URL)', { kind: 'variable', variable: 'TODO_DATABASE_URL' }],
    ['token not set (env:SLACK_BOT_TOKEN cannot be used)', { kind: 'value', name: 'token' }],
    ['SMOKE_TOKEN not set', { kind: 'variable', variable: 'SMOKE_TOKEN' }],
    ['variable SMOKE_TOKEN not named', { kind: 'named_variable', variable: 'SMOKE_TOKEN' }],
    ['host api.example.com:443 not allowed', { kind: 'host', host: 'api.example.com:443' }],
    ['command disk-usage not named', { kind: 'command', name: 'disk-usage' }],
    ['kind prometheus', { kind: 'check_kind', name: 'prometheus' }],
    ['no source for env', { kind: 'env_source' }],
    ['no source secrets for env', { kind: 'env_source' }],
    ['source of A: dotenv or secrets', { kind: 'env_source' }],
    ['runner on the host', { kind: 'files' }],
    ['worker on the host', { kind: 'machine' }],
    ['runner prod-vpc', { kind: 'zone', name: 'prod-vpc' }],
    ['something new', { kind: 'other' }],
  ])('reads "%s"', (missing, need) => {
    expect(readNeed(missing)).toEqual(need);
  });
});

describe('ladderOf', () => {
  const stepOf = (missing: string, ...kinds: readonly string[]): number | undefined =>
    ladderOf(kinds.map((kind) => check(kind, missing))).steps.find(({ remedies }) => remedies.length > 0)
      ?.number;

  it.each([
    ['api-url not set', ['http', 'http', 'tls'], 1],
    ['host api.example.com:443 not allowed', ['http'], 1],
    ['database-url not set', ['sql', 'sql', 'http'], 2],
    ['database-url not set (TODO_DATABASE_URL)', ['sql'], 2],
    ['cache-url not set', ['redis'], 2],
    ['no source for env', ['env'], 3],
    ['runner on the host', ['file'], 3],
    ['command disk-usage not named', ['command'], 3],
    ['app-root not set', ['http'], 3],
    ['local-api-url not set', ['http'], 3],
    ['host localhost:8000 not allowed', ['http'], 3],
    ['prometheus-url not set', ['http'], 4],
    ['GITHUB_TOKEN not set', ['http'], 4],
  ] as const)('puts "%s" of %j on step %i', (missing, kinds, step) => {
    expect(stepOf(missing, ...kinds)).toBe(step);
  });

  it('groups checks by remedy, the most wanted first', () => {
    const { steps } = ladderOf([
      check('http', 'status-page not set', 'api-url not set'),
      check('http', 'api-url not set'),
      check('tcp', 'api-host not set'),
    ]);
    expect(steps[0]?.remedies.map(({ missing, checks }) => [missing, checks])).toEqual([
      ['api-url not set', 2],
      ['api-host not set', 1],
    ]);
  });

  it('counts a check at the last step it waits for', () => {
    const { steps } = ladderOf([
      check('http', 'api-url not set'),
      check('http', 'api-url not set', 'prometheus-url not set'),
      check('sql', 'database-url not set'),
    ]);
    expect(steps.map(({ connects }) => connects)).toEqual([1, 1, 0, 1]);
  });

  it('keeps apart what no step helps: kinds this version does not know', () => {
    const { steps, later } = ladderOf([
      check('docker', 'kind docker', 'api-host not set'),
      check('git', 'kind git'),
      check('docker', 'kind docker'),
    ]);
    expect(later).toEqual([
      { kind: 'docker', checks: 2 },
      { kind: 'git', checks: 1 },
    ]);
    expect(steps.flatMap(({ remedies }) => remedies)).toEqual([]);
  });
});
