/** How hard a way to log in is to steal: 3 cannot be phished, 2 one-time secrets of a device, 1 sent by mail or phone, 0 a password. Undefined for a word it does not know. */
export const strengthOf = (method: string): number | undefined => STRENGTH.get(method.trim().toLowerCase());

/** True for methods bound to the site they are used on. */
export const isPhishingResistant = (method: string): boolean => strengthOf(method) === 3;

const STRENGTH: ReadonlyMap<string, number> = new Map([
  ...['passkey', 'fido', 'fido2', 'webauthn', 'u2f', 'security_key', 'hardware_key', 'smartcard', 'certificate', 'publickey', 'piv'].map(
    (word) => [word, 3] as const,
  ),
  ...['otp', 'totp', 'hotp', 'push', 'authenticator', 'mfa', '2fa', 'duo', 'recovery_code', 'backup_code'].map((word) => [word, 2] as const),
  ...['sms', 'voice', 'phone', 'email', 'magic_link', 'knowledge'].map((word) => [word, 1] as const),
  ...['password', 'passwd', 'pin', 'basic', 'none'].map((word) => [word, 0] as const),
]);
