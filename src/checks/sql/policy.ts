import { loadModule, parseSync } from 'libpg-query';
import { isJsonObject, type Json, type JsonObject } from '../../lib/json.ts';
import { isAllowedFunction } from './functions.ts';

export const MAX_QUERY_LENGTH = 20_000;
// Deeper nesting than any query a person writes; the walk below is recursive.
const MAX_DEPTH = 500;

/** What a query is, once it may run. `rows`: read through a cursor; `plan`: SHOW and EXPLAIN, a few lines of text. */
export type QueryShape = 'rows' | 'plan';

export type QueryVerdict =
  { readonly ok: true; readonly shape: QueryShape } | { readonly ok: false; readonly reason: string };

const refused = (reason: string): QueryVerdict => ({ ok: false, reason });

const EXPLAIN_OPTIONS = new Set([
  'verbose',
  'costs',
  'settings',
  'summary',
  'format',
  'generic_plan',
  'buffers',
  'memory',
]);

const STATEMENT_NODE = /Stmt$/;

const nameParts = (node: JsonObject): readonly string[] => {
  const names = node['funcname'];
  if (!Array.isArray(names)) return [''];
  return (names as readonly Json[]).map((part) => {
    const text = isJsonObject(part) && isJsonObject(part['String']) ? part['String']['sval'] : undefined;
    return typeof text === 'string' ? text : '';
  });
};

const objectionTo = (type: string, node: JsonObject): string | undefined => {
  if (type === 'FuncCall') {
    const name = nameParts(node);
    return isAllowedFunction(name)
      ? undefined
      : `the function ${name.join('.')} is not among those a check may call`;
  }
  if (STATEMENT_NODE.test(type) && type !== 'SelectStmt') return 'only SELECT, SHOW and EXPLAIN may run';
  if (type === 'LockingClause') return 'a locking clause (FOR UPDATE and the like) may not run';
  if (type === 'IntoClause') return 'SELECT INTO creates a table';
  return undefined;
};

/** The first objection in a tree. Nodes stand as `{Type: {...}}`, and SELECT's own parts under plain field names. */
const findObjection = (value: Json, depth = 0): string | undefined => {
  if (depth > MAX_DEPTH) return 'it is nested too deeply';
  if (Array.isArray(value)) return firstObjection(value as readonly Json[], depth);
  if (!isJsonObject(value)) return undefined;
  if (value['intoClause'] !== undefined) return 'SELECT INTO creates a table';
  for (const [type, node] of Object.entries(value)) {
    const objection = isJsonObject(node) ? objectionTo(type, node) : undefined;
    if (objection !== undefined) return objection;
  }
  return firstObjection(Object.values(value), depth);
};

const firstObjection = (values: readonly Json[], depth: number): string | undefined => {
  for (const value of values) {
    const objection = findObjection(value, depth + 1);
    if (objection !== undefined) return objection;
  }
  return undefined;
};

const judgeSelect = (select: Json): QueryVerdict => {
  const objection = findObjection({ SelectStmt: select });
  return objection === undefined ? { ok: true, shape: 'rows' } : refused(objection);
};

const optionNames = (options: Json | undefined): readonly string[] => {
  if (!Array.isArray(options)) return [];
  return (options as readonly Json[]).map((option) => {
    const element = isJsonObject(option) ? option['DefElem'] : undefined;
    const name = isJsonObject(element) ? element['defname'] : undefined;
    return typeof name === 'string' ? name : '';
  });
};

const judgeExplain = (explain: JsonObject): QueryVerdict => {
  const unknown = optionNames(explain['options']).find((name) => !EXPLAIN_OPTIONS.has(name));
  if (unknown === 'analyze') return refused('EXPLAIN ANALYZE carries the query out');
  if (unknown !== undefined) return refused(`EXPLAIN may not have the option ${unknown}`);
  const query = explain['query'];
  if (!isJsonObject(query) || !isJsonObject(query['SelectStmt']))
    return refused('only a SELECT may be explained');
  const inner = judgeSelect(query['SelectStmt']);
  return inner.ok ? { ok: true, shape: 'plan' } : inner;
};

const judgeStatement = (statement: Json): QueryVerdict => {
  if (!isJsonObject(statement)) return refused('it is empty');
  const { SelectStmt: select, VariableShowStmt: show, ExplainStmt: explain } = statement;
  if (select !== undefined) return judgeSelect(select);
  if (show !== undefined) return { ok: true, shape: 'plan' };
  if (isJsonObject(explain)) return judgeExplain(explain);
  return refused('only SELECT, SHOW and EXPLAIN may run');
};

type ParsedQuery = { readonly stmts?: readonly { readonly stmt?: Json }[] };

/**
 * Whether a query may run: PostgreSQL's own parser has to read exactly one SELECT, SHOW or EXPLAIN that changes nothing,
 * locks nothing and calls only listed functions. One layer of several: the session is read-only besides.
 */
export const judgeQuery = async (query: string): Promise<QueryVerdict> => {
  if (query.length > MAX_QUERY_LENGTH) return refused(`it is longer than ${MAX_QUERY_LENGTH} characters`);
  // A NUL ends the text for the parser but not for everyone after it.
  if (query.includes('\0')) return refused('it holds a NUL character');
  await loadModule();
  let parsed: ParsedQuery;
  try {
    // The parser's types are a closed tree of some 260 nodes; the walk needs it as the JSON it is.
    parsed = parseSync(query) as unknown as ParsedQuery;
  } catch (error) {
    // Whatever stops the parser, the query was not understood.
    return refused(`it cannot be read: ${error instanceof Error ? error.message : 'no reason given'}`);
  }
  const statements = parsed.stmts ?? [];
  if (statements.length !== 1) return refused('it has to be exactly one statement');
  return judgeStatement(statements[0]?.stmt ?? null);
};
