import type { Choices } from '../domain/checklist.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Loop } from './world.ts';

type Place = {
  readonly system: string;
  readonly environment: string;
  readonly checklistHash: string;
  readonly choices: Choices;
};

/** A deployment before its first event: nobody has done anything. Its number and id are given when it starts. */
export const unstarted = (loop: Loop, place: Place): Deployment => ({
  ...place,
  id: place.system,
  number: 0,
  teamId: loop.teamId,
  channel: '',
  version: null,
  previousVersion: null,
  startedBy: '',
  anchors: { start: loop.now().getTime() },
  state: { kind: 'preparing' },
  items: {},
  captured: {},
  debts: [],
  signatures: [],
  followUps: [],
  alerts: [],
  reminded: {},
  revision: 1,
});
