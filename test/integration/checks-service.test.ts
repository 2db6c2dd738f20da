import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKind } from '../../src/checks/registry.ts';
import type { CheckDefinition, CheckResult, NamedCommand } from '../../src/domain/check.ts';
import { run } from '../support/checks.ts';

let folder: string;

/** What stands for systemctl: says what it was asked and under which variables, then behaves as the unit is called. */
const STAND_IN = `#!/bin/sh
dir=$(dirname "$0")
printf '%s\\n' "$@" > "$dir/asked"
env > "$dir/env"
for unit; do :; done
case "$unit" in
  nginx.service)
    echo "LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
NRestarts=2
Result=success
MainPID=4242
MemoryCurrent=10485760
StateChangeTimestamp=Fri 2026-11-20 09:00:00 UTC" ;;
  broken.service)
    echo "LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=enabled
NRestarts=5
Result=exit-code
MainPID=0
MemoryCurrent=[not set]
StateChangeTimestamp=Fri 2026-11-20 09:59:00 UTC" ;;
  local.service)
    echo "LoadState=loaded
ActiveState=active
SubState=running
StateChangeTimestamp=Fri 2026-11-20 11:00:00 CET" ;;
  unbooted.service)
    echo "System has not been booted with systemd as init system (PID 1). Can't operate." >&2
    echo "Failed to connect to bus: Host is down" >&2
    exit 1 ;;
  denied.service) echo "Access denied, password=hunter2secret" >&2; exit 4 ;;
  silent.service) : ;;
  endless.service) while :; do echo "LoadState=loaded"; done ;;
  huge.service) echo "LoadState=loaded"; head -c 200000 /dev/zero | tr '\\0' x ;;
  hanging.service) sleep 60 ;;
  *)
    echo "LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
NRestarts=0
MainPID=0
StateChangeTimestamp=" ;;
esac
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tminus-service-'));
  await writeFile(join(folder, 'systemctl'), STAND_IN);
  await chmod(join(folder, 'systemctl'), 0o755);
});

afterAll(() => rm(folder, { recursive: true }));

const check = (
  unit: string,
  more: Omit<CheckDefinition, 'kind' | 'params'> = {},
  named: Partial<NamedCommand> = {},
): Promise<CheckResult> =>
  run({
    kind: 'service',
    params: { unit },
    with: more,
    connections: { commands: { systemctl: { argv: [join(folder, 'systemctl'), '--user'], ...named } } },
    deps: { env: (name) => (name === 'XDG_RUNTIME_DIR' ? '/run/user/1' : 'worker-own') },
  });

describe('a unit of systemd', () => {
  it('is measured: its state, since when, how often it was restarted', async () => {
    expect(await check('nginx')).toMatchObject({
      outcome: 'pass',
      line: 'active (running) since 1 h',
      observation: {
        load: 'loaded',
        active: 'active',
        sub: 'running',
        enabled: 'enabled',
        restarts: 2,
        result: 'success',
        since: 3_600_000,
        pid: 4242,
        memory: 10_485_760,
      },
    });
    expect((await check('nginx', { expect: { restarts: 0 } })).outcome).toBe('fail');
  });

  it('that failed or is not there fails', async () => {
    expect(await check('broken')).toMatchObject({
      outcome: 'fail',
      line: 'active: expected "active", got "failed"',
      observation: { restarts: 5, result: 'exit-code', since: 60_000 },
    });
    const gone = await check('gone');
    expect(gone).toMatchObject({ outcome: 'fail', observation: { load: 'not-found' } });
    expect(gone.observation).not.toHaveProperty('enabled');
    expect((await check('gone', { expect: { load: 'not-found' } })).outcome).toBe('pass');
    expect((await check('gone', { expect: { enabled: 'enabled' } })).outcome).toBe('inconclusive');
  });

  it('has no age when its time is of another zone', async () => {
    expect((await check('local', { expect: { since: { gt: '1m' } } })).outcome).toBe('inconclusive');
    expect((await check('local')).outcome).toBe('pass');
  });

  it('is asked for by argument, behind the fixed ones, with nothing of the worker', async () => {
    await check('nginx', {}, { env: ['XDG_RUNTIME_DIR'] });
    const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');
    expect(asked.slice(0, 3)).toEqual(['--user', 'show', '--no-pager']);
    expect(asked.slice(-2)).toEqual(['--', 'nginx.service']);
    const env = await readFile(join(folder, 'env'), 'utf8');
    expect(env).toContain('XDG_RUNTIME_DIR=/run/user/1');
    expect(env).toContain('TZ=UTC');
    expect(env).not.toMatch(/HOME|worker-own|SLACK/);
  });

  it.each([
    ['unbooted', 'error', /^there is no systemd here: System has not been booted/],
    ['denied', 'error', /^systemctl ends with 4: Access denied/],
    ['silent', 'error', /does not say/],
    ['huge', 'error', /does not say/],
  ])('of a systemd that is %s is an %s', async (unit, outcome, line) => {
    const result = await check(unit);
    expect(result).toMatchObject({ outcome, line: expect.stringMatching(line), observation: {} });
    expect(JSON.stringify(result)).not.toContain('hunter2secret');
  });

  it('that takes without end is ended', async () => {
    for (const unit of ['hanging', 'endless'])
      expect(await check(unit, { timeoutMs: 300 })).toMatchObject({ outcome: 'timed_out' });
  });

  it('is not looked at where systemctl is not installed, nor where nobody named the machine', async () => {
    expect(await check('nginx', {}, { argv: [join(folder, 'none')] })).toMatchObject({
      outcome: 'error',
      line: `there is no systemd here: ${join(folder, 'none')} is not installed`,
    });
    expect(await run({ kind: 'service', params: { unit: 'nginx' } })).toMatchObject({ outcome: 'error' });
  });

  it.each(['--help', '-H host', 'a b', 'a;id', '$(id)', '../x', 'a/b', 'a\nb', '*', ''])(
    'is not called %j',
    (unit) => expect(findKind('service')!.problems({ unit })).toHaveLength(1),
  );
});
