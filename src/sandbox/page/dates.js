/**
 * The tokens of `<!date^seconds^format|fallback>`, as Slack shows them in the reader's time zone.
 * @typedef {{ now: Date, timeZone?: string }} Reader
 */

/**
 * @param {Date} date
 * @param {Reader} reader
 * @param {Intl.DateTimeFormatOptions} options
 */
const format = (date, reader, options) =>
  new Intl.DateTimeFormat('en-US', {
    ...options,
    ...(reader.timeZone ? { timeZone: reader.timeZone } : {}),
  }).format(date);

/** @param {Date} date @param {Reader} reader */
const isoDay = (date, reader) => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(reader.timeZone ? { timeZone: reader.timeZone } : {}),
  });
  return parts.format(date);
};

/** @param {Date} date @param {Reader} reader */
const pretty = (date, reader) => {
  const days = Math.round(
    (Date.parse(isoDay(date, reader)) - Date.parse(isoDay(reader.now, reader))) / 86_400_000,
  );
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[String(days)];
};

/** @param {number} seconds @param {Reader} reader */
const ago = (seconds, reader) => {
  const difference = seconds - reader.now.getTime() / 1000;
  const units = /** @type {const} */ ([
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ]);
  const [unit, size] = units.find(([, length]) => Math.abs(difference) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(difference / size), unit);
};

/**
 * @param {Date} date
 * @param {Reader} reader
 * @param {boolean} withSeconds
 */
export const clock = (date, reader, withSeconds = false) =>
  format(date, reader, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(withSeconds ? { second: '2-digit' } : {}),
  });

/** @type {Record<string, (date: Date, reader: Reader) => string>} */
const TOKENS = {
  date_num: isoDay,
  date_slash: (date, reader) => isoDay(date, reader).replaceAll('-', '/'),
  date: (date, reader) => format(date, reader, { year: 'numeric', month: 'long', day: 'numeric' }),
  date_short: (date, reader) => format(date, reader, { year: 'numeric', month: 'short', day: 'numeric' }),
  date_long: (date, reader) =>
    format(date, reader, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  time: (date, reader) => clock(date, reader),
  time_secs: (date, reader) => clock(date, reader, true),
  ago: (date, reader) => ago(date.getTime() / 1000, reader),
};

/**
 * @param {number} seconds since 1970
 * @param {string} pattern such as `{date_short_pretty} at {time}`
 * @param {Reader} reader
 */
export const formatDate = (seconds, pattern, reader) => {
  const date = new Date(seconds * 1000);
  return pattern.replace(
    /\{(\w+?)(_pretty)?\}/g,
    (whole, /** @type {string} */ name, /** @type {string | undefined} */ isPretty) => {
      const token = TOKENS[name];
      if (token === undefined) return whole;
      return (isPretty === undefined ? undefined : pretty(date, reader)) ?? token(date, reader);
    },
  );
};
