import type { SandboxFault } from '../public-types.ts';

export type Faults = {
  readonly add: (fault: SandboxFault) => void;
  /** The fault that hits this call, oldest first; it is used up by one. */
  readonly take: (method: string) => SandboxFault | undefined;
};

export const createFaults = (): Faults => {
  const armed: { readonly fault: SandboxFault; left: number }[] = [];
  return {
    add: (fault) => void armed.push({ fault, left: fault.times ?? 1 }),
    take: (method) => {
      const hit = armed.find(
        ({ fault, left }) => left > 0 && (fault.method === method || fault.method === '*'),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      return hit.fault;
    },
  };
};
