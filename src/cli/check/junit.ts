import type { DoneCheck } from './run-checks.ts';
import type { Look } from './say.ts';

/** XML 1.0 has no way to write most control characters, not even escaped. */

const FORBIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const xml = (text: string): string =>
  text.replace(FORBIDDEN, '\uFFFD').replace(/[&<>"\n\r\t]/g, (character) => ENTITIES[character] ?? '');

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** `fail` is a failure; what could not be measured is an error, never a pass. */
const bodyOf = ({ result }: DoneCheck): string => {
  const { outcome, line, findings } = result;
  const lines = findings.filter(({ verdict }) => verdict !== 'holds').map((finding) => finding.line);
  const text = xml(lines.length > 0 ? lines.join('\n') : line);
  switch (outcome) {
    case 'pass':
      return '';
    case 'warn':
      return `<system-out>warn: ${text}</system-out>`;
    case 'fail':
      return `<failure message="${xml(line)}">${text}</failure>`;
    case 'skipped':
      return `<skipped message="${xml(line)}"/>`;
    case 'error':
    case 'timed_out':
    case 'inconclusive':
      return `<error type="${outcome}" message="${xml(line)}">${text}</error>`;
  }
};

/** The XML that CI servers read: one suite for each phase, and what was not run as skipped. */
export const junitOf = ({ system, environment, done, left, durationMs }: Look): string => {
  const phases = [...new Set([...done, ...left].map(({ entry }) => entry.phaseId))];
  const suites = phases.map((phase) => {
    const ran = done.filter(({ entry }) => entry.phaseId === phase);
    const not = left.filter(({ entry }) => entry.phaseId === phase);
    const count = (...outcomes: readonly string[]) =>
      ran.filter(({ result }) => outcomes.includes(result.outcome)).length;
    const classname = xml(`${system}.${environment}.${phase}`);
    const cases = [
      ...ran.map(
        (one) =>
          `    <testcase classname="${classname}" name="${xml(one.entry.item.title)}" time="${seconds(one.result.durationMs)}">${bodyOf(one)}</testcase>`,
      ),
      ...not.map(({ entry, readiness }) => {
        const why = readiness.kind === 'not_connected' ? readiness.missing.join(', ') : 'by click';
        return `    <testcase classname="${classname}" name="${xml(entry.item.title)}" time="0"><skipped message="${xml(why)}"/></testcase>`;
      }),
    ];
    const skipped = not.length + count('skipped');
    return [
      `  <testsuite name="${xml(phase)}" tests="${cases.length}" failures="${count('fail')}" errors="${count('error', 'timed_out', 'inconclusive')}" skipped="${skipped}">`,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(`${system} ${environment}`)}" time="${seconds(durationMs)}">`,
    ...suites,
    '</testsuites>',
  ].join('\n');
};
