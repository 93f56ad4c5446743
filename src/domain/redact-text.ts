const MARK = '[REDACTED]';

/**
 * Text with what looks like a secret replaced: values of keys that name one, bearer and basic credentials, user information in
 * URLs, private keys. Linear; a help against accidents, no promise.
 */
export const redactText = (text: string): string =>
  text
    .replace(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, MARK)
    .replace(/\b(bearer|basic)[ \t]{1,8}[\w.~+/=-]{6,4096}/gi, `$1 ${MARK}`)
    .replace(/:\/\/[^\s/@:]{1,256}:[^\s/@]{1,256}@/g, `://${MARK}@`)
    .replace(
      /\b([\w-]{0,20}(?:password|passwd|secret|token|api[_-]?key|authorization|credential)[\w-]{0,20}["']?[ \t]{0,8}[:=][ \t]{0,8})("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s"',;]{1,4096})/gi,
      `$1${MARK}`,
    );
