import { SecError } from '../../../domain/errors.ts';
import type { Grammar } from '../../contract.ts';
import { createAppGrammar } from './app.ts';
import { AUTH_QUIET, createAuthGrammar } from './auth.ts';
import { createAutoGrammar } from './auto.ts';
import { createContainerGrammar } from './container.ts';
import { createFirewallGrammar } from './firewall.ts';
import { createJournalGrammar } from './journal.ts';
import { createMailGrammar, MAIL_QUIET } from './mail.ts';
import type { GrammarOptions } from './options.ts';
import { createServicesGrammar } from './services/services.ts';
import { withServices } from './services/with-services.ts';
import { createWebGrammar } from './web.ts';
import { createWebErrorGrammar } from './weberror.ts';

const createAuto = (options: GrammarOptions): Grammar => {
  const services = createServicesGrammar(options);
  return createAutoGrammar({
    auth: createAuthGrammar(options),
    mail: createMailGrammar(options),
    firewall: createFirewallGrammar(options),
    web: createWebGrammar(options),
    weberror: createWebErrorGrammar(options),
    journal: createJournalGrammar(services),
    app: createAppGrammar(options),
    services,
  });
};

const FACTORIES: { readonly [id: string]: (options: GrammarOptions) => Grammar } = {
  auth: (options) => withServices(createAuthGrammar(options), createServicesGrammar(options), AUTH_QUIET),
  web: createWebGrammar,
  weberror: (options) => withServices(createWebErrorGrammar(options), createServicesGrammar(options)),
  mail: (options) => withServices(createMailGrammar(options), createServicesGrammar(options), MAIL_QUIET),
  app: (options) => withServices(createAppGrammar(options), createServicesGrammar(options)),
  firewall: createFirewallGrammar,
  services: createServicesGrammar,
  journal: (options) => createJournalGrammar(createServicesGrammar(options)),
  auto: createAuto,
  container: (options) => createContainerGrammar(createAuto(options)),
};

/** Every grammar id, the words after `--collector`. */
export const GRAMMAR_IDS: readonly string[] = Object.keys(FACTORIES);

/** A grammar for one source (grammars remember things). Throws SEC_INPUT_INVALID for an unknown id. */
export const createGrammar = (id: string, options: GrammarOptions = {}): Grammar => {
  const create = Object.hasOwn(FACTORIES, id) ? FACTORIES[id] : undefined;
  if (create === undefined) throw new SecError('SEC_INPUT_INVALID', `grammar: expected one of ${GRAMMAR_IDS.join(', ')}; got ${id}`);
  return create(options);
};
