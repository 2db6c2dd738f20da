import { beforeAll, describe, expect, test } from 'vitest';
import type { Checklist } from '../src/domain/checklist.ts';
import type { Json, JsonObject } from '../src/lib/json.ts';
import { judge } from '../src/lib/matching/judge.ts';
import { validateExpectations } from '../src/lib/matching/matchers.ts';
import { substitute } from '../src/lib/placeholders.ts';
import { checkOf, itemsOf, loadShipped } from './support/shipped-checklists.ts';
import type { Placed } from './support/shipped-checklists.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

let checklist: Checklist;
let items: ReadonlyMap<string, Placed>;

beforeAll(async () => {
  ({ checklist } = await loadShipped('todo-hackathon'));
  items = itemsOf(checklist);
});

describe('what a check expects', () => {
  /** Any value of the right sort for parameters that only an environment or a deployment gives. */
  const filled = (name: string): Json => {
    const parameter = checklist.parameters[name];
    if (parameter?.default !== undefined) return parameter.default;
    if (name.startsWith('captured.')) return 3;
    if (name === 'error-log-threshold') return 5;
    if (name === 'deployment.version') return '1.1.0';
    return name === 'deployment.previous' ? '1.0.0' : `value-of-${name}`;
  };
  const fill = (value: JsonObject): JsonObject => substitute(value, filled).value as JsonObject;

  test('can be judged once its values are filled in', () => {
    const problems = [...items.values()].flatMap(({ item }) => {
      if (item.body.kind !== 'check') return [];
      const { expect: expected, warn } = item.body.check;
      return [expected, warn].flatMap((level) =>
        level === undefined
          ? []
          : validateExpectations(fill(level)).map((problem) => `${item.id}: ${problem}`),
      );
    });
    expect(problems).toEqual([]);
  });

  const verdict = (id: string, observation: Json): string => {
    const { expect: expected = {}, warn = {} } = checkOf(items.get(id)?.item);
    const failed = judge(fill(expected), observation, { level: 'fail', now: NOW });
    const warned = judge(fill(warn), observation, { level: 'warn', now: NOW });
    const verdicts = [...failed, ...warned].map((finding) => finding.verdict);
    const worst = (['fails', 'unknown', 'warns'] as const).find((kind) => verdicts.includes(kind));
    return worst ?? 'holds';
  };

  test.each<[id: string, what: string, observation: Json, verdict: string]>([
    ['env-debug', 'off in either spelling', { set: true, value: 'False' }, 'holds'],
    ['env-debug', 'on', { set: true, value: 'True' }, 'fails'],
    ['env-openai-model', 'another model', { set: true, value: 'another-model' }, 'warns'],
    ['env-database-pool-size', 'the usual size, as text', { set: true, value: '20' }, 'holds'],
    ['env-database-pool-size', 'another size', { set: true, value: '30' }, 'warns'],
    ['pool-size-appropriate', 'within the range', { set: true, value: '40' }, 'holds'],
    ['pool-size-appropriate', 'beyond the range', { set: true, value: '41' }, 'fails'],
    ['env-mcp-server-port', 'another port', { set: true, value: '5556' }, 'fails'],
    ['env-secret-key', 'one character short', { set: true, length: 31 }, 'fails'],
    ['migrations-ready', 'one head', { exit: 0, stdout: '3f2a9c (head)\n' }, 'holds'],
    ['migrations-ready', 'two heads', { exit: 0, stdout: '3f2a9c (head)\n77b1 (head)\n' }, 'fails'],
    ['apply-migrations', 'at the newest revision', { exit: 0, stdout: '3f2a9c (head)\n' }, 'holds'],
    ['apply-migrations', 'one revision behind', { exit: 0, stdout: '1b2c3d\n' }, 'fails'],
    ['dump-database', 'a fresh dump', { exists: true, size: 4096, age: 60_000 }, 'holds'],
    ['dump-database', "yesterday's dump", { exists: true, size: 4096, age: 86_400_000 }, 'fails'],
    ['dump-database', 'an empty dump', { exists: true, size: 0, age: 60_000 }, 'fails'],
    ['env-file-not-committed-2', 'readable by its owner', { exists: true, mode: '0600' }, 'holds'],
    ['env-file-not-committed-2', 'readable by all', { exists: true, mode: '0644' }, 'fails'],
    ['certificates-valid-1', 'six days left', { valid: true, days: 6 }, 'warns'],
    ['certificates-valid-1', 'not trusted', { valid: false, days: 60 }, 'fails'],
    ['smoke-2-health', 'not healthy', { status: 200, body: { status: 'degraded' } }, 'fails'],
    [
      'smoke-3-create-task',
      'an answer that names no tool',
      { status: 200, body: { response: 'ok' } },
      'unknown',
    ],
    ['smoke-invalid-input', "the framework's own refusal", { status: 422 }, 'warns'],
    ['smoke-invalid-input', 'accepted', { status: 200 }, 'fails'],
    ['smoke-error-messages', 'a reason', { body: { detail: [{ msg: 'field required' }] } }, 'holds'],
    ['smoke-error-messages', 'an empty reason', { body: { detail: '' } }, 'fails'],
    ['cors-specific-origins', 'no permission', { headers: {} }, 'holds'],
    [
      'cors-specific-origins',
      'permission for all',
      { headers: { 'access-control-allow-origin': '*' } },
      'fails',
    ],
    ['count-conversations', 'one row less', { rows: [{ n: 2 }] }, 'fails'],
    [
      'critical-health',
      'without its database',
      { status: 200, body: { database_connected: false } },
      'fails',
    ],
    ['critical-connections', 'few sessions', { rows: [{ n: 15 }] }, 'holds'],
    ['critical-connections', 'beyond the alarm', { rows: [{ n: 16 }] }, 'warns'],
    ['critical-connections', 'the whole pool', { rows: [{ n: 20 }] }, 'fails'],
    ['alert-connection-pool-rule', 'beyond the alarm', { rows: [{ n: 16 }] }, 'fails'],
    ['perf-api-errors', 'between target and alarm', { value: 0.5 }, 'warns'],
    ['perf-health-latency-1', 'eleven milliseconds', { status: 200, p95: 11 }, 'fails'],
    ['perf-health-latency-2', 'no such field', { body: { status: 'healthy' } }, 'unknown'],
    ['alert-disk-space-rule', 'room left', { exit: 0, json: { filesystems: [{ 'use%': '80%' }] } }, 'holds'],
    ['alert-disk-space-rule', 'too full', { exit: 0, json: { filesystems: [{ 'use%': '81%' }] } }, 'fails'],
    [
      'docs-api-1',
      'the health call is described',
      { status: 200, body: { paths: { '/health': {} } } },
      'holds',
    ],
    ['docs-api-1', 'the health call is missing', { status: 200, body: { paths: {} } }, 'fails'],
    ['analyze-tasks', 'never analysed', { count: 1, rows: [{ last_analyze: null }] }, 'unknown'],
    ['analyze-tasks', 'an hour ago', { count: 1, rows: [{ last_analyze: '2026-03-01T11:00:00Z' }] }, 'holds'],
    [
      'rollback-version',
      'the new version still answers',
      { status: 200, body: { info: { version: '1.1.0' } } },
      'fails',
    ],
  ])('%s, %s', (id, _what, observation, wanted) => {
    expect(verdict(id, observation)).toBe(wanted);
  });
});
