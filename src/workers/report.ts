import type { Message } from '../blocks/kit.ts';
import { reportMarkdown } from '../blocks/report/markdown.ts';
import { reportPost } from '../blocks/report/post.ts';
import type { ReportInput } from '../blocks/report/facts.ts';

export type Report = {
  readonly file: { readonly name: string; readonly title: string; readonly content: string };
  readonly post: Message;
};

/** The file for the thread and the summary beside it, from the same facts. */
export const reportOf = (input: ReportInput): Report => {
  const { id, system, version, environment } = input.situation.deployment;
  return {
    file: {
      name: `report-${id}.md`,
      title: `Report ${system} ${version ?? ''} → ${environment}`,
      content: reportMarkdown(input),
    },
    post: reportPost(input),
  };
};
