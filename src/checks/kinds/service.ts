import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { CLOCK_SKEW_MS } from '../../lib/matching/order-rules.ts';
import { plain } from '../../lib/matching/rule.ts';
import { formatDuration } from '../../lib/matching/units.ts';
import { defineCheck, numberOf, type Measured } from '../check.ts';
import {
  missingSystemd,
  showUnit,
  systemdNumber,
  systemdTime,
  UNIT_NAME,
  unitName,
  type Properties,
} from '../host/systemd.ts';

const params = z.strictObject({
  unit: z
    .string()
    .regex(UNIT_NAME, 'is not a name of a unit')
    .describe('Name of the systemd unit: nginx or nginx.service, backup.timer.'),
});

const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'NRestarts',
  'Result',
  'MainPID',
  'MemoryCurrent',
  'StateChangeTimestamp',
] as const;

const numbers = (found: Properties): JsonObject => {
  const restarts = systemdNumber(found['NRestarts']);
  const pid = systemdNumber(found['MainPID']);
  const memory = systemdNumber(found['MemoryCurrent']);
  return {
    ...(restarts !== undefined && { restarts }),
    ...(pid !== undefined && pid > 0 && { pid }),
    ...(memory !== undefined && { memory }),
  };
};

const observe = (found: Properties, now: Date): Measured => {
  const changed = systemdTime(found['StateChangeTimestamp']);
  const since = changed === undefined ? undefined : now.getTime() - changed;
  const isTold = since !== undefined && since >= -CLOCK_SKEW_MS;
  return {
    observation: {
      load: found['LoadState'] ?? '',
      active: found['ActiveState'] ?? '',
      sub: found['SubState'] ?? '',
      ...(found['UnitFileState'] !== undefined &&
        found['UnitFileState'] !== '' && { enabled: found['UnitFileState'] }),
      ...(found['Result'] !== undefined && { result: found['Result'] }),
      ...numbers(found),
      ...(isTold && { since: Math.max(0, since) }),
    },
    incomplete:
      since === undefined || isTold
        ? []
        : [{ key: 'since', reason: 'cannot be told: systemctl prints a time that is none of now in UTC' }],
  };
};

/** A unit of systemd on the machine of the worker, or where the named command systemctl leads. */
export const service = defineCheck({
  kind: 'service',
  title: 'A systemd unit is active, and stays so.',
  params,
  defaultTimeoutMs: 10_000,
  defaultRetries: 0,
  observation: {
    load: 'loaded, masked, or not-found when there is no such unit',
    active: 'active, inactive, failed, activating and the like',
    sub: 'running, exited, dead, waiting and the like',
    enabled: 'enabled, disabled, static, masked and the like; absent when no file of it is there',
    restarts: 'how often systemd restarted it by itself; absent where systemd does not count it',
    result: 'success, or why it failed: exit-code, oom-kill, timeout',
    since: 'milliseconds since its state changed; absent when it never did',
    pid: 'number of its main process; absent when none runs',
    memory: 'bytes it holds; absent where systemd does not count them',
  },
  passes: { active: 'active' },
  target: ({ unit }) => unitName(unit, 'service'),
  needs: (_params, context) => missingSystemd(context),
  run: async ({ unit }, context) =>
    observe(await showUnit(unitName(unit, 'service'), PROPERTIES, context), context.now()),
  say: ({ active = null, sub = null, since }) =>
    `${plain(active)} (${plain(sub)})${since === undefined ? '' : ` since ${formatDuration(numberOf(since))}`}`,
});
