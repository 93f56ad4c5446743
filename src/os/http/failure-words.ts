/**
 * Why a connection did not come to an answer, in fixed words: the system's own messages name the address, which is a secret,
 * and parts of what the other side sent, which is hostile.
 */
export const wordsOfFailure = (problem: unknown): string => {
  const code = problem instanceof Error && 'code' in problem && typeof problem.code === 'string' ? problem.code : '';
  if (code === 'ONESEC_REFUSED' && problem instanceof Error) return problem.message;
  const known = WORDS[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'its answer is not HTTP';
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.startsWith('CERT_') || code.includes('CERT') || code.startsWith('ERR_OSSL'))
    return `its certificate or TLS was refused (${code.slice(0, 60)})`;
  return /^[A-Z_]{2,40}$/.test(code) ? `the connection failed (${code})` : 'the connection failed';
};

const WORDS: { readonly [code: string]: string | undefined } = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'it could not be reached in time',
  EHOSTUNREACH: 'it cannot be reached from here',
  ENETUNREACH: 'it cannot be reached from here',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'no name server answers',
  ERR_INVALID_URL: 'its address is not a URL',
};
