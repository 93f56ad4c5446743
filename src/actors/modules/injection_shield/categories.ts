/** The families of injection, by the names of the compatible interface, with ours added. */
export const CATEGORY_LABELS = {
  sqli: 'SQL Injection',
  xss: 'Cross-Site Scripting',
  cmdi: 'Command Injection',
  path: 'Path Traversal',
  ssrf: 'Server-Side Request Forgery',
  template: 'Template Injection',
  nosql: 'NoSQL Injection',
  ldapi: 'LDAP Injection',
  deser: 'Insecure Deserialization',
  upload: 'Malicious Upload',
  canary: 'Leaked Secret',
  code: 'Code Injection',
  jndi: 'JNDI Lookup Injection',
  crlf: 'Header Injection',
  protocol: 'Protocol Abuse',
  scanner: 'Attack Tool',
} as const;

export type Category = keyof typeof CATEGORY_LABELS;

/** Words for a category; an unknown name comes back as it is. */
export const categoryLabel = (category: string): string => Object.entries(CATEGORY_LABELS).find(([name]) => name === category)?.[1] ?? category;
