import type { InputPlace } from '../../blocks/ids.ts';
import { INPUT, VIEW } from '../../blocks/ids.ts';
import type { Ref, StartRef } from '../../blocks/ref.ts';
import { decodeRef, decodeStartRef } from '../../blocks/ref.ts';
import type { RefusalCode } from '../../domain/refusal.ts';
import type { JsonObject } from '../../lib/json.ts';
import { stated } from '../../lib/stated.ts';
import type { Act } from '../../usecases/acts.ts';
import type { Envelope, Values } from '../envelope.ts';
import type { DialogField, Intent } from '../intent.ts';
import { isTicked, momentAt, peopleUnder, textAt, textsUnder, tickedIn } from './values.ts';

export type ViewEnvelope = Extract<Envelope, { kind: 'view' }>;

const reasoned =
  (kind: 'skip' | 'fail' | 'na' | 'undo' | 'accept') =>
  ({ itemId }: Ref, values: Values): Act | undefined =>
    itemId === undefined ? undefined : { kind, itemId, reason: textAt(values, INPUT.reason) };

type Read = (ref: Ref, values: Values) => Act | undefined;

const present = <K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [name in K]?: string };

const BY_VIEW: Readonly<Record<string, { readonly read: Read; readonly field: InputPlace }>> = {
  [VIEW.skipItem]: { read: reasoned('skip'), field: INPUT.reason },
  [VIEW.failItem]: { read: reasoned('fail'), field: INPUT.reason },
  [VIEW.notApplicable]: { read: reasoned('na'), field: INPUT.reason },
  [VIEW.undoItem]: { read: reasoned('undo'), field: INPUT.reason },
  [VIEW.acceptItem]: { read: reasoned('accept'), field: INPUT.reason },
  [VIEW.confirmItem]: {
    read: ({ itemId }, values) =>
      itemId === undefined
        ? undefined
        : {
            kind: 'confirm',
            itemId,
            ...present('seen', textAt(values, INPUT.seen)),
            ...present('evidence', textAt(values, INPUT.evidence)),
          },
    field: INPUT.seen,
  },
  [VIEW.confirmGroup]: {
    read: (_ref, values) => ({
      kind: 'confirm_group',
      itemIds: tickedIn(values, INPUT.lines),
      ...present('seen', textAt(values, INPUT.seen)),
    }),
    field: INPUT.lines(0),
  },
  [VIEW.noGo]: {
    read: (_ref, values) => ({ kind: 'no_go', reason: textAt(values, INPUT.reason) }),
    field: INPUT.reason,
  },
  [VIEW.abort]: {
    read: (_ref, values) => ({ kind: 'abort', leaveAsIs: true, reason: textAt(values, INPUT.reason) }),
    field: INPUT.reason,
  },
  [VIEW.deployed]: {
    read: (_ref, values) => {
      const at = momentAt(values, INPUT.deployedAt);
      return {
        kind: 'deployed',
        ...(at === undefined ? {} : { at }),
        ...present('override', textAt(values, INPUT.reason)),
      };
    },
    field: INPUT.reason,
  },
  [VIEW.rollBack]: {
    read: ({ ask }, values) => ({
      kind: 'roll_back',
      confirms: ask ?? null,
      plans: tickedIn(values, INPUT.plans),
      reason: textAt(values, INPUT.reason),
      ...present('targetVersion', textAt(values, INPUT.targetVersion)),
      ...present('restoreWord', textAt(values, INPUT.restoreWord)),
    }),
    field: INPUT.reason,
  },
  [VIEW.signOff]: {
    read: ({ role }, values) => ({
      kind: 'sign_off',
      acceptedDebts: tickedIn(values, INPUT.debts),
      ...present('role', textAt(values, INPUT.role) ?? role),
    }),
    field: INPUT.debts(0),
  },
};

/** Refusals about one input in particular. */
const ABOUT: readonly (readonly [RefusalCode, InputPlace])[] = [
  ['reason_missing', INPUT.reason],
  ['line_missing', INPUT.seen],
  ['evidence_missing', INPUT.evidence],
  ['evidence_invalid', INPUT.evidence],
  ['time_invalid', INPUT.deployedAt],
  ['time_invalid', INPUT.plannedGo],
  ['restore_word_missing', INPUT.restoreWord],
  ['restore_word_needless', INPUT.restoreWord],
  ['plan_unknown', INPUT.plans(0)],
  ['version_invalid', INPUT.version],
  ['version_missing', INPUT.version],
  ['version_invalid', INPUT.targetVersion],
  ['version_missing', INPUT.targetVersion],
];

/** Where refusals are shown: each beside the input it is about, when the dialog has that. */
const fieldIn = (values: Values, block: string): DialogField => ({
  block,
  byCode: Object.fromEntries(
    ABOUT.filter(([, place]) => values[place.block] !== undefined).map(([code, place]) => [
      code,
      place.block,
    ]),
  ),
});

/** What a submitted dialog means, and the input at which a refusal is shown. */
export const readView = (envelope: ViewEnvelope): Intent => {
  const { values } = envelope;
  const { callbackId, privateMetadata } = envelope.view;
  if (callbackId === VIEW.startDeployment) return readStart(values, decodeStartRef(privateMetadata));
  const ref = decodeRef(privateMetadata);
  const known = BY_VIEW[callbackId];
  const act = ref === undefined ? undefined : known?.read(ref, values);
  if (known === undefined || ref === undefined || act === undefined) return { type: 'nothing' };
  const shown = values[known.field.block] === undefined ? Object.keys(values)[0] : known.field.block;
  return {
    type: 'act',
    target: { deploymentId: ref.deploymentId },
    act,
    ...(shown === undefined ? {} : { inDialog: fieldIn(values, shown) }),
  };
};

const answersIn = (values: Values): JsonObject => ({
  ...textsUnder(values, 'parameter.'),
  ...Object.fromEntries(tickedIn(values, INPUT.toggles).map((name) => [name, true] as const)),
});

const readStart = (values: Values, ref: StartRef | undefined): Intent => {
  const environment = textAt(values, INPUT.environment);
  const system = textAt(values, INPUT.system);
  if (environment === undefined || system === undefined) return { type: 'nothing' };
  const version = textAt(values, INPUT.version)?.trim() ?? '';
  const plannedGo = momentAt(values, INPUT.plannedGo);
  const named = peopleUnder(values, INPUT.named('').block);
  const isAsked = Object.keys(values).some((block) => /^(?:toggles|parameter)\./.test(block));
  return {
    type: 'start',
    words: { environment, rest: version === '' ? [system] : [system, version] },
    chosen: {
      variants: textsUnder(values, 'variant.'),
      // Absent where nothing was asked, so that a default does not become a no.
      ...(isAsked ? { parameters: answersIn(values) } : {}),
    },
    inDialog: fieldIn(values, INPUT.environment.block),
    ...stated({
      plannedGo,
      named: Object.keys(named).length === 0 ? undefined : named,
      channel: ref?.channel,
      carryOverFrom: isTicked(values, INPUT.carryOver) ? ref?.carryOverFrom : undefined,
    }),
  };
};
