import { cardMessage } from '../../src/blocks/card/card.ts';
import { assertWithinLimits } from '../../src/blocks/limits.ts';
import { confirmItem } from '../../src/domain/settle/confirm-item.ts';
import type { Situation } from '../../src/domain/situation.ts';
import { started } from './journey.ts';
import { outline } from './outline.ts';
import type { SituationOptions } from './situation.ts';
import { actor, run } from './situation.ts';

/** A phase of three lines and one of four, without a ladder. */
export const TWO_PHASES = `
system: tiny
title: Tiny
parameters:
  url: { describe: Where it answers, default: 'http://127.0.0.1:1' }
stages:
  prepare:
    - id: basics
      title: Basics
      owner: backend-lead
      items:
        - { id: plan, title: The plan is known, note: It hangs on the wall }
        - { id: quota, title: Quota is enough, required: false }
        - { id: certificates, title: Certificates valid, check: { tls: { host: app.example.com } } }
    - id: security
      title: Security
      owner: security-lead
      items:
        - { id: keys, title: Keys are rotated }
        - { id: access, title: Access is reviewed }
        - { id: secrets, title: Secrets are in the vault }
        - { id: audit, title: The audit log is kept }
`;

/** Four eyes, and people for some roles. */
export const WITH_PEOPLE = `
environment: production
four_eyes: true
people: { approver: ['@alice', '@bob'], security-lead: ['@bob'], on_call: ['@oncall'] }
`;

/** Just started, with these two phases. */
export const twoPhases = (options: SituationOptions = {}): Situation =>
  started({ yaml: TWO_PHASES, environmentYaml: WITH_PEOPLE, ...options });

/** The card as it is seen, block by block. */
export const drawn = (situation: Situation): readonly string[] => {
  const { blocks } = cardMessage({ situation });
  assertWithinLimits(blocks);
  return outline(blocks);
};

/** The same as one text. */
export const cardText = (situation: Situation): string => drawn(situation).join('\n');

/** Somebody confirms an item. */
export const confirm = (situation: Situation, itemId: string, who = 'bob'): Situation =>
  run(situation, (now) => confirmItem(now, { itemId, actor: actor(now, who), seen: 'seen' }));
