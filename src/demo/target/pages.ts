import type { JsonObject } from '../../lib/json.ts';
import type { Route } from './http.ts';
import type { Counts } from './store.ts';

type Address = Pick<Route, 'method' | 'path'>;

const documented = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** The description of the API that `/openapi.json` gives, made from its own routes. */
export const openApi = (version: string, routes: readonly Address[]): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  for (const { method, path } of routes) {
    const operation = { responses: { default: { description: 'JSON, or a page' } } };
    paths[documented(path)] = { ...paths[documented(path)], [method.toLowerCase()]: operation };
  }
  const info = { title: 'Todo API', description: 'Production Todo Application API', version };
  return { openapi: '3.1.0', info, paths };
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** How the public page looks. */
export const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}\n';

/** The public page: what runs and how much is in it, or the list of addresses. */
export const page = (
  version: string,
  counts: Counts | undefined,
  routes: readonly Address[] = [],
): string => {
  const rows = counts === undefined ? [] : Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const addresses = routes.map(({ method, path }) => `${method} ${documented(path)}`);
  const list = [...rows, ...addresses].map((line) => `<li>${escaped(line)}</li>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Todo API</title>
<link rel="stylesheet" href="/style.css"></head>
<body><h1>Todo API ${escaped(version)}</h1><p>What the demo deploys.</p><ul>${list}</ul></body></html>
`;
};

/** Figures in the text form that Prometheus reads. */
export const metricsText = (answers: ReadonlyMap<number, number>, counts: Counts): string =>
  [
    '# HELP http_requests_total Answers since the start.',
    '# TYPE http_requests_total counter',
    ...[...answers].map(([status, count]) => `http_requests_total{status="${status}"} ${count}`),
    '# HELP todo_rows Rows of each table.',
    '# TYPE todo_rows gauge',
    ...Object.entries(counts).map(([table, count]) => `todo_rows{table="${table}"} ${count}`),
    '',
  ].join('\n');
