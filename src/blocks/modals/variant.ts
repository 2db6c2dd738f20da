import type { ModalView } from '@slack/types';
import { VIEW } from '../ids.ts';
import { context, modal, section } from '../kit.ts';
import { encodeRef } from '../ref.ts';
import type { Scene } from '../scene.ts';
import { bold, fitted, inline } from '../text.ts';

/** What was chosen at start. Choices are pinned: another choice is another start. */
export const variantModal = ({ situation: { deployment, checklist } }: Scene): ModalView => {
  const variants = Object.entries(checklist.variants).map(([name, { title, options }]) => {
    const chosen = deployment.choices.variants[name];
    const option = chosen === undefined ? undefined : options[chosen];
    const note = option?.note === undefined ? '' : ` · ${inline(option.note, 200)}`;
    return `${bold(inline(title, 100))}: ${inline(option?.title ?? chosen ?? 'not chosen', 100)}${note}`;
  });
  const asked = Object.entries(checklist.parameters)
    .filter(([, { ask, secret }]) => ask && !secret)
    .map(([name, { describe }]) => {
      const value = deployment.choices.parameters[name];
      return `${inline(describe, 150)}: ${bold(answerText(value))}`;
    });
  return modal({
    id: VIEW.variant,
    title: 'Variant',
    ref: encodeRef({ deploymentId: deployment.id }),
    blocks: [
      section(
        'variants',
        fitted([...variants, ...asked], { max: 2900, separator: '\n' }) || 'There is nothing to choose here.',
      ),
      context(
        'how',
        'Choices are fixed at start. For another choice, abort and start again: confirmations can be carried over for a day.',
      ),
    ],
  });
};

const answerText = (value: unknown): string => {
  if (value === true) return 'yes';
  if (value === false || value === undefined) return 'no';
  return inline(typeof value === 'string' ? value : JSON.stringify(value), 200);
};
