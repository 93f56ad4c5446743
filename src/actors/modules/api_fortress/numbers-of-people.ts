/** Payment card numbers in a text: issuer's prefix and length right, check digit right (ISO/IEC 7812, Luhn). At most 8. */
export const cardNumbersIn = (text: string): readonly string[] => {
  const found: string[] = [];
  for (const match of text.matchAll(/(?<![\d.-])(?:\d[ -]?){12,18}\d(?![\d.-])/g)) {
    const digits = match[0].replace(/[ -]/g, '');
    if (ISSUER.test(digits) && hasCheckDigit(digits)) found.push(digits);
    if (found.length === 8) break;
  }
  return found;
};

// Visa, Mastercard, American Express, Discover, JCB, Diners Club.
const ISSUER =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11})$/;

const hasCheckDigit = (digits: string): boolean => {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

/** True when the text holds an IBAN whose check digits are right (ISO 13616, remainder 1 modulo 97). */
export const hasIban = (text: string): boolean => {
  let left = 32;
  for (const match of text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g)) {
    if (--left < 0) return false;
    const plain = match[0].replaceAll(' ', '');
    let remainder = 0;
    for (const sign of plain.slice(4) + plain.slice(0, 4)) remainder = Number(`${remainder}${Number.parseInt(sign, 36)}`) % 97;
    if (remainder === 1) return true;
  }
  return false;
};

/** True for a US social security number in its written form; areas 000, 666 and 9xx, group 00 and serial 0000 were never given out. */
export const hasSocialSecurityNumber = (text: string): boolean => /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/.test(text);
