/** A checklist of so many manual items in phases of 25, all to be settled before Go. */
export const manualChecklist = (system: string, items: number): string => {
  const phases = Array.from({ length: Math.ceil(items / 25) }, (_none, phase) => {
    const lines = Array.from({ length: Math.min(25, items - phase * 25) }, (_item, line) => {
      const number = phase * 25 + line + 1;
      return `        - {id: item-${number}, title: Line ${number} is as it has to be}`;
    });
    return [`    - id: phase-${phase + 1}`, `      title: Phase ${phase + 1}`, '      items:', ...lines].join(
      '\n',
    );
  });
  return [`system: ${system}`, `title: Bench ${system}`, 'stages:', '  prepare:', ...phases, ''].join('\n');
};

export const PRODUCTION = `
environment: production
channel: '#deploys'
four_eyes: false
`;

/** A checklist of so many checks on one target before Go, and some lines for people that Go does not wait for. */
export const measuredChecklist = (
  system: string,
  { checks, lines }: { readonly checks: number; readonly lines: number },
): string =>
  [
    `system: ${system}`,
    `title: Bench ${system}`,
    "parameters: {api-url: {describe: Where the target answers, default: 'http://127.0.0.1:9'}}",
    'stages:',
    '  prepare:',
    '    - id: measured',
    '      title: Measured',
    '      items:',
    ...Array.from(
      { length: checks },
      (_none, index) =>
        `        - {id: check-${index + 1}, title: Figure ${index + 1} is right, check: {http: {url: '\${api-url}/${index + 1}'}, timeout: 60s}}`,
    ),
    '    - id: by-people',
    '      title: By people',
    '      items:',
    ...Array.from(
      { length: lines },
      (_none, index) =>
        `        - {id: line-${index + 1}, title: Line ${index + 1} was read, required: false}`,
    ),
    '',
  ].join('\n');

/** An environment whose cards stand where their start was typed, with the target of these systems. */
export const stagingFor = (systems: readonly string[], targetUrl: string): string =>
  [
    'environment: staging',
    'systems:',
    ...systems.map((system) => `  ${system}: {values: {api-url: '${targetUrl}'}}`),
    '',
  ].join('\n');
