import { type Detector, defineModule } from '../../contract.ts';
import { createAitmRules } from './aitm.ts';
import { createDowngradeRules } from './downgrades.ts';
import { createLoginRules } from './logins.ts';
import { manifest } from './manifest.ts';
import { createMfaRules } from './mfa.ts';
import { createOauthRules } from './oauth.ts';
import { createPasskeyRules } from './passkeys.ts';
import { createRevokedTokenRules } from './revoked-tokens.ts';
import type { RuleSet } from './rule-set.ts';
import { createSessionRules } from './sessions.ts';
import type { AuthSettings } from './settings.ts';
import { createTokenRules } from './tokens.ts';

// What clients claim and what anybody can send is no flood worth the memory of the real logs.
const OUTSIDE_SHARE = 1 / 8;

/**
 * A detector with two separate memories: what our own sensors read, and what others say. Claims and spoofable lines can raise
 * alerts of their own, but never bring a real address nearer to its limit, nor hide it behind a time of their choice.
 */
export const createAuthDetector = (settings: AuthSettings): Detector => {
  const inside = createLane(settings, 1);
  let outside: Detector | undefined;
  return {
    onEvent: (event, emit) => {
      if (event.trust === 'sensor') {
        inside.onEvent(event, emit);
        return;
      }
      outside ??= createLane(settings, OUTSIDE_SHARE);
      outside.onEvent(event, emit);
    },
    size: () => inside.size() + (outside?.size() ?? 0),
    sweep: (now) => {
      inside.sweep?.(now);
      outside?.sweep?.(now);
    },
  };
};

/** Attacks on logins, sessions, tokens and second factors. */
export const authFortress = defineModule({ manifest, createDetector: createAuthDetector });

const createLane = (settings: AuthSettings, share: number): Detector => {
  const ruleSets = [
    createLoginRules(settings, share),
    createSessionRules(),
    createAitmRules(),
    createMfaRules(),
    createOauthRules(),
    createTokenRules(),
    createRevokedTokenRules(),
    createPasskeyRules(),
    createDowngradeRules(),
  ];
  const byType = routesOf(ruleSets);
  return {
    onEvent: (event, emit) => {
      for (const rules of byType.get(event.type) ?? []) rules.onEvent(event, emit);
    },
    size: () => ruleSets.reduce((sum, rules) => sum + rules.size(), 0),
    sweep: (now) => {
      for (const rules of ruleSets) rules.sweep(now);
    },
  };
};

const routesOf = (ruleSets: readonly RuleSet[]): ReadonlyMap<string, readonly RuleSet[]> => {
  const types = new Set(ruleSets.flatMap((rules) => rules.eventTypes));
  return new Map([...types].map((type) => [type, ruleSets.filter((rules) => rules.eventTypes.includes(type))]));
};
