import { effectOf, type CheckDefinition } from '../domain/check.ts';
import type { EvidenceRequest, Item, ItemBody } from '../domain/checklist.ts';
import type { JsonObject } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { stated } from '../lib/stated.ts';
import type { RawCheck, RawCheckEntry } from './schema/check.ts';
import type { RawItem } from './schema/checklist.ts';
import { entryId, kindsNamed } from './walk.ts';

/** What an item takes over from what is around it. */
export type Inherited = {
  readonly required: boolean;
  readonly owner?: string | undefined;
  /** Item id -> the item it finally settles with. */
  readonly twins: ReadonlyMap<string, string>;
};

export const toItems = (raw: readonly RawItem[], inherited: Inherited): readonly Item[] =>
  raw.map((item) => toItem(item, inherited));

const toItem = (raw: RawItem, inherited: Inherited): Item => {
  const required = raw.required ?? inherited.required;
  const owner = raw.owner ?? inherited.owner;
  return {
    id: raw.id,
    title: raw.title,
    body: toBody(raw, { ...inherited, required, owner }),
    required,
    critical: raw.critical ?? false,
    watch: raw.watch === true && raw.check !== undefined,
    ...stated({ owner, note: raw.note, link: raw.link, command: raw.command, at: raw.at, when: raw.when }),
  };
};

const toBody = (raw: RawItem, inherited: Inherited): ItemBody => {
  if (raw.same_as !== undefined) return { kind: 'twin', of: inherited.twins.get(raw.id) ?? raw.same_as };
  if (raw.items !== undefined) return { kind: 'parent', items: toItems(raw.items, inherited) };
  if (raw.checks !== undefined)
    return {
      kind: 'parent',
      items: raw.checks.map((entry, index) => toChild(raw, { entry, index, inherited })),
    };
  if (raw.check !== undefined) {
    const check = toCheck(raw.check, false);
    return { kind: 'check', check, effect: effectOf(check.kind, raw.effect) };
  }
  if (raw.approval !== undefined) return { kind: 'approval', role: raw.approval.role };
  if (raw.timer !== undefined) return { kind: 'timer', durationMs: raw.timer };
  return { kind: 'manual', ...stated({ evidence: raw.evidence && toEvidence(raw.evidence) }) };
};

const toEvidence = ({ kind, unit, expect }: NonNullable<RawItem['evidence']>): EvidenceRequest => ({
  kind,
  ...stated({ unit, expect }),
});

type Entry = { readonly entry: RawCheckEntry; readonly index: number; readonly inherited: Inherited };

/** One of several checks becomes a line of its own below the item. */
const toChild = (parent: RawItem, { entry, index, inherited }: Entry): Item => {
  const check = toCheck(entry, true);
  const effect = effectOf(check.kind, entry.effect ?? parent.effect);
  return {
    id: entryId(parent.id, index),
    title: entry.title ?? `${parent.title} (${index + 1} of ${parent.checks?.length ?? 1})`,
    body: { kind: 'check', check, effect },
    required: inherited.required,
    critical: parent.critical ?? false,
    watch: parent.watch === true && effect === 'read',
    ...stated({ owner: inherited.owner, at: parent.at }),
  };
};

/** A check as the engine takes it; the rules have made sure that it names one kind. */
export const toCheck = (raw: RawCheck | RawCheckEntry, isEntry: boolean): CheckDefinition => {
  const [kind = ''] = kindsNamed(raw, isEntry);
  const params: JsonObject = isJsonObject(raw[kind]) ? raw[kind] : {};
  const { expect, warn, capture, timeout, retry, sampling } = raw;
  return {
    kind,
    params,
    ...stated({
      expect,
      warn,
      capture,
      timeoutMs: timeout,
      retry: retry && { max: retry.max, ...stated({ delayMs: retry.delay, on: retry.on }) },
      sampling: sampling && {
        count: sampling.count,
        intervalMs: sampling.interval,
        failureLimit: sampling.failure_limit ?? 0,
        consecutiveErrorLimit: sampling.consecutive_error_limit ?? 0,
        minSamples: sampling.min_samples ?? sampling.count,
      },
    }),
  };
};
