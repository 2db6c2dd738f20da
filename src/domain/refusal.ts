/** Every reason a rule can say no. Each has a row in docs/errors.md, and a test holds the two together. */
export const REFUSAL_CODES = [
  'not_allowed',
  'second_person_needed',
  'guest',
  'not_a_member',
  'person_unknown',
  'unknown_item',
  'ambiguous_item',
  'unknown_environment',
  'unknown_system',
  'system_missing',
  'unknown_subcommand',
  'unknown_deployment',
  'no_deployment_here',
  'several_deployments_here',
  'item_not_active',
  'item_already_settled',
  'item_not_confirmable',
  'item_not_skippable',
  'item_settles_itself',
  'reason_missing',
  'line_missing',
  'evidence_missing',
  'evidence_invalid',
  'not_a_check',
  'check_running',
  'check_not_connected',
  'wrong_state',
  'version_missing',
  'version_invalid',
  'items_open',
  'evidence_stale',
  'undo_impossible',
  'nothing_to_undo',
  'environment_locked',
  'not_locked',
  'several_locked',
  'time_invalid',
  'plan_unknown',
  'restore_word_missing',
  'restore_word_needless',
  'role_unknown',
  'already_signed',
  'sign_off_not_open',
  'debts_open',
  'nothing_to_accept',
  'alert_unknown',
  'checklist_broken',
  'choice_invalid',
  'role_without_person',
  'person_unfit',
  'gate_unreachable',
  'usage',
  'not_available_yet',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/**
 * A rule said no. `message` is the whole answer to the person: what is refused, why, and what to do instead,
 * in plain words without mrkdwn. Shown as it is; never an exception.
 */
export type Refusal = {
  readonly code: RefusalCode;
  readonly message: string;
  /** The same apart for each role that people were named for, for a dialog that asks for them. */
  readonly byRole?: Readonly<Record<string, string>>;
};

export const refusal = (code: RefusalCode, message: string): Refusal => ({ code, message });

/** A name that somebody typed, as an answer quotes it: in code, where every mark stays as it is. Nothing inside can end it. */
export const quoted = (typed: string): string => `\`${typed.replaceAll('`', 'ˋ')}\``;
