import { describe, expect, it } from 'vitest';
import type { Environment } from '../domain/checklist.ts';
import { environmentProblem } from './files.ts';
import type { Files } from './world.ts';

const environmentNamed = (environment: string): Environment => ({
  environment,
  timeZone: 'UTC',
  workHours: { days: [1], from: 0, to: 60 },
  fourEyes: false,
  people: {},
  systems: {},
});

const files = ({ loaded = [] as string[], broken = [] as string[] }): Files => ({
  checklists: new Map(),
  environments: new Map(loaded.map((name) => [name, environmentNamed(name)])),
  broken: new Map(
    broken.map((name) => [name, [{ file: `${name}.yaml`, line: 3, column: 5, message: 'expected a list' }]]),
  ),
});

const problem = (name: string, has: Parameters<typeof files>[0]): string | undefined =>
  environmentProblem(files(has), name)?.message;

describe('the rules of an environment', () => {
  it('are the common ones where nobody ever wrote an environment file', () => {
    expect(problem('production', {})).toBeUndefined();
    expect(problem('production', { broken: ['tiny'] })).toBeUndefined();
  });

  it('are those of its file', () => {
    expect(
      problem('production', { loaded: ['production'], broken: ['environments/staging'] }),
    ).toBeUndefined();
  });

  it('are not known when its file is broken: the answer has the place and the remedy', () => {
    const message = problem('production', { loaded: ['staging'], broken: ['environments/production'] });
    expect(message).toContain('environments/production.yaml:3:5 expected a list');
    expect(message).toContain('Correct it, then restart the bot');
  });

  it('are not known when its file is gone, however the others fare', () => {
    for (const has of [{ loaded: ['staging'] }, { broken: ['environments/staging'] }])
      expect(problem('production', has)).toContain('There is no environments/production.yaml any more');
  });

  it('are not known of any environment when the folder could not be read', () => {
    expect(problem('production', { broken: ['environments/'] })).toContain('could not be read');
  });
});
