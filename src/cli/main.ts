import { createLog } from '../log.ts';
import { ConfigError, readConfig } from '../config.ts';
import { startTminus } from '../main.ts';

const [command = 'help'] = process.argv.slice(2);

const start = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, []);
  const tminus = await startTminus({ config, env: (name) => process.env[name], log });
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= tminus.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

try {
  if (command === 'start') await start();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
