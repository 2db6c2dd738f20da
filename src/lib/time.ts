/** A moment in milliseconds since 1970 UTC. Plain numbers travel through JSON and compare without surprises. */
export type Instant = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
