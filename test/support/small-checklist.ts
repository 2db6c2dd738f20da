/** Items of the stages, one per line in YAML's flow form; a phase each: `before`, `roll-out`, `smoke`, `days`. */
export type SmallChecklist = {
  readonly prepare?: readonly string[];
  readonly deploy?: readonly string[];
  readonly verify?: readonly string[];
  readonly watch?: readonly string[];
  /** Everything else of the file, at the left margin. Without `ladder` there is none, without `sign_off` one role signs. */
  readonly rest?: string;
};

const PHASES = { prepare: 'before', deploy: 'roll-out', verify: 'smoke', watch: 'days' } as const;

/** The text of a checklist file that holds just what a test is about. */
export const smallChecklist = (parts: SmallChecklist): string => {
  const stages = (['prepare', 'deploy', 'verify', 'watch'] as const).flatMap((stage) => {
    const items = parts[stage] ?? [];
    if (items.length === 0) return [];
    const phase = PHASES[stage];
    return [
      `  ${stage}:`,
      `    - id: ${phase}`,
      `      title: Phase ${phase}`,
      '      items:',
      ...items.map((item) => `        - ${item}`),
    ];
  });
  const rest = parts.rest ?? '';
  return [
    'system: small',
    'title: Small',
    ...(stages.length > 0 ? ['stages:', ...stages] : ['stages: {}']),
    ...(/^ladder:/m.test(rest) ? [] : ['ladder: []']),
    ...(/^sign_off:/m.test(rest) ? [] : ['sign_off: { roles: [release-manager] }']),
    rest,
  ].join('\n');
};

/** An item with a check that reads. */
export const checked = (id: string, more = ''): string =>
  `{ id: ${id}, title: Item ${id}, check: { http: { url: 'http://127.0.0.1:1/${id}' } }${more === '' ? '' : `, ${more}`} }`;

/** An item for a person. */
export const manual = (id: string, more = ''): string =>
  `{ id: ${id}, title: Item ${id}${more === '' ? '' : `, ${more}`} }`;
