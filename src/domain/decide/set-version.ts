import type { Result } from '../../lib/result.ts';
import { placeholdersIn } from '../../lib/placeholders.ts';
import { err, ok } from '../../lib/result.ts';
import { requireMember } from '../actor.ts';
import type { Item } from '../checklist.ts';
import { progressOf } from '../deployment.ts';
import type { DomainEvent } from '../events.ts';
import type { PlanItem } from '../plan.ts';
import type { Refusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Actor, Situation } from '../situation.ts';
import { boardOf } from '../standing.ts';

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+/:@-]{0,99}$/;

/**
 * Names what goes out. Possible until Go; what was measured, said or approved of another version no longer counts, so that
 * an open gate closes by itself.
 */
export const setVersion = (
  situation: Situation,
  { actor, version }: { actor: Actor; version: string },
): Result<readonly DomainEvent[], Refusal> => {
  const member = requireMember(actor);
  if (!member.ok) return member;
  const { kind } = situation.deployment.state;
  if (kind !== 'preparing' && kind !== 'awaiting_go' && kind !== 'held') {
    return err(
      refusal('wrong_state', 'The version can be set until Go. Start a new deployment for another version.'),
    );
  }
  const problem = versionProblem(version);
  if (problem !== undefined) return err(problem);
  const itemIds =
    version === situation.deployment.version ? [] : itemsAboutVersion(situation).map(({ item }) => item.id);
  return ok([{ type: 'version_set', by: actor.id, version, itemIds }]);
};

/** What was measured or said of another version: every line that names it, and every approval. A twin has nothing of its own. */
const itemsAboutVersion = (situation: Situation): readonly PlanItem[] =>
  boardOf(situation).plan.items.filter(({ item }) => {
    const { settled, measured, running } = progressOf(situation.deployment, item.id);
    return (settled ?? measured ?? running) !== undefined && isAboutVersion(item);
  });

const isAboutVersion = (item: Item): boolean => item.body.kind === 'approval' || namesVersion(item);

/** True when what a line reads, asks or shows depends on the version that goes out. */
export const namesVersion = (item: Item): boolean => names(item, 'deployment.version');

/** True when what a line reads, asks or shows has this placeholder in it. */
export const names = ({ title, note, command, link, body }: Item, placeholder: string): boolean => {
  const check = body.kind === 'check' ? body.check : {};
  const texts = [title, note ?? '', command ?? '', link ?? ''];
  return placeholdersIn([...texts, check]).includes(placeholder);
};

/** What is wrong with a version as typed, or undefined. */
export const versionProblem = (version: string): Refusal | undefined =>
  VERSION.test(version)
    ? undefined
    : refusal(
        'version_invalid',
        'A version starts with a letter or digit and holds letters, digits and . _ + / : @ - only, at most 100.',
      );
