import type { Refusal, RefusalCode } from '../domain/refusal.ts';
import { stated } from '../lib/stated.ts';
import type { Dialog, DialogName } from './intent.ts';
import type { Mutation } from './carry-out.ts';

/** What a click on these needs to be asked first, once a rule has said so. */
const ASKS: Readonly<Record<string, { readonly dialog: DialogName; readonly on: readonly RefusalCode[] }>> = {
  undo: { dialog: 'undo', on: ['reason_missing'] },
  confirm: { dialog: 'confirm', on: ['line_missing', 'evidence_missing'] },
};

/** The dialog that asks for what a click or command did not say; undefined: the refusal is the answer. */
export const dialogInstead = (intent: Mutation, { code }: Refusal): Dialog | undefined => {
  if (intent.type === 'start') return code === 'system_missing' ? startDialog(intent) : undefined;
  if (intent.type !== 'act' || 'make' in intent.act || !('deploymentId' in intent.target)) return undefined;
  const { act, target } = intent;
  const asks = ASKS[act.kind];
  return asks?.on.includes(code) === true && 'itemId' in act
    ? { name: asks.dialog, ref: { deploymentId: target.deploymentId, itemId: act.itemId } }
    : undefined;
};

/** Without a system the only other word was the version. */
const startDialog = ({ words }: Extract<Mutation, { type: 'start' }>): Dialog => ({
  name: 'start',
  environment: words.environment,
  ...stated({ version: words.rest[0] }),
});
