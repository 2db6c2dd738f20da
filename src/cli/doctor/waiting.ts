import { readiness } from '../../checks/readiness.ts';
import { holds } from '../../checklists/conditions.ts';
import { effectiveChecklist } from '../../checklists/effective.ts';
import type { CheckDefinition } from '../../domain/check.ts';
import type { Checklist, Choices, Environment } from '../../domain/checklist.ts';
import type { PlanItem } from '../../domain/plan.ts';
import { planOf } from '../../domain/plan.ts';
import { isLeaf } from '../../domain/standing.ts';
import type { JsonObject } from '../../lib/json.ts';
import { substitute } from '../../lib/placeholders.ts';
import { choicesFor } from '../../usecases/choose-place.ts';

/** A check that is not connected. */
export type WaitingCheck = {
  readonly itemId: string;
  readonly kind: string;
  /** What it waits for, in the words of its readiness: `database-url not set`. Never empty. */
  readonly missing: readonly string[];
};

/** How much of a system's checklist runs by itself in an environment, with what is chosen when nobody chooses. */
export type Standing = {
  readonly connected: number;
  readonly byClick: number;
  /** Items only people can settle. */
  readonly byPeople: number;
  readonly waiting: readonly WaitingCheck[];
};

type Place = { readonly checklist: Checklist; readonly environment: Environment };

const choicesOf = ({ checklist, environment }: Place): Choices => {
  const choices = choicesFor(checklist, environment, {});
  return choices.ok ? choices.value : { variants: {}, parameters: {} };
};

const filled = (check: CheckDefinition, { parameters }: Choices): CheckDefinition => {
  const fill = (value: JsonObject) =>
    substitute(value, (name) => parameters[name]).value as unknown as JsonObject;
  return {
    ...check,
    params: fill(check.params),
    ...(check.expect === undefined ? {} : { expect: fill(check.expect) }),
    ...(check.warn === undefined ? {} : { warn: fill(check.warn) }),
  };
};

/** The same lines `/deploy checklists` counts: the ways back are judged when somebody goes one. */
const isCounted = (entry: PlanItem): boolean =>
  entry.applies && isLeaf(entry) && entry.section !== 'rollback' && entry.section !== 'after';

/** `hasEnv`: whether the worker that would run the checks holds a variable. Nothing is contacted. */
export const standingOf = (place: Place, hasEnv: (name: string) => boolean): Standing => {
  const { checklist, environment } = place;
  const choices = choicesOf(place);
  const pinned = effectiveChecklist(checklist, environment, checklist.system).checklist;
  const plan = planOf(pinned, choices, (condition) =>
    holds(condition, { environment: environment.environment, choices }),
  );
  const standing = { connected: 0, byClick: 0, byPeople: 0 };
  const waiting: WaitingCheck[] = [];
  for (const { item } of plan.items.filter(isCounted)) {
    if (item.body.kind !== 'check') {
      standing.byPeople += 1;
      continue;
    }
    const { check, effect } = item.body;
    const ready = readiness(
      { definition: filled(check, choices), effect, connections: pinned.connections },
      { hasEnv },
    );
    if (ready.kind === 'not_connected')
      waiting.push({ itemId: item.id, kind: check.kind, missing: ready.missing });
    else standing[ready.kind === 'connected' ? 'connected' : 'byClick'] += 1;
  }
  return { ...standing, waiting };
};
