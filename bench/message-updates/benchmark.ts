import type { Benchmark } from '../figures.ts';

export const messageUpdates: Benchmark = { name: 'message-updates', run: () => Promise.resolve([]) };
