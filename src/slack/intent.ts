import type { Refusal, RefusalCode } from '../domain/refusal.ts';
import type { Act } from '../usecases/acts.ts';
import type { Choices } from '../domain/checklist.ts';
import type { NamedPeople } from '../domain/deployment.ts';
import type { Instant } from '../lib/time.ts';
import type { Ref } from '../blocks/ref.ts';

/** Which deployment is meant: by its id (a click), its number (`#42`), or the only one of this channel. */
export type Target =
  { readonly deploymentId: string } | { readonly number: number } | { readonly channel: string };

/** An act whose item is still as somebody typed it. */
export type TypedAct = {
  readonly item: string;
  readonly make: (itemId: string) => Act;
  /** For a phase named in place of an item. Absent: no phase can be meant. */
  readonly forPhase?: (phaseId: string, group: PhaseGroup) => Act;
};

/** The open lines of a phase: ids of those a click confirms, and the others, each with why a click does not. */
export type PhaseGroup = {
  readonly byClick: readonly string[];
  readonly withLine: readonly { readonly id: string; readonly why: string }[];
  readonly alone: readonly string[];
};

/** What a person wants, read from a command, a click or a dialog. */
export type Intent =
  /** Changes something: goes through the inbox. */
  | {
      readonly type: 'act';
      readonly target: Target;
      readonly act: Act | TypedAct;
      readonly inDialog?: DialogField;
    }
  | {
      readonly type: 'start';
      readonly words: { readonly environment: string; readonly rest: readonly string[] };
      readonly chosen: Partial<Choices>;
      readonly plannedGo?: Instant;
      /** People for roles. Absent: nobody is named. */
      readonly named?: NamedPeople;
      /** Aborted deployment whose confirmations are kept. */
      readonly carryOverFrom?: string;
      /** Where the dialog was opened; absent: where the command was typed. */
      readonly channel?: string;
      readonly inDialog?: DialogField;
    }
  | {
      readonly type: 'lock';
      readonly kind: 'lock' | 'unlock';
      readonly environment: string;
      /** Everything after the environment: to unlock, it may begin with a system. */
      readonly reason: string;
    }
  /** Only looks. */
  | { readonly type: 'show'; readonly show: Show }
  /** Opens or changes a dialog. */
  | { readonly type: 'open'; readonly dialog: Dialog }
  | { readonly type: 'refuse'; readonly refusal: Refusal }
  | { readonly type: 'nothing' };

/** The input of a dialog at which a refusal is shown; `byCode`: those about another input. */
export type DialogField = {
  readonly block: string;
  readonly byCode?: { readonly [code in RefusalCode]?: string };
};

export type Show =
  | { readonly what: 'help' | 'whoami' | 'list' | 'mine' | 'locks' | 'checklists' }
  | { readonly what: 'status'; readonly of?: Target | { readonly environment: string } }
  | { readonly what: 'history'; readonly system?: string }
  | { readonly what: 'report'; readonly target: Target };

export type Dialog =
  | {
      readonly name: 'start';
      readonly environment?: string;
      readonly system?: string;
      readonly version?: string;
      readonly channel?: string;
      /** The open dialog that is drawn again, as it is filled in; nothing comes from the last run then. */
      readonly viewId?: string;
    }
  | { readonly name: DialogName; readonly ref: Ref }
  /** The open dialog that is drawn again, with the plans that are ticked now. */
  | {
      readonly name: 'roll_back';
      readonly ref: Ref;
      readonly viewId: string;
      readonly plans: readonly string[];
    }
  /** `viewId`: the open dialog that is drawn again. */
  | { readonly name: StandingDialog; readonly ref: Ref; readonly viewId?: string };

/** Dialogs that show how things stand and have nothing to submit. */
export type StandingDialog = 'phase' | 'details' | 'alert_details';

/** Dialogs about a deployment or one item of it. */
export type DialogName =
  | 'confirm'
  | 'skip'
  | 'fail'
  | 'na'
  | 'undo'
  | 'accept'
  | 'details'
  | 'alert_details'
  | 'confirm_group'
  | 'no_go'
  | 'deployed'
  | 'roll_back'
  | 'abort'
  | 'sign_off'
  | 'variant';
