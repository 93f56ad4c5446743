import type { Rule } from '../rule.ts';

/** Shapes of provider secrets: a request that carries one leaks it. Signed tokens (JWT) are ordinary traffic and not here. */
export const SECRET_RULES: readonly Rule[] = [
  {
    id: 'canary_aws_key',
    category: 'canary',
    severity: 'CRITICAL',
    isPlain: true,
    literals: ['akia', 'asia'],
    pattern: /(?:^|[^A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
    reading: 'cased',
  },
  {
    id: 'canary_github_token',
    category: 'canary',
    severity: 'CRITICAL',
    isPlain: true,
    literals: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /\bgh[pousr]_[A-Za-z0-9]{30,100}|\bgithub_pat_[A-Za-z0-9_]{40,100}/,
    reading: 'cased',
  },
  {
    id: 'canary_private_key',
    category: 'canary',
    severity: 'CRITICAL',
    literals: ['private key-----'],
    pattern: /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----/,
    reading: 'cased',
  },
  {
    id: 'canary_gcp_service_account',
    category: 'canary',
    severity: 'CRITICAL',
    literals: ['service_account'],
    pattern: /"type"\s{0,4}:\s{0,4}"service_account"/,
    reading: 'cased',
  },
  {
    id: 'canary_slack_token',
    category: 'canary',
    severity: 'HIGH',
    isPlain: true,
    literals: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-'],
    pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,200}/,
    reading: 'cased',
  },
];
