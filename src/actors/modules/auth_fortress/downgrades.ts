import { textOf } from '../../../domain/event.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { isPhishingResistant, strengthOf } from './method-strength.ts';
import type { RuleSet } from './rule-set.ts';

/** `auth_method_downgrade`: a weaker method replaced a stronger one; HIGH when the stronger could not be phished. */
export const createDowngradeRules = (): RuleSet => ({
  eventTypes: ['auth_downgrade'],
  onEvent: (event, emit) => {
    const from = textOf(event.details, 'from_method').slice(0, 64);
    const to = textOf(event.details, 'to_method').slice(0, 64);
    const [before, after] = [strengthOf(from), strengthOf(to)];
    // Both known and no weaker than before: the event calls itself a downgrade, but it is none.
    if (before !== undefined && after !== undefined && after >= before) return;
    const user = userOf(event);
    const title = `${shownUser(user)} went from ${shownUser(from)} to ${shownUser(to)}`;
    emit(
      draftOf({
        type: 'auth_method_downgrade',
        rule: 'method-downgrade',
        event,
        severity: isPhishingResistant(from) ? 'HIGH' : 'MEDIUM',
        title,
        description: `${title}: a weaker way to log in replaced a stronger one.`,
        subject: `user:${shownUser(user)}`,
        ip: event.sourceIp,
        user,
        field: 'to_method',
        text: to,
      }),
    );
  },
  size: () => 0,
  sweep: () => {},
});
