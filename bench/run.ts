// `npm run bench [-- name …]`: runs the benchmarks of these names (default: all), prints a line of JSON per figure and a
// table, and ends with code 1 when a figure does not keep its bound.
import { ackLatency } from './ack-latency/benchmark.ts';
import type { Benchmark, Figure } from './figures.ts';
import { keepsBound } from './figures.ts';
import { messageUpdates } from './message-updates/benchmark.ts';
import { tableOf } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [ackLatency, messageUpdates];

const chosen = (names: readonly string[]): readonly Benchmark[] => {
  const unknown = names.filter((name) => BENCHMARKS.every((benchmark) => benchmark.name !== name));
  if (unknown.length > 0) {
    const known = BENCHMARKS.map(({ name }) => name).join(', ');
    throw new Error(`There is no benchmark ${unknown.join(', ')}. There are: ${known}.`);
  }
  return names.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => names.includes(name));
};

const figures: Figure[] = [];
for (const { name, run } of chosen(process.argv.slice(2))) {
  const found = await run((line) => console.error(`${name}: ${line}`));
  for (const figure of found) console.log(JSON.stringify({ ...figure, ok: keepsBound(figure) }));
  figures.push(...found);
}
console.log(tableOf(figures));
process.exitCode = figures.every(keepsBound) ? 0 : 1;
