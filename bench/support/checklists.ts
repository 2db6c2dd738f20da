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
