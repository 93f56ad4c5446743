import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { riskyScopes, scopesOf } from './oauth-scopes.ts';
import { createRecordTable } from './record-table.ts';
import type { RuleSet } from './rule-set.ts';
import { textHash } from './text-hash.ts';
import { SPAN } from './time-windows.ts';

type App = { readonly firstSeen: number; grants: number; readonly users: Set<number>; readonly risky: Set<string> };

const MAX_APPS = 5_000;
const MAX_USERS = 64;
const CONSENT = { withinMs: SPAN.hour, grants: 3, risky: 3 };
const ABUSE = { withinMs: SPAN.hour / 2, grants: 20, users: 10 };
const EXCESSIVE = { risky: 4, total: 8 };

/**
 * `consent_phishing`: an app nobody knew an hour ago collects grants for risky scopes. `oauth_token_abuse`: one half an hour
 * old collects more than twenty from more than ten users. `excessive_oauth_scopes`: one grant asks for too much.
 */
export const createOauthRules = (): RuleSet => {
  const apps = createRecordTable<App>(MAX_APPS, SPAN.day * 7);

  const noted = (event: SecurityEvent, id: string, risky: readonly string[]): App => {
    const app = apps.get(id) ?? { firstSeen: event.at, grants: 0, users: new Set<number>(), risky: new Set<string>() };
    app.grants++;
    if (app.users.size < MAX_USERS) app.users.add(textHash(userOf(event)));
    for (const scope of risky) app.risky.add(scope);
    apps.set(id, app, event.at);
    return app;
  };

  return {
    eventTypes: ['oauth_grant', 'oauth_consent', 'oauth_token'],
    onEvent: (event, emit) => {
      const id = textOf(event.details, 'app_id');
      if (id === '') return;
      const scopes = scopesOf(textOf(event.details, 'scopes'));
      const risky = riskyScopes(scopes);
      const app = noted(event, id, risky);
      const age = event.at - app.firstSeen;
      const name = shownUser(textOf(event.details, 'app_name').slice(0, 64) || id);
      // The address is that of the user who was talked into it: nobody to act against.
      const common = { event, subject: `app:${shownUser(id)}`, user: userOf(event), field: 'scopes', text: textOf(event.details, 'scopes') };
      const counters = { grants: app.grants, users: app.users.size, riskyScopes: app.risky.size, minutesOld: Math.round(age / 60_000) };
      if (age < CONSENT.withinMs && app.grants >= CONSENT.grants && app.risky.size >= CONSENT.risky) {
        const title = `New app ${name} collected ${app.grants} grants for risky scopes`;
        emit(
          draftOf({
            ...common,
            type: 'consent_phishing',
            rule: 'new-app-risky-scopes',
            title,
            description: `${title}: ${[...app.risky].slice(0, 5).join(', ')}.`,
            counters,
          }),
        );
      }
      if (age < ABUSE.withinMs && app.grants > ABUSE.grants && app.users.size > ABUSE.users) {
        const title = `New app ${name} collected ${app.grants} grants from ${app.users.size} users`;
        emit(
          draftOf({
            ...common,
            type: 'oauth_token_abuse',
            rule: 'new-app-many-users',
            title,
            description: `${title} within ${counters.minutesOld} min of its first.`,
            counters,
          }),
        );
      }
      if (risky.length >= EXCESSIVE.risky || scopes.length >= EXCESSIVE.total) {
        const title = `App ${name} was granted ${scopes.length} scopes, ${risky.length} of them risky`;
        emit(
          draftOf({
            ...common,
            type: 'excessive_oauth_scopes',
            rule: 'many-scopes',
            title,
            description: `${title}, for ${shownUser(userOf(event))}.`,
            counters: { scopes: scopes.length, riskyScopes: risky.length },
          }),
        );
      }
    },
    size: apps.size,
    sweep: apps.sweep,
  };
};
