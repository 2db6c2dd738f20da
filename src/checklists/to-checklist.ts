import type { Checklist, LadderRung, Parameter, Phase, Stage, VariantGroup } from '../domain/checklist.ts';
import { stated } from '../lib/stated.ts';
import { DAY, HOUR, MINUTE } from '../lib/time.ts';
import type { RawChecklist, RawLadder, RawPhase } from './schema/checklist.ts';
import { toCheck, toItems } from './to-items.ts';
import type { Inherited } from './to-items.ts';
import { itemsOf } from './walk.ts';

/** What a file without `ladder` gets: close at first, then daily for a week, then every Monday. */
export const DEFAULT_LADDER: readonly LadderRung[] = [
  { kind: 'at', offset: { anchor: 'deployed', ms: 15 * MINUTE } },
  { kind: 'at', offset: { anchor: 'deployed', ms: HOUR } },
  { kind: 'at', offset: { anchor: 'deployed', ms: DAY } },
  { kind: 'cron', cron: '0 9 * * *', forMs: 7 * DAY },
  { kind: 'cron', cron: '0 10 * * mon' },
];

/** Whether items of a stage block their gate unless they say otherwise. */
const REQUIRED: Readonly<Record<Stage, boolean>> = {
  prepare: true,
  deploy: true,
  verify: true,
  watch: false,
};

/** The checklist a file describes, once the rules found nothing wrong with it. */
export const toChecklist = (raw: RawChecklist): Checklist => {
  const twins = twinsOf(raw);
  const stage = (name: Stage) =>
    (raw.stages[name] ?? []).map((phase) => toPhase(phase, { required: REQUIRED[name], twins }));
  return {
    formatVersion: 1,
    system: raw.system,
    title: raw.title,
    parameters: mapValues(raw.parameters, toParameter),
    roles: raw.roles ?? {},
    variants: mapValues(raw.variants, toVariantGroup),
    stages: {
      prepare: stage('prepare'),
      deploy: stage('deploy'),
      verify: stage('verify'),
      watch: stage('watch'),
    },
    ladder: toLadder(raw.ladder),
    signOff: {
      opens: raw.sign_off?.opens ?? 'verified',
      roles: raw.sign_off?.roles ?? [],
      ...stated({ samePerson: raw.sign_off?.same_person }),
    },
    rollback: toRollback(raw, twins),
    info: (raw.info ?? []).map(({ id, title, note, link }) => ({ id, title, ...stated({ note, link }) })),
    contacts: raw.contacts ?? [],
    ...stated({
      summary: raw.summary,
      version: raw.version && { check: toCheck(raw.version.check, false), path: raw.version.path },
      criteria: raw.criteria && {
        at: raw.criteria.at,
        items: toItems(raw.criteria.items, { required: false, twins }),
      },
    }),
  };
};

const mapValues = <T, U>(
  values: Readonly<Record<string, T>> | null | undefined,
  map: (value: T) => U,
): Readonly<Record<string, U>> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, map(value)]));

const toParameter = (raw: NonNullable<RawChecklist['parameters']>[string]): Parameter => ({
  describe: raw.describe,
  secret: raw.secret ?? false,
  ask: raw.ask ?? false,
  ...stated({ default: raw.default }),
});

const toVariantGroup = (raw: NonNullable<RawChecklist['variants']>[string]): VariantGroup => {
  const chosen = Object.entries(raw.options).find(([, option]) => option.default === true);
  return {
    title: raw.title,
    options: mapValues(raw.options, ({ title, note }) => ({ title, ...stated({ note }) })),
    default: chosen?.[0] ?? '',
  };
};

const toPhase = (raw: RawPhase, inherited: Inherited): Phase => ({
  id: raw.id,
  title: raw.title,
  items: toItems(raw.items, { ...inherited, owner: raw.owner }),
  ...stated({ owner: raw.owner, when: raw.when, note: raw.note }),
});

/** Rungs in the order of the file; absent: the default ladder, an empty list: none. */
export const toLadder = (raw: RawLadder | null | undefined): readonly LadderRung[] =>
  raw === null || raw === undefined ? DEFAULT_LADDER : raw.flatMap((rung) => toRung(rung) ?? []);

const toRung = ({ at, cron, for: forMs, title }: RawLadder[number]): LadderRung | undefined => {
  if (at !== undefined) return { kind: 'at', offset: at, ...stated({ title }) };
  return cron === undefined ? undefined : { kind: 'cron', cron, ...stated({ forMs, title }) };
};

const toRollback = ({ rollback }: RawChecklist, twins: Inherited['twins']): Checklist['rollback'] => ({
  triggers: rollback?.triggers ?? [],
  plans: mapValues(rollback?.plans, (plan) => ({
    title: plan.title,
    default: plan.default ?? false,
    dataLoss: plan.data_loss ?? false,
    items: toItems(plan.items, { required: true, twins }),
  })),
  after: toItems(rollback?.after ?? [], { required: false, twins }),
});

/** Twins of twins settle with the item at the end of the chain; the rules have refused circles. */
const twinsOf = (raw: RawChecklist): ReadonlyMap<string, string> => {
  const direct = new Map(
    itemsOf(raw).flatMap(({ item }) =>
      item.same_as === undefined ? [] : [[item.id, item.same_as] as const],
    ),
  );
  const end = (id: string): string => {
    let last = id;
    for (let next = direct.get(last); next !== undefined; next = direct.get(last)) last = next;
    return last;
  };
  return new Map([...direct].map(([id, of]) => [id, end(of)]));
};
