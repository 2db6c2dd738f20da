import type pg from 'pg';

export type Counts = {
  readonly users: number;
  readonly tasks: number;
  readonly conversations: number;
  readonly messages: number;
};

export type Task = {
  readonly id: number;
  readonly title: string;
  readonly completed: boolean;
};

/** What the application keeps. A user nobody knows gives undefined. */
export type Store = {
  /** Milliseconds of one round trip to the database. */
  readonly ping: () => Promise<number>;
  readonly counts: () => Promise<Counts>;
  readonly hasUser: (id: string) => Promise<boolean>;
  /** False: there is one of that id already. */
  readonly addUser: (id: string, name: string) => Promise<boolean>;
  readonly listTasks: (userId: string) => Promise<readonly Task[]>;
  readonly addTask: (userId: string, title: string) => Promise<Task>;
  readonly listConversations: (userId: string) => Promise<readonly { id: number; messages: number }[]>;
  /** Appends a question and its answer to the user's conversation, which begins with the first one. */
  readonly addExchange: (userId: string, question: string, answer: string) => Promise<number>;
};

const TASK = 'id, title, completed';

const one = <T extends object>(rows: readonly T[]): T => {
  const [row] = rows;
  if (row === undefined) throw new Error('a statement that always returns a row returned none');
  return row;
};

export const createStore = (pool: pg.Pool, now: () => Date): Store => ({
  ping: async () => {
    const since = performance.now();
    await pool.query('SELECT 1');
    return performance.now() - since;
  },
  counts: async () => {
    const { rows } = await pool.query<Counts>(
      `SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM tasks)::int AS tasks,
       (SELECT count(*) FROM conversations)::int AS conversations, (SELECT count(*) FROM messages)::int AS messages`,
    );
    return one(rows);
  },
  hasUser: async (id) => (await pool.query('SELECT 1 FROM users WHERE id = $1', [id])).rowCount === 1,
  addUser: async (id, name) => {
    const { rowCount } = await pool.query(
      'INSERT INTO users (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, name, now()],
    );
    return rowCount === 1;
  },
  listTasks: async (userId) => {
    const { rows } = await pool.query<Task>(`SELECT ${TASK} FROM tasks WHERE user_id = $1 ORDER BY id`, [
      userId,
    ]);
    return rows;
  },
  addTask: async (userId, title) => {
    const { rows } = await pool.query<Task>(
      `INSERT INTO tasks (user_id, title, created_at) VALUES ($1, $2, $3) RETURNING ${TASK}`,
      [userId, title, now()],
    );
    return one(rows);
  },
  listConversations: async (userId) => {
    const { rows } = await pool.query<{ id: number; messages: number }>(
      `SELECT c.id, count(m.id)::int AS messages FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
       WHERE c.user_id = $1 GROUP BY c.id ORDER BY c.id`,
      [userId],
    );
    return rows;
  },
  addExchange: async (userId, question, answer) => {
    const { rows } = await pool.query<{ conversation_id: number }>(
      `WITH known AS (SELECT max(id) AS id FROM conversations WHERE user_id = $1),
       begun AS (
         INSERT INTO conversations (user_id, created_at) SELECT $1, $4 FROM known WHERE id IS NULL RETURNING id
       )
       INSERT INTO messages (conversation_id, role, content, created_at)
       SELECT coalesce(known.id, begun.id), said.role, said.content, $4
       FROM known LEFT JOIN begun ON true, (VALUES ('user', $2), ('assistant', $3)) said (role, content)
       RETURNING conversation_id`,
      [userId, question, answer, now()],
    );
    return one(rows).conversation_id;
  },
});
