import type { CheckKind } from './check.ts';
import { bullmq } from './kinds/bullmq.ts';
import { command } from './kinds/command.ts';
import { dns } from './kinds/dns.ts';
import { docker } from './kinds/docker.ts';
import { env } from './kinds/env.ts';
import { file } from './kinds/file.ts';
import { git } from './kinds/git.ts';
import { httpSequence } from './kinds/http-sequence.ts';
import { http } from './kinds/http.ts';
import { kubernetes } from './kinds/kubernetes.ts';
import { load } from './kinds/load.ts';
import { log } from './kinds/log.ts';
import { process } from './kinds/process.ts';
import { prometheus } from './kinds/prometheus.ts';
import { redis } from './kinds/redis.ts';
import { schedule } from './kinds/schedule.ts';
import { service } from './kinds/service.ts';
import { sql } from './kinds/sql.ts';
import { state } from './kinds/state.ts';
import { system } from './kinds/system.ts';
import { tcp } from './kinds/tcp.ts';
import { tls } from './kinds/tls.ts';
import { version } from './kinds/version.ts';
import { webhook } from './kinds/webhook.ts';
import { websocket } from './kinds/websocket.ts';

const KINDS: readonly CheckKind[] = [
  http,
  httpSequence,
  load,
  websocket,
  sql,
  env,
  tcp,
  tls,
  dns,
  redis,
  bullmq,
  file,
  command,
  version,
  prometheus,
  docker,
  kubernetes,
  schedule,
  log,
  system,
  process,
  service,
  git,
  webhook,
  state,
];

const BY_NAME: ReadonlyMap<string, CheckKind> = new Map(KINDS.map((kind) => [kind.kind, kind]));

/** Undefined: there is no such kind (yet), and checks of it are not connected. */
export const findKind = (name: string): CheckKind | undefined => BY_NAME.get(name);

/** Every kind, in the order of the documentation. */
export const listKinds = (): readonly CheckKind[] => KINDS;
