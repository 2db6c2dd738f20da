import { createHash } from 'node:crypto';
import type { CheckDefinition, Connections, Expectations } from '../domain/check.ts';
import type {
  Checklist,
  EffectiveChecklist,
  Environment,
  Item,
  ItemBody,
  Phase,
} from '../domain/checklist.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { canonicalJson } from '../lib/json.ts';
import { substitute } from '../lib/placeholders.ts';
import { stated } from '../lib/stated.ts';
import { environmentNamed } from './to-environment.ts';

/** A checklist as a deployment pins it. `hash`: sha256 of its canonical JSON, 64 lower-case hex digits. */
export type Pinned = { readonly checklist: EffectiveChecklist; readonly hash: string };

/** What a system has in an environment that says nothing about it: every check is "not connected". */
const NO_CONNECTIONS: Connections = { values: {}, secrets: {}, allow: [], commands: {}, fileRoots: [] };

/**
 * A checklist with an environment's values put in. A placeholder becomes the environment's value, else the parameter's
 * default; it stays where neither is there, where the value is asked at start, secret, or known only to a deployment
 * (`deployment.*`, `captured.*`). `connections.values` keeps what the environment file gave and no default, because
 * only what is given there permits a host. No environment: its name is the empty text and the common rules hold.
 */
export const effectiveChecklist = (
  checklist: Checklist,
  environment: Environment | undefined,
  systemName: string,
): Pinned => {
  const here = environment ?? environmentNamed('');
  const system = Object.hasOwn(here.systems, systemName) ? here.systems[systemName] : undefined;
  const connections = system?.connections ?? { ...NO_CONNECTIONS, ...stated({ runner: here.runner }) };
  const effective: EffectiveChecklist = {
    ...withValues(checklist, filler(checklist, connections.values)),
    ladder: system?.ladder ?? checklist.ladder,
    environment: here.environment,
    connections,
    timeZone: here.timeZone,
    workHours: here.workHours,
    ...stated({ lockFrom: system?.lockFrom, secondLookMs: system?.secondLookMs }),
  };
  return { checklist: effective, hash: createHash('sha256').update(canonicalJson(effective)).digest('hex') };
};

/** Puts values into texts, which stay texts, and into JSON, where a lone placeholder takes the value's type. */
type Filler = {
  readonly text: (text: string) => string;
  readonly json: (value: Json) => Json;
  readonly map: <T extends Json>(values: Readonly<Record<string, T>>) => JsonObject;
};

const filler = ({ parameters }: Checklist, given: JsonObject): Filler => {
  const valueOf = (name: string): Json | undefined => {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined || parameter.secret || parameter.ask) return undefined;
    return Object.hasOwn(given, name) ? given[name] : parameter.default;
  };
  const json = (value: Json): Json => substitute(value, valueOf).value;
  return {
    json,
    text: (text) => {
      const filled = json(text);
      return typeof filled === 'string' ? filled : JSON.stringify(filled);
    },
    map: (values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, json(value)])),
  };
};

const withValues = (checklist: Checklist, fill: Filler): Checklist => {
  const items = (list: readonly Item[]) => list.map((item) => itemWith(item, fill));
  const phases = (list: readonly Phase[]) => list.map((phase) => phaseWith(phase, fill));
  const { stages, rollback, version, criteria } = checklist;
  return {
    ...checklist,
    title: fill.text(checklist.title),
    stages: {
      prepare: phases(stages.prepare),
      deploy: phases(stages.deploy),
      verify: phases(stages.verify),
      watch: phases(stages.watch),
    },
    rollback: {
      triggers: rollback.triggers.map(fill.text),
      plans: Object.fromEntries(
        Object.entries(rollback.plans).map(([name, plan]) => [
          name,
          { ...plan, title: fill.text(plan.title), items: items(plan.items) },
        ]),
      ),
      after: items(rollback.after),
    },
    info: checklist.info.map((entry) => ({ ...entry, ...texts(entry, fill) })),
    contacts: checklist.contacts.map(({ id, title, how }) => ({
      id,
      title: fill.text(title),
      how: fill.text(how),
    })),
    ...stated({
      summary: checklist.summary === undefined ? undefined : fill.text(checklist.summary),
      version: version && { ...version, check: checkWith(version.check, fill) },
      criteria: criteria && { ...criteria, items: items(criteria.items) },
    }),
  };
};

type Texts = Pick<Item, 'title' | 'note' | 'link' | 'command'>;

const texts = ({ title, note, link, command }: Texts, fill: Filler): Texts => {
  const filled = (text: string | undefined) => (text === undefined ? undefined : fill.text(text));
  return {
    title: fill.text(title),
    ...stated({ note: filled(note), link: filled(link), command: filled(command) }),
  };
};

const phaseWith = (phase: Phase, fill: Filler): Phase => ({
  ...phase,
  ...texts(phase, fill),
  items: phase.items.map((item) => itemWith(item, fill)),
  ...stated({ when: phase.when && fill.map(phase.when) }),
});

const itemWith = (item: Item, fill: Filler): Item => ({
  ...item,
  ...texts(item, fill),
  body: bodyWith(item.body, fill),
  ...stated({ when: item.when && fill.map(item.when) }),
});

const bodyWith = (body: ItemBody, fill: Filler): ItemBody => {
  switch (body.kind) {
    case 'parent':
      return { ...body, items: body.items.map((item) => itemWith(item, fill)) };
    case 'check':
      return { ...body, check: checkWith(body.check, fill) };
    case 'manual': {
      const expect = body.evidence?.expect;
      if (body.evidence === undefined || expect === undefined) return body;
      return { ...body, evidence: { ...body.evidence, expect: fill.json(expect) } };
    }
    case 'approval':
    case 'timer':
    case 'twin':
      return body;
  }
};

const checkWith = (check: CheckDefinition, fill: Filler): CheckDefinition => {
  const expectations = (given: Expectations | undefined) => given && fill.map(given);
  return {
    ...check,
    params: fill.map(check.params),
    ...stated({ expect: expectations(check.expect), warn: expectations(check.warn) }),
  };
};
