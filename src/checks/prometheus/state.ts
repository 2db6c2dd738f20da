import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { Incomplete, Measured } from '../check.ts';

const MAX_ENTRIES = 100;

const objectsAt = (data: Json, key: string): readonly JsonObject[] | undefined => {
  const list = isJsonObject(data) ? data[key] : undefined;
  return Array.isArray(list) ? (list as readonly Json[]).filter((one) => isJsonObject(one)) : undefined;
};

const labelsOf = ({ labels = {} }: JsonObject): JsonObject => (isJsonObject(labels) ? labels : {});

const textAt = (entry: JsonObject, key: string): string => {
  const value = entry[key];
  return typeof value === 'string' ? value : '';
};

const capped = (
  key: string,
  entries: readonly JsonObject[],
): { entries: readonly JsonObject[]; incomplete: readonly Incomplete[] } => ({
  entries: entries.slice(0, MAX_ENTRIES),
  incomplete: entries.length > MAX_ENTRIES ? [{ key, reason: `are more than ${MAX_ENTRIES}` }] : [],
});

const countOf = (entries: readonly JsonObject[], key: string, value: string): number =>
  entries.filter((entry) => entry[key] === value).length;

/** Undefined: the answer is none of this question. */
export const observeTargets = (data: Json, job: string | undefined): Measured | undefined => {
  const targets = objectsAt(data, 'activeTargets')
    ?.map((target) => ({
      job: textAt(labelsOf(target), 'job'),
      instance: textAt(labelsOf(target), 'instance'),
      health: textAt(target, 'health'),
      error: textAt(target, 'lastError'),
    }))
    .filter((target) => job === undefined || target.job === job);
  if (!targets) return undefined;
  // Those that are down first: a cut list must not hide them.
  const sorted = [...targets].sort((a, b) => Number(a.health === 'up') - Number(b.health === 'up'));
  const { entries, incomplete } = capped('targets', sorted);
  const [up, down] = [countOf(targets, 'health', 'up'), countOf(targets, 'health', 'down')];
  return {
    observation: { up, down, unknown: targets.length - up - down, targets: entries },
    incomplete,
  };
};

export const observeRules = (data: Json, names: readonly string[] | undefined): Measured | undefined => {
  const rules = objectsAt(data, 'groups')
    ?.flatMap((group) =>
      (objectsAt(group, 'rules') ?? []).map((rule) => ({
        name: textAt(rule, 'name'),
        group: textAt(group, 'name'),
        type: textAt(rule, 'type'),
        health: textAt(rule, 'health'),
        state: textAt(rule, 'state'),
        error: textAt(rule, 'lastError'),
      })),
    )
    .filter(({ name }) => names === undefined || names.includes(name));
  if (!rules) return undefined;
  const found = new Set(rules.map(({ name }) => name));
  const { entries, incomplete } = capped('rules', rules);
  return {
    observation: {
      count: rules.length,
      missing: (names ?? []).filter((name) => !found.has(name)),
      unhealthy: rules
        .filter(({ health }) => health !== 'ok')
        .map(({ name }) => name)
        .slice(0, MAX_ENTRIES),
      rules: entries,
    },
    incomplete,
  };
};

type AlertFilter = {
  readonly names?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
};

export const observeAlerts = (data: Json, { names, labels }: AlertFilter): Measured | undefined => {
  const alerts = objectsAt(data, 'alerts')
    ?.map((alert) => ({
      name: textAt(labelsOf(alert), 'alertname'),
      state: textAt(alert, 'state'),
      labels: labelsOf(alert),
      since: textAt(alert, 'activeAt'),
    }))
    .filter((alert) => names === undefined || names.includes(alert.name))
    .filter((alert) => Object.entries(labels).every(([key, value]) => alert.labels[key] === value));
  if (!alerts) return undefined;
  const sorted = [...alerts].sort((a, b) => Number(b.state === 'firing') - Number(a.state === 'firing'));
  const { entries, incomplete } = capped('alerts', sorted);
  return {
    observation: {
      firing: countOf(alerts, 'state', 'firing'),
      pending: countOf(alerts, 'state', 'pending'),
      alerts: entries,
    },
    incomplete,
  };
};
