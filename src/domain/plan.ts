import type {
  Checklist,
  Choices,
  Condition,
  EffectiveChecklist,
  Item,
  RollbackPlan,
  Stage,
} from './checklist.ts';
import { PREVIOUS_RUNS, STAGES, VERSION_AT_START, VERSION_LIVE } from './checklist.ts';

/** Where an item stands: a stage of the run, the success criteria, a rollback plan or the work after a rollback. */
export type Section = Stage | 'criteria' | 'rollback' | 'after';

/** An item with its place. The list is flat and in the order of the file; parents stand before their children. */
export type PlanItem = {
  readonly item: Item;
  readonly section: Section;
  readonly phaseId: string;
  readonly phaseTitle: string;
  readonly parentId: string | null;
  /** 0 for an item directly in its phase. */
  readonly depth: number;
  readonly childIds: readonly string[];
  /** Role waited for; absent when the file names none. */
  readonly owner?: string;
  /** false: a condition of it, its parent or its phase does not hold for this deployment. */
  readonly applies: boolean;
};

export type Plan = {
  readonly items: readonly PlanItem[];
  readonly byId: ReadonlyMap<string, PlanItem>;
};

export type HoldsCondition = (condition: Condition, choices: Choices) => boolean;

type Place = Pick<PlanItem, 'section' | 'phaseId' | 'phaseTitle' | 'parentId' | 'depth' | 'applies'> & {
  readonly owner: string | undefined;
};

type LaidOut = {
  readonly checklist: EffectiveChecklist;
  readonly holds: HoldsCondition;
  readonly plan: Plan;
};

/**
 * The plan last laid out for some choices. Its inputs are values that never change, so this is no state: it only spares
 * the dozen times that one transition asks for the same plan.
 */
const laidOut = new WeakMap<Choices, LaidOut>();

/** Everything this deployment could have to do, laid flat, with the conditions judged for its choices. */
export const planOf = (checklist: EffectiveChecklist, choices: Choices, holds: HoldsCondition): Plan => {
  const known = laidOut.get(choices);
  if (known?.checklist === checklist && known.holds === holds) return known.plan;
  const plan = layOut(checklist, choices, holds);
  laidOut.set(choices, { checklist, holds, plan });
  return plan;
};

const layOut = (checklist: EffectiveChecklist, choices: Choices, holds: HoldsCondition): Plan => {
  const items: PlanItem[] = [];
  const holdsHere = (when: Condition | undefined) => when === undefined || holds(when, choices);
  const add = (item: Item, place: Place): void => {
    const applies = place.applies && holdsHere(item.when);
    const owner = item.owner ?? place.owner;
    const children = item.body.kind === 'parent' ? item.body.items : [];
    // Field by field: copying the place by spread took three times as long, and a checklist has hundreds of items.
    const { section, phaseId, phaseTitle, parentId, depth } = place;
    const childIds = children.map((child) => child.id);
    const entry = { item, section, phaseId, phaseTitle, parentId, depth, childIds, applies };
    items.push(owner === undefined ? entry : { ...entry, owner });
    for (const child of children)
      add(child, { ...place, parentId: item.id, depth: place.depth + 1, applies, owner });
  };
  const addAll = (list: readonly Item[], place: Omit<Place, 'parentId' | 'depth'>) => {
    for (const item of list) add(item, { ...place, parentId: null, depth: 0 });
  };

  for (const stage of STAGES) {
    if (stage === 'verify') addAll(versionLive(checklist), { ...builtInPlace, owner: undefined });
    for (const phase of checklist.stages[stage]) {
      const applies = holdsHere(phase.when);
      addAll(phase.items, {
        section: stage,
        phaseId: phase.id,
        phaseTitle: phase.title,
        owner: phase.owner,
        applies,
      });
    }
  }
  addAll(checklist.criteria?.items ?? [], {
    section: 'criteria',
    phaseId: 'criteria',
    phaseTitle: 'Success criteria',
    owner: undefined,
    applies: true,
  });
  for (const [id, plan] of Object.entries(rollbackPlansOf(checklist))) {
    const place = { section: 'rollback', phaseId: id, phaseTitle: plan.title, owner: undefined } as const;
    const before = items.length;
    addAll(plan.items, { ...place, applies: true });
    const isProved = items.slice(before).some(provesWayBack);
    if (checklist.version !== undefined || !isProved)
      addAll([previousRuns(id, checklist)], { ...place, applies: true });
  }
  addAll(checklist.rollback.after, {
    section: 'after',
    phaseId: 'after',
    phaseTitle: 'After the rollback',
    owner: undefined,
    applies: true,
  });
  return { items, byId: new Map(items.map((entry) => [entry.item.id, entry])) };
};

/** The ways back of a checklist. One that names none still has a way back: by hand, and a person says that it worked. */
export const rollbackPlansOf = ({
  rollback,
}: Pick<Checklist, 'rollback'>): Readonly<Record<string, RollbackPlan>> =>
  Object.keys(rollback.plans).length > 0 ? rollback.plans : BUILT_IN_PLANS;

const BUILT_IN_PLAN = 'previous-version';

/**
 * What a plan has to show for itself: the version gone back to answers, where the checklist says how to read it; else a
 * person says so, where nothing of the plan shows that it worked. No file can use an id with a dot.
 */
const previousRuns = (planId: string, { version }: Pick<EffectiveChecklist, 'version'>): Item => ({
  id: planId === BUILT_IN_PLAN ? PREVIOUS_RUNS : `${PREVIOUS_RUNS}.${planId}`,
  title: 'The previous version is running again',
  body: version === undefined ? { kind: 'manual' } : versionCheck(version, '${deployment.previous}'),
  required: true,
  critical: true,
  watch: false,
});

const BUILT_IN_PLANS: Readonly<Record<string, RollbackPlan>> = {
  [BUILT_IN_PLAN]: {
    title: 'Previous version',
    default: true,
    dataLoss: false,
    items: [],
  },
};

/** A way back is not over before something of it held: a required line that applies and that a person or a check settles. */
export const provesWayBack = ({ item: { required, body }, applies }: PlanItem): boolean =>
  required && applies && body.kind !== 'parent' && body.kind !== 'twin' && body.kind !== 'timer';

const isPreviousRuns = (id: string): boolean => id === PREVIOUS_RUNS || id.startsWith(`${PREVIOUS_RUNS}.`);

/** The proofs that can never be skipped: that the new version answers, and what measures or says that a rollback worked. */
export const isProof = ({ section, item: { id, body } }: PlanItem): boolean =>
  id === VERSION_LIVE || (section === 'rollback' && (body.kind === 'check' || isPreviousRuns(id)));

/** The built-in proofs that ask which version answers: while it can be measured, nobody says so in place of it. */
export const readsVersion = ({ item: { id, body } }: PlanItem): boolean =>
  body.kind === 'check' && (id === VERSION_LIVE || isPreviousRuns(id));

const builtInPlace = {
  section: 'verify',
  phaseId: VERSION_LIVE,
  phaseTitle: 'Version',
  applies: true,
} as const;

type VersionReading = NonNullable<EffectiveChecklist['version']>;

const versionCheck = ({ check, path }: VersionReading, expected: string): Item['body'] => ({
  kind: 'check',
  effect: 'read',
  check: { ...check, expect: { ...check.expect, [path]: expected } },
});

/** Where `version.at-start` keeps what it read. */
export const READ_VERSION = 'version';

/** Reads the version that answers before Go, when the checklist says how. Asked like a check of prepare, and nobody's line. */
export const versionAtStart = ({ version }: EffectiveChecklist): PlanItem | undefined =>
  version === undefined
    ? undefined
    : {
        ...builtInPlace,
        section: 'prepare',
        parentId: null,
        depth: 0,
        childIds: [],
        item: {
          id: VERSION_AT_START,
          title: 'The version that answers at the start',
          body: {
            kind: 'check',
            effect: 'read',
            check: { ...version.check, capture: { [READ_VERSION]: version.path } },
          },
          required: false,
          critical: false,
          watch: false,
        },
      };

/** What a run of this id measures: a line of the plan, or the version at the start. */
export const measuredBy = (
  { checklist }: { readonly checklist: EffectiveChecklist },
  plan: Plan,
  itemId: string,
): PlanItem | undefined => (itemId === VERSION_AT_START ? versionAtStart(checklist) : plan.byId.get(itemId));

/** The built-in first item of verify, when the checklist says how to read the version. */
const versionLive = ({ version }: EffectiveChecklist): Item[] =>
  version === undefined
    ? []
    : [
        {
          id: VERSION_LIVE,
          title: 'The new version answers',
          body: versionCheck(version, '${deployment.version}'),
          required: true,
          critical: true,
          watch: false,
        },
      ];

/** Which sections can be worked on now. Evidence counts only if it was measured inside its stage. */
export const activeSections = (state: { readonly kind: string }): readonly Section[] => {
  switch (state.kind) {
    case 'preparing':
    case 'awaiting_go':
    case 'held':
      return ['prepare'];
    case 'deploying':
      return ['deploy'];
    case 'verifying':
      return ['verify', 'watch'];
    case 'watching':
      return ['verify', 'watch', 'criteria'];
    case 'rolling_back':
      return ['rollback'];
    case 'rolled_back':
      return ['after'];
    default:
      return [];
  }
};

/** Whether an item can be worked on now: it applies, its section is active, and a rollback item's plan was chosen. */
export const isActive = (
  entry: PlanItem,
  deployment: {
    readonly state: { readonly kind: string };
    readonly rollback?: { readonly plans: readonly string[] };
  },
): boolean =>
  entry.applies && activeSections(deployment.state).includes(entry.section) && isChosen(entry, deployment);

/** Of the ways back only the chosen ones are anybody's work. */
export const isChosen = (
  { section, phaseId }: PlanItem,
  { rollback }: { readonly rollback?: { readonly plans: readonly string[] } },
): boolean => section !== 'rollback' || (rollback?.plans.includes(phaseId) ?? false);
