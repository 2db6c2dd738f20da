const directivesOf = (policy: string): ReadonlyMap<string, readonly string[]> => {
  const directives = new Map<string, readonly string[]>();
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().toLowerCase().split(/\s+/);
    // Of a directive that stands twice the first one counts.
    if (name !== '' && !directives.has(name)) directives.set(name, sources);
  }
  return directives;
};

const ANYWHERE = new Set(['*', 'http:', 'https:', 'data:']);
const IS_PROOF = /^'(?:nonce-|sha(?:256|384|512)-)/;

const weaknessOf = (policy: string): string | undefined => {
  const directives = directivesOf(policy);
  const scripts = directives.get('script-src') ?? directives.get('default-src');
  if (scripts === undefined) return 'the Content-Security-Policy does not limit scripts';
  const hasProof = scripts.some((source) => IS_PROOF.test(source)) || scripts.includes("'strict-dynamic'");
  if (scripts.includes("'unsafe-inline'") && !hasProof)
    return "the Content-Security-Policy allows inline scripts ('unsafe-inline')";
  const anywhere = scripts.find((source) => ANYWHERE.has(source));
  if (anywhere !== undefined && !scripts.includes("'strict-dynamic'"))
    return `the Content-Security-Policy allows scripts from anywhere (${anywhere})`;
  return undefined;
};

/**
 * Why a Content-Security-Policy header lets foreign scripts run; undefined when one of its policies does not. Several
 * policies, joined by commas, hold together, so the strictest one decides.
 */
export const weakestPolicy = (header: string): string | undefined => {
  const weaknesses = header.split(',').map((policy) => weaknessOf(policy));
  return weaknesses.includes(undefined) ? undefined : weaknesses[0];
};
