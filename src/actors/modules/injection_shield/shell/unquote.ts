/**
 * The command as a shell sees it after quoting tricks: `c'a't`, `c\at`, `w$@ho`, `${IFS}`, `{cat,/etc/passwd}`, `ca^t`,
 * `cat</etc/passwd`. Undefined when there is nothing to undo.
 */
export const unquoteShell = (text: string): string | undefined => {
  if (!TRICK.test(text)) return undefined;
  const plain = text
    .replace(/\$\{ifs[^}]{0,24}\}|\$ifs(?:\$?\d)?/g, ' ')
    .replace(/\$\{?[@*!#?-]\}?|\$\{?\d{1,2}\}?|\$\{[a-z]{0,12}\}|\$[a-z]{0,2}(?=[a-z]\b)/g, '')
    .replace(/''|""|``|\$\(\)/g, '')
    .replace(/([a-z/])['"]([a-z0-9/._-]{1,12})['"]/g, '$1$2')
    .replace(/(^|[\s;|&(`])['"]([a-z0-9/._-]{1,12})['"](?=[a-z/\s])/g, '$1$2')
    .replace(/([a-z0-9/])[\\^]\n?(?=[a-z0-9/])/g, '$1')
    .replace(/\{([a-z0-9/._-]{1,24}),([^{}\s]{1,120})\}/g, (_, command: string, rest: string) => `${command} ${rest.replaceAll(',', ' ')}`)
    .replace(/([a-z])<(?=[/a-z.])/g, '$1 ')
    .replace(/%[a-z]{3,16}:~-?\d{1,3}(?:,-?\d{1,3})?%/g, ' ');
  return plain === text ? undefined : plain;
};

const TRICK = /[$'"`\\^{<%]/;
