import type { Logger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';
import type { Log } from '../lib/log.ts';

/** Bolt's own messages in our log: its warnings heal themselves, its information is for debugging. */
export const quietLogger = (log: Log): Logger => {
  const say =
    (level: keyof Log) =>
    (...words: unknown[]): void =>
      log[level](
        { said: words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ') },
        'slack_sdk',
      );
  return {
    debug: () => undefined,
    info: say('debug'),
    warn: say('warn'),
    error: say('warn'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
};
