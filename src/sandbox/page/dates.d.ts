// Types of dates.js for the tests; the page itself has no build step.
export declare const formatDate: (
  seconds: number,
  pattern: string,
  reader: { now: Date; timeZone?: string },
) => string;
export declare const clock: (
  date: Date,
  reader: { now: Date; timeZone?: string },
  withSeconds?: boolean,
) => string;
