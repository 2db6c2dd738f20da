// Types of mrkdwn.js for the tests; the page itself has no build step.
export type MrkdwnNode =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike' | 'quote'; children: MrkdwnNode[] }
  | { kind: 'code' | 'pre'; text: string }
  | { kind: 'link'; url: string; text: string }
  | { kind: 'user' | 'channel' | 'group'; id: string; label: string | undefined }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; seconds: number; format: string; url: string | undefined; fallback: string }
  | { kind: 'emoji'; name: string }
  | { kind: 'break' };
export declare const parseMrkdwn: (text: string) => MrkdwnNode[];
export declare const parsePlain: (text: string) => MrkdwnNode[];
export declare const markdownToMrkdwn: (text: string) => string;
export declare const unescapeEntities: (text: string) => string;
