import type { Json } from '../../lib/json.ts';
import { judge } from '../../lib/matching/judge.ts';
import type { Result } from '../../lib/result.ts';
import { err, firstError, ok } from '../../lib/result.ts';
import { requireSecondPerson } from '../actor.ts';
import type { EvidenceRequest } from '../checklist.ts';
import type { DomainEvent } from '../events.ts';
import { isProof, readsVersion } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { quoted, refusal } from '../refusal.ts';
import { isOutOfReach } from '../request-checks.ts';
import type { Actor, Situation } from '../situation.ts';
import type { Found } from './find-item.ts';
import { findItem, refuseSelfSettling, refuseSettled } from './find-item.ts';

export type ConfirmInput = {
  readonly itemId: string;
  readonly actor: Actor;
  /** What was seen, in one line; compulsory where nothing was measured and something should have been. */
  readonly seen?: string;
  /** The figure, text or link the item asks for, as typed. */
  readonly evidence?: string;
};

/** A person says an item holds. Never over a red check, and with a line where a machine could not tell. */
export const confirmItem = (
  situation: Situation,
  input: ConfirmInput,
): Result<readonly DomainEvent[], Refusal> => {
  const found = findItem(situation, input.itemId, input.actor);
  if (!found.ok) return found;
  const seen = input.seen?.trim() ?? '';
  const refused = firstError(
    refuseSelfSettling(found.value),
    refuseSettled(found.value),
    refuseByBody(situation, found.value, input),
    requireLine(situation, found.value, seen),
  );
  if (refused !== undefined) return refused;
  const base = { itemId: input.itemId, by: input.actor.id };
  const evidence = readEvidence(found.value, input.evidence ?? (seen === '' ? undefined : seen));
  if (!evidence.ok) return evidence;
  if (evidence.value?.problem !== undefined) {
    return ok([{ type: 'item_failed', ...base, reason: evidence.value.problem }]);
  }
  return ok([
    {
      type: 'item_confirmed',
      ...base,
      ...(seen === '' ? {} : { seen }),
      ...(evidence.value === undefined ? {} : { evidence: evidence.value.value }),
    },
  ]);
};

const requireLine = (situation: Situation, found: Found, seen: string): Result<void, Refusal> =>
  seen === '' && needsLine(situation, found)
    ? err(
        refusal('line_missing', `${found.entry.item.title} was not measured: say in one line what you saw.`),
      )
    : ok(undefined);

/**
 * True where a click alone is not enough: nothing could be told, or a check could be run by a click and was not. The dialog
 * asks for a line.
 */
export const needsLine = (
  situation: Situation,
  { entry, progress }: Pick<Found, 'entry' | 'progress'>,
): boolean => {
  const { body, critical } = entry.item;
  if (body.kind !== 'check') return false;
  if (progress.measured?.outcome === 'inconclusive') return true;
  if (isOutOfReach(situation, entry)) return true;
  const { kind } = situation.readiness(entry);
  return kind === 'by_click' || (critical && kind === 'not_connected');
};

const refuseByBody = (situation: Situation, found: Found, { actor }: ConfirmInput): Result<void, Refusal> => {
  const { entry, progress } = found;
  const { body, title } = entry.item;
  if (body.kind === 'approval')
    return requireSecondPerson(situation, actor, { role: body.role, what: title, neverStarter: true });
  if (body.kind !== 'check') return ok(undefined);
  const { measured, running } = progress;
  switch (measured?.outcome) {
    case 'fail':
    case 'error':
    case 'timed_out':
      return err(
        refusal(
          'item_not_confirmable',
          `${title} is red (${measured.line}) and cannot be confirmed. Re-run it${isProof(entry) ? '' : ', or skip it with a reason'}.`,
        ),
      );
    case 'pass':
    case 'warn':
      return err(refusal('item_already_settled', `${title} was already measured: ${measured.line}.`));
    default:
      break;
  }
  if (running !== undefined) {
    return err(refusal('check_running', `${title} is being measured; wait for its result.`));
  }
  if (readsVersion(entry) && situation.readiness(entry).kind === 'connected') {
    const text = `${title} is measured, and nobody can say it in its place. Re-run it${entry.section === 'verify' ? ', or set the right version: /deploy version <v>' : ''}.`;
    return err(refusal('item_not_confirmable', text));
  }
  if (measured === undefined && situation.readiness(entry).kind === 'connected') {
    return err(refusal('item_not_confirmable', `${title} is measured by a check. Press Run check.`));
  }
  return ok(undefined);
};

type Evidence = { readonly value: Json; readonly problem?: string } | undefined;

const readEvidence = ({ entry }: Found, typed: string | undefined): Result<Evidence, Refusal> => {
  const { body, title } = entry.item;
  const request = body.kind === 'manual' ? body.evidence : undefined;
  if (request === undefined) return ok(undefined);
  const text = typed?.trim() ?? '';
  const unit = request.unit === undefined ? '' : ` in ${request.unit}`;
  if (text === '') {
    return err(
      refusal('evidence_missing', `${title} asks for a ${request.kind}${unit} when it is confirmed.`),
    );
  }
  const value = parseEvidence(request, text);
  if (value === undefined) {
    return err(
      refusal(
        'evidence_invalid',
        `${title} asks for a ${request.kind}${unit}; ${quoted(text.slice(0, 40))} is none.`,
      ),
    );
  }
  return ok({ value, ...problemOf(request, value) });
};

const parseEvidence = ({ kind, unit }: EvidenceRequest, text: string): Json | undefined => {
  if (kind === 'number') {
    const bare = unit !== undefined && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
    const value = Number(bare);
    return bare === '' || !Number.isFinite(value) ? undefined : value;
  }
  if (kind === 'link') return /^https?:\/\/\S+$/.test(text) ? text : undefined;
  return text;
};

const problemOf = (request: EvidenceRequest, value: Json): { problem?: string } => {
  if (request.expect === undefined) return {};
  const findings = judge({ value: request.expect }, { value }, { level: 'fail' });
  const bad = findings.find((finding) => finding.verdict !== 'holds');
  return bad === undefined ? {} : { problem: bad.line };
};
