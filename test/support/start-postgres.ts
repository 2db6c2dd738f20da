// Starts the embedded Postgres of argv[2] in a process of its own, prints what it got as one line of JSON,
// and stops it when standard input closes. Tests run it to kill it.
import { silentLog } from '../../src/lib/log.ts';
import { startEmbeddedPostgres } from '../../src/services/embedded-postgres.ts';

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('usage: start-postgres.ts <data folder>');
const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
const { url, started, pid } = postgres;
process.stdout.write(`${JSON.stringify({ url, started, pid })}\n`);
process.stdin.on('end', () => void postgres.stop().then(() => process.exit(0)));
process.stdin.resume();
