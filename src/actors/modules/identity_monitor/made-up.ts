// Services that hand out mail addresses for minutes; from their own public pages.
const DISPOSABLE: ReadonlySet<string> = new Set([
  'mailinator.com',
  'guerrillamail.com',
  'guerrillamail.net',
  'guerrillamail.org',
  'guerrillamail.biz',
  'guerrillamail.de',
  'guerrillamailblock.com',
  'sharklasers.com',
  'grr.la',
  'pokemail.net',
  'spam4.me',
  '10minutemail.com',
  '10minutemail.net',
  'temp-mail.org',
  'temp-mail.io',
  'tempmail.com',
  'tempmail.net',
  'tempmailo.com',
  'tempail.com',
  'tempr.email',
  'throwaway.email',
  'throwawaymail.com',
  'yopmail.com',
  'yopmail.fr',
  'yopmail.net',
  'fakeinbox.com',
  'mohmal.com',
  'trashmail.com',
  'trashmail.de',
  'trashmail.net',
  'dispostable.com',
  'getnada.com',
  'nada.email',
  'maildrop.cc',
  'mailnesia.com',
  'mintemail.com',
  'mailcatch.com',
  'emailondeck.com',
  'discard.email',
  'discardmail.com',
  'spamgourmet.com',
  'mytemp.email',
  'inboxkitten.com',
  'moakt.com',
  'burnermail.io',
  'minuteinbox.com',
  'fakemail.net',
  'mail-temp.com',
  'tmpmail.org',
  'tmpmail.net',
  'mailsac.com',
  'anonbox.net',
  'incognitomail.org',
  'jetable.org',
  'luxusmail.org',
]);
const COMMON: ReadonlySet<string> = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'yahoo.com',
  'icloud.com',
  'gmx.de',
  'gmx.net',
  'web.de',
  'proton.me',
  'protonmail.com',
  'aol.com',
  'mail.ru',
  'qq.com',
  '163.com',
]);

/** The part behind the last `@`, lower case; empty when there is none. */
export const domainOf = (mail: string): string => {
  const at = mail.lastIndexOf('@');
  return at <= 0
    ? ''
    : mail
        .slice(at + 1, at + 254)
        .trim()
        .toLowerCase();
};

/** True for mail domains that anybody may have an address at. */
export const isCommonDomain = (domain: string): boolean => COMMON.has(domain);

/** True for an address of a throw-away service, sub-domains included. */
export const isDisposable = (mail: string, more: ReadonlySet<string>): boolean => {
  let domain = domainOf(mail);
  for (let level = 0; level < 4 && domain.includes('.'); level++) {
    if (DISPOSABLE.has(domain) || more.has(domain)) return true;
    domain = domain.slice(domain.indexOf('.') + 1);
  }
  return false;
};

/** True when more than two in five characters of a name are digits. */
export const isMostlyDigits = (name: string): boolean => {
  const text = name.slice(0, 256);
  return text.length > 0 && text.replace(/[^0-9]/g, '').length / text.length > 0.4;
};

/** True for a name of two or more words one of which holds more than two digits. */
export const looksGenerated = (name: string): boolean => {
  const words = name.slice(0, 256).trim().split(/\s+/);
  return words.length >= 2 && words.some((word) => word.replace(/[^0-9]/g, '').length > 2);
};

export type Suspicion = { readonly score: number; readonly indicators: readonly string[] };

/** How much an account looks made up: the sum of the weights of what speaks for it, in hundredths. */
export const suspicionOf = (mail: string, name: string, isBulk: boolean, more: ReadonlySet<string>): Suspicion => {
  const local = mail.includes('@') ? mail.slice(0, mail.lastIndexOf('@')) : '';
  const parts: readonly (readonly [boolean, number, string])[] = [
    [isBulk, 30, 'one of many from there'],
    [local.length > 15 && isMostlyDigits(local), 20, 'mail name of digits'],
    [isDisposable(mail, more), 20, 'disposable email domain'],
    [looksGenerated(name), 20, 'generated name'],
  ];
  const held = parts.filter(([holds]) => holds);
  return { score: held.reduce((sum, [, weight]) => sum + weight, 0), indicators: held.map(([, , indicator]) => indicator) };
};
