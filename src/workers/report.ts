import type { Message } from '../blocks/kit.ts';
import type { AuditEvent } from '../domain/audit.ts';
import type { Situation } from '../domain/situation.ts';

export type Report = {
  readonly file: { readonly name: string; readonly title: string; readonly content: string };
  readonly post: Message;
};

export const reportOf = (situation: Situation, events: readonly AuditEvent[]): Report => ({
  file: {
    name: `${situation.deployment.id}.md`,
    title: 'Report',
    content: `# Report\n\n${events.length} events\n`,
  },
  post: { text: `Report of ${situation.deployment.id}`, blocks: [] },
});
