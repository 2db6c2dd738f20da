import type { RawChecklist } from '../schema/checklist.ts';
import type { Report } from '../walk.ts';

/** Names that placeholders already mean something else by. */
const TAKEN: ReadonlySet<string> = new Set(['deployment', 'captured']);

/** A secret has its value from the worker's environment and from nowhere else. */
export const checkParameters = (raw: RawChecklist, report: Report): void => {
  for (const [name, parameter] of Object.entries(raw.parameters ?? {})) {
    const path = ['parameters', name];
    if (TAKEN.has(name)) report(path, `${name}: this name is taken by values of the deployment`, 'key');
    if (parameter.secret !== true) continue;
    if (parameter.default !== undefined)
      report(
        [...path, 'default'],
        'default: a secret has none; its value comes as env:NAME from the environment file',
        'key',
      );
    if (parameter.ask === true) report([...path, 'ask'], 'ask: a secret is never typed in Slack', 'key');
  }
};
