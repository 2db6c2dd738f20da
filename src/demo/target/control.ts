import type pg from 'pg';

/** What runs when nothing was deployed yet. */
export const FIRST_VERSION = '1.0.0';

/** What can be made to go wrong: each is noticed by a check of the demo checklist. */
export const BREAKAGES = ['api-down', 'slow', 'rows-lost', 'wrong-version'] as const;
export type Breakage = (typeof BREAKAGES)[number];

/** What runs and what is broken. Kept in the database; these are the values as of the last change. */
export type Control = {
  /** Versions in the order they went out; the last one runs. */
  readonly releases: readonly string[];
  readonly broken: readonly Breakage[];
  /** Port of the last start, so that addresses which deployments have pinned stay true; null: none yet. */
  readonly port: number | null;
};

/** Schema of every version after the first one; older code does not mind the column. */
const NEXT_REVISION = '8d2e6b70c51f';
const MIGRATION = 'ALTER TABLE tasks ADD COLUMN IF NOT EXISTS due_on date';

/** More releases than this are not remembered: nobody goes back that far. */
const MOST_RELEASES = 50;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+/:@-]{0,99}$/;

type Row = { releases: string[]; broken: string[]; port: number | null };

const isBreakage = (text: string): text is Breakage => (BREAKAGES as readonly string[]).includes(text);

const toControl = ({ releases, broken, port }: Row): Control => ({
  releases,
  broken: broken.filter(isBreakage),
  port,
});

const read = async (client: pg.ClientBase): Promise<Control> => {
  const { rows } = await client.query<Row>('SELECT releases, broken, port FROM demo.control FOR UPDATE');
  const [row] = rows;
  if (row === undefined) throw new Error('demo.control has lost its row: drop the database of the demo');
  return toControl(row);
};

/** Half of the tasks and messages go, the newest ones, and are kept aside. */
const loseRows = async (client: pg.ClientBase): Promise<void> => {
  for (const table of ['tasks', 'messages'])
    await client.query(
      `WITH gone AS (
         DELETE FROM ${table} WHERE id IN (
           SELECT id FROM ${table} ORDER BY id DESC LIMIT (SELECT (count(*) + 1) / 2 FROM ${table})
         ) RETURNING *
       )
       INSERT INTO demo.lost SELECT '${table}', to_jsonb(gone) FROM gone`,
    );
};

const bringRowsBack = async (client: pg.ClientBase): Promise<void> => {
  for (const table of ['tasks', 'messages'])
    await client.query(
      `WITH found AS (DELETE FROM demo.lost WHERE relation = '${table}' RETURNING content)
       INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, content)).* FROM found ON CONFLICT DO NOTHING`,
    );
};

const migrate = async (client: pg.ClientBase): Promise<void> => {
  await client.query(MIGRATION);
  await client.query('UPDATE alembic_version SET version_num = $1', [NEXT_REVISION]);
};

/** What a person does to the application from outside. Everything is idempotent and one transaction each. */
export type Controls = {
  readonly now: () => Control;
  readonly deploy: (version: string) => Promise<void>;
  readonly rollBack: () => Promise<void>;
  readonly breakIt: (kind: Breakage) => Promise<void>;
  readonly heal: () => Promise<void>;
  readonly rememberPort: (port: number) => Promise<void>;
};

/** A new start of the program mends what is wrong with the program, but brings no rows back. */
const restarted = (broken: readonly Breakage[]): readonly Breakage[] =>
  broken.filter((kind) => kind === 'rows-lost');

type Change = (control: Control, client: pg.PoolClient) => Promise<Control> | Control;

const changer =
  (pool: pg.Pool, keep: (control: Control) => void) =>
  async (change: Change): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const next = await change(await read(client), client);
      await client.query('UPDATE demo.control SET releases = $1, broken = $2, port = $3', [
        next.releases,
        next.broken,
        next.port,
      ]);
      await client.query('COMMIT');
      keep(next);
    } catch (cause) {
      await client.query('ROLLBACK');
      throw cause;
    } finally {
      client.release();
    }
  };

/** Reads what the last start left, and changes it from then on. */
export const openControls = async (pool: pg.Pool): Promise<Controls> => {
  let current: Control = { releases: [], broken: [], port: null };
  const change = changer(pool, (control) => (current = control));
  await change((control) => control);
  return {
    now: () => current,
    deploy: async (version) => {
      if (!VERSION.test(version)) throw new Error(`"${version}" is not a version`);
      await change(async ({ releases, broken, port }, client) => {
        if (version !== FIRST_VERSION) await migrate(client);
        const isNew = releases.at(-1) !== version;
        return {
          releases: isNew ? [...releases, version].slice(-MOST_RELEASES) : releases,
          broken: restarted(broken),
          port,
        };
      });
    },
    rollBack: () =>
      change(({ releases, broken, port }) => ({
        releases: releases.length > 1 ? releases.slice(0, -1) : releases,
        broken: restarted(broken),
        port,
      })),
    breakIt: (kind) =>
      change(async (control, client) => {
        if (control.broken.includes(kind)) return control;
        if (kind === 'rows-lost') await loseRows(client);
        return { ...control, broken: [...control.broken, kind] };
      }),
    heal: () =>
      change(async (control, client) => {
        await bringRowsBack(client);
        return { ...control, broken: [] };
      }),
    rememberPort: (port) => change((control) => ({ ...control, port })),
  };
};
