import { canSee, findChannel, findMember } from '../workspace/channels.ts';
import { presentView } from '../workspace/present.ts';
import { stackOf } from '../workspace/views.ts';
import { findControl, findLabel, surfacesFor } from './controls.ts';
import { closeView, fillView, submitView } from './forms.ts';
import { pick, press } from './operate.ts';
import { giveCommand, openHome, say, shareFile } from './speak.ts';
import type { Engine } from '../engine.ts';
import type { Delivery, SandboxPerson } from '../public-types.ts';
import type { Channel, Member, View } from '../workspace/state.ts';
import type { Labelled } from './controls.ts';

const seenChannel = (engine: Engine, person: Member, idOrName: string): Channel => {
  const channel = findChannel(engine.ws, idOrName);
  if (channel === undefined || !canSee(channel, person)) {
    throw new Error(`${person.name} sees no channel "${idOrName}".`);
  }
  return channel;
};

/** Where a person can type: the named channel, or the first one they are in. */
const ownChannel = (engine: Engine, person: Member, idOrName: string | undefined): Channel => {
  const own = [...engine.ws.channels.values()].find((channel) => channel.members.has(person.id));
  const channel = idOrName === undefined ? own : seenChannel(engine, person, idOrName);
  if (channel?.members.has(person.id) !== true) {
    throw new Error(`${person.name} is not in ${idOrName ?? 'any channel'}.`);
  }
  return channel;
};

const topView = (engine: Engine, person: Member): View => {
  const view = stackOf(engine.ws, person.id).at(-1);
  if (view === undefined) throw new Error(`${person.name} has no modal open.`);
  return view;
};

const useLabelled = (engine: Engine, person: Member, { control, option }: Labelled): Promise<Delivery> =>
  option === undefined
    ? press(engine, person, control)
    : pick(engine, person, { control, value: option.value });

/** One person of the workspace, acting through their own eyes: only what is drawn for them can be used. */
export const actAs = (engine: Engine, idOrName: string): SandboxPerson => {
  const person = findMember(engine.ws, idOrName);
  if (person === undefined) throw new Error(`There is nobody called "${idOrName}".`);
  const surfaces = (channel: string | undefined) =>
    surfacesFor(engine.ws, person, channel === undefined ? undefined : seenChannel(engine, person, channel));
  const viewSurfaces = () => surfaces(undefined).filter(({ kind }) => kind === 'view');
  return {
    id: person.id,
    name: person.name,
    // Async functions, so that a refusal rejects instead of throwing at the caller's line.
    command: async (line, channel) =>
      giveCommand(engine, person, { channel: ownChannel(engine, person, channel), line }),
    click: async (target) => press(engine, person, findControl(surfaces(target.channel), target)),
    clickLabel: async (channel, label, near) =>
      useLabelled(engine, person, findLabel(surfaces(channel), label, near)),
    clickInView: async (label, near) =>
      useLabelled(engine, person, findLabel(viewSurfaces().slice(0, 1), label, near)),
    choose: async (target, value) =>
      pick(engine, person, { control: findControl(surfaces(target.channel), target), value }),
    views: () => stackOf(engine.ws, person.id).map(presentView),
    view: () => {
      const top = stackOf(engine.ws, person.id).at(-1);
      return top === undefined ? undefined : presentView(top);
    },
    fill: (values) => fillView(engine, topView(engine, person), values),
    submit: async (values) => {
      const view = topView(engine, person);
      fillView(engine, view, values ?? {});
      return submitView(engine, person, view);
    },
    close: async () => closeView(engine, person, topView(engine, person)),
    home: () => {
      const home = engine.ws.homes.get(person.id);
      return home === undefined ? undefined : presentView(home);
    },
    openHome: () => openHome(engine, person),
    say: async (text, channel, threadTs) =>
      say(engine, person, { channel: ownChannel(engine, person, channel), text, threadTs }),
    uploadFile: async (channel, file) =>
      shareFile(engine, person, { channel: ownChannel(engine, person, channel), file }),
  };
};
