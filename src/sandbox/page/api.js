import { state } from './state.js';

/** The server is gone or refused; `message` is for people. */
export class ControlError extends Error {}

/** @param {Response} response */
const read = async (response) => {
  const body = await response.json();
  if (!response.ok) throw new ControlError(body.error ?? `The workspace answered ${response.status}.`);
  return body;
};

/**
 * @param {string} path below /control/
 * @param {Record<string, string>} [query]
 */
export const get = async (path, query = {}) =>
  read(await fetch(`/control/${path}?${new URLSearchParams(query)}`));

/**
 * @param {string} path below /control/
 * @param {unknown} [body]
 */
export const post = async (path, body = {}) =>
  read(
    await fetch(`/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );

/**
 * Something the current person does.
 * @param {string} verb
 * @param {unknown} [body]
 * @returns {Promise<{ ok: boolean, error?: string, errors?: Record<string, string> }>}
 */
export const act = (verb, body = {}) => post(`as/${encodeURIComponent(state.place.person)}/${verb}`, body);
