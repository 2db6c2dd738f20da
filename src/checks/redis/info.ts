import type { Json, JsonObject } from '../../lib/json.ts';
import { plain } from '../../lib/matching/rule.ts';

const numeric = (text: string): Json =>
  /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/.test(text) ? Number(text) : text;

/** `field:value` lines as an object; numbers as numbers. */
export const parseInfo = (text: string): JsonObject =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 && !line.startsWith('#')
        ? [[line.slice(0, colon), numeric(line.slice(colon + 1))]]
        : [];
    }),
  );

const SECOND = 1000;

const numberAt = (info: JsonObject, field: string): number | undefined => {
  const value = info[field];
  return typeof value === 'number' ? value : undefined;
};

/** `ip=10.0.0.2,port=6379,state=online,offset=42,lag=1`, of every replica that is connected. */
const replicasOf = (info: JsonObject): readonly { offset: number; lag: number; state: string }[] =>
  Object.entries(info)
    .filter(([field, value]) => /^slave\d+$/.test(field) && typeof value === 'string')
    .map(([, value]) => {
      const fields = new Map(
        plain(value)
          .split(',')
          .map((part): [string, string] => {
            const [name = '', text = ''] = part.split('=');
            return [name, text];
          }),
      );
      return {
        offset: Number(fields.get('offset')),
        lag: Number(fields.get('lag')),
        state: fields.get('state') ?? '',
      };
    });

const worst = (values: readonly number[]): number | undefined =>
  values.length > 0 && values.every((value) => Number.isFinite(value) && value >= 0)
    ? Math.max(...values)
    : undefined;

const primaryOf = (info: JsonObject): JsonObject => {
  const replicas = replicasOf(info);
  const offset = numberAt(info, 'master_repl_offset') ?? NaN;
  const lag = worst(replicas.map((one) => one.lag * SECOND));
  const bytes = worst(replicas.map((one) => offset - one.offset));
  return {
    role: 'master',
    replicas: numberAt(info, 'connected_slaves') ?? null,
    online: replicas.filter(({ state }) => state === 'online').length,
    ...(lag !== undefined && { lag }),
    ...(bytes !== undefined && { lag_bytes: bytes }),
  };
};

const replicaOf = (info: JsonObject): JsonObject => {
  const silent = numberAt(info, 'master_last_io_seconds_ago');
  const isUp = info['master_link_status'] === 'up';
  return {
    role: 'slave',
    link: info['master_link_status'] ?? null,
    // -1 while there is no link: then nobody knows how far behind it is.
    ...(isUp && silent !== undefined && silent >= 0 && { lag: silent * SECOND }),
  };
};

const memoryOf = (info: JsonObject): JsonObject => {
  const [used, max] = [numberAt(info, 'used_memory'), numberAt(info, 'maxmemory')];
  return {
    ...(used !== undefined && { used }),
    ...(max !== undefined && { max }),
    ...(used !== undefined &&
      max !== undefined &&
      max > 0 && { percent: Math.round((used / max) * 1000) / 10 }),
  };
};

const persistenceOf = (info: JsonObject, now: Date): JsonObject => {
  const savedAt = numberAt(info, 'rdb_last_save_time');
  return {
    ...(info['aof_enabled'] !== undefined && { aof: info['aof_enabled'] === 1 }),
    ...(info['aof_last_write_status'] !== undefined && { aof_write: info['aof_last_write_status'] }),
    ...(info['rdb_last_bgsave_status'] !== undefined && { rdb: info['rdb_last_bgsave_status'] }),
    ...(savedAt !== undefined && { rdb_age: Math.max(0, now.getTime() - savedAt * SECOND) }),
    ...(numberAt(info, 'rdb_changes_since_last_save') !== undefined && {
      unsaved: numberAt(info, 'rdb_changes_since_last_save') ?? null,
    }),
  };
};

/** What INFO says, in units: replication, persistence and memory. What it does not say is absent. */
export const describeInfo = (info: JsonObject, now: Date): JsonObject => ({
  replication: info['role'] === 'slave' ? replicaOf(info) : primaryOf(info),
  persistence: persistenceOf(info, now),
  memory: memoryOf(info),
});
