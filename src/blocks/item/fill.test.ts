import { describe, expect, it } from 'vitest';
import { situationIn } from '../../../test/support/journey.ts';
import { checked, manual, smallChecklist } from '../../../test/support/small-checklist.ts';
import type { Situation } from '../../domain/situation.ts';
import { cardMessage } from '../card/card.ts';
import { itemDetailsModal } from '../modals/details.ts';
import { phaseModal } from '../modals/phase.ts';
import { sceneOf } from '../scene.ts';

const COMMAND = '"./deploy.sh --from ${deployment.previous} --to ${deployment.version} --key ${api-key}"';
const yaml = smallChecklist({
  deploy: [manual('step', `command: ${COMMAND}`)],
  verify: [checked('a')],
  rest: 'parameters: { api-key: { describe: Key, secret: true } }',
});

/** The same item in every place that shows its command. */
const placesOf = (situation: Situation): readonly string[] => {
  const scene = sceneOf(situation);
  const entry = scene.board.plan.byId.get('step')!;
  return [
    cardMessage({ situation }),
    itemDetailsModal(scene, entry),
    phaseModal(scene, { phaseId: entry.phaseId, viewer: 'U1' }),
  ].map((shown) => JSON.stringify(shown).replaceAll('&lt;', '<').replaceAll('&gt;', '>'));
};

describe('a command whose values are not known', () => {
  it('says so in words on card, phase and Details, never as a placeholder, and how they come there', () => {
    for (const shown of placesOf(situationIn('deploying', { yaml, deployment: { previousVersion: null } }))) {
      expect(shown).toContain('./deploy.sh --from <previous version unknown> --to 1.1.0 --key <api-key>');
      expect(shown).toContain('Which version ran before is not known: put it in by hand when you copy.');
      expect(shown).toContain('Put <api-key> in by hand when you copy.');
      expect(shown).not.toContain('${');
    }
  });

  it('is whole, without a word, when they are', () => {
    for (const shown of placesOf(situationIn('deploying', { yaml }))) {
      expect(shown).toContain('./deploy.sh --from 1.0.0 --to 1.1.0');
      expect(shown).not.toContain('unknown');
    }
  });
});
