import type { RawChecklist } from '../schema/checklist.ts';
import type { Report } from '../walk.ts';
import { itemsOf } from '../walk.ts';
import { judgedProblems } from './expectations.ts';

/** What a person's evidence is held against can be judged. */
export const checkEvidence = (raw: RawChecklist, report: Report): void => {
  for (const { item, path } of itemsOf(raw)) {
    if (item.evidence?.expect === undefined) continue;
    for (const { message } of judgedProblems({ value: item.evidence.expect }, raw))
      report([...path, 'evidence', 'expect'], `evidence: ${message}`);
  }
};
