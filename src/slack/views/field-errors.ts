import { INPUT } from '../../blocks/ids.ts';
import { refusalPlain } from '../../blocks/messages/answer.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { DialogField } from '../intent.ts';

/** Block of an input -> what is shown beside it. */
export type FieldErrors = Record<string, string>;

/** A refusal beside the inputs it is about: one for each role where people were named, else the one of its code. */
export const fieldErrors = (
  field: DialogField,
  refused: Refusal,
  nameOf: (id: string) => string,
): FieldErrors => {
  const said = (message: string) => refusalPlain({ ...refused, message }, nameOf);
  return refused.byRole === undefined
    ? { [field.byCode?.[refused.code] ?? field.block]: said(refused.message) }
    : Object.fromEntries(
        Object.entries(refused.byRole).map(([role, message]) => [INPUT.named(role).block, said(message)]),
      );
};
