import type { z } from 'zod';

/** One broken rule, in Slack's words, and where: `/blocks/0/text/text`. */
export type Problem = { readonly message: string; readonly pointer: string };

type Issue = z.core.$ZodIssue;

const pointerOf = (root: string, path: readonly PropertyKey[]): string =>
  `${root}${path.map((part) => `/${String(part)}`).join('')}`;

const tooBig = (issue: z.core.$ZodIssueTooBig): string => {
  if (issue.origin === 'array') return `no more than ${issue.maximum} items allowed`;
  if (issue.origin === 'string') return `must be less than ${Number(issue.maximum) + 1} characters`;
  return `must be less than or equal to ${issue.maximum}`;
};

const tooSmall = (issue: z.core.$ZodIssueTooSmall): string => {
  if (issue.origin === 'array') return `must have at least ${issue.minimum} items`;
  if (issue.origin === 'string') return `must be more than ${Number(issue.minimum) - 1} characters`;
  return `must be greater than or equal to ${issue.minimum}`;
};

const discriminatorValue = (issue: z.core.$ZodIssueInvalidUnion): string => {
  const { input } = issue;
  if (typeof input !== 'object' || input === null || !('type' in input)) return 'none';
  return typeof input.type === 'string' ? input.type : 'none';
};

const problem = (root: string, issue: Issue): Problem => {
  const at = pointerOf(root, issue.path);
  switch (issue.code) {
    case 'too_big':
      return { message: tooBig(issue), pointer: at };
    case 'too_small':
      return { message: tooSmall(issue), pointer: at };
    case 'unrecognized_keys':
      return { message: `invalid additional property: ${issue.keys.join(', ')}`, pointer: at };
    case 'invalid_union':
      return { message: `unsupported type: ${discriminatorValue(issue)}`, pointer: at };
    case 'invalid_type': {
      if (issue.input !== undefined) return { message: `must be a ${issue.expected}`, pointer: at };
      const field = String(issue.path.at(-1) ?? 'blocks');
      return {
        message: `missing required field: ${field}`,
        pointer: pointerOf(root, issue.path.slice(0, -1)),
      };
    }
    case 'invalid_value':
      return { message: `must be one of: ${issue.values.map(String).join(', ')}`, pointer: at };
    default:
      return { message: issue.message, pointer: at };
  }
};

/** `root` is where the checked value sits in the call: `/blocks` or `/view`. The schema must be parsed with `reportInput`. */
export const problemsOf = (root: string, error: z.ZodError): Problem[] =>
  error.issues.map((issue) => problem(root, issue));

export const describeProblem = ({ message, pointer }: Problem): string =>
  `${message} [json-pointer:${pointer}]`;
