/** A workspace may run for days: its logs keep the newest ten thousand entries. */
const MAX_ENTRIES = 10_000;

export const keepNewest = <T>(log: T[], entry: T): void => {
  log.push(entry);
  if (log.length > MAX_ENTRIES) log.shift();
};
