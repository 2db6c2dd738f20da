/** Forms that only a credential has. Userinfo with a placeholder, a shell variable, stars or `<...>` is none. */
const FORMS: readonly { readonly what: string; readonly form: RegExp }[] = [
  {
    what: 'a password inside a URL',
    form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'<>]*:(?!\$|\*+@|<[^>\s]*>@|%s@)[^\s/@"']+@/gi,
  },
  { what: 'an API key', form: /\bsk-[A-Za-z0-9_-]{16,}/g },
  { what: 'a GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})/g },
  { what: 'a Slack token', form: /\b(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}/g },
  { what: 'an AWS access key', form: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { what: 'a private key', form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/g },
  { what: 'a signed token', form: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g },
];

/** A credential that stands in a text in plain sight; the value itself is never kept. */
export type LiteralSecret = { readonly what: string; readonly start: number; readonly end: number };

/** Credentials in a text, comments and keys included, in the order they stand. */
export const literalSecrets = (text: string): readonly LiteralSecret[] =>
  FORMS.flatMap(({ what, form }) =>
    [...text.matchAll(form)].map(({ index, 0: found }) => ({
      what,
      start: index,
      end: index + found.length,
    })),
  ).sort((a, b) => a.start - b.start);

/** The text with credentials left out, for messages that quote a file. */
export const withoutSecrets = (text: string): string =>
  FORMS.reduce((clean, { form }) => clean.replaceAll(form, '[redacted]'), text);
