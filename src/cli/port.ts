import type { Given } from './command.ts';
import { UsageError } from './command.ts';

/** The port of `--port`; 0 (any free one) when it was not given. */
export const portIn = ({ port = '0' }: Given['options']): number => {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port must be a port number, 0 to 65535, and is "${port}".`);
  return Number(port);
};
