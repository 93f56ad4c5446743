import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isPowerful, isSensitivePermission, isStepDown } from './power.ts';
import type { Say } from './say.ts';

/** Roles, groups and permissions that were given: power, to whom, and by whom. */
export const judgeGrant = (event: SecurityEvent, more: ReadonlySet<string>, say: Say): void => {
  const { details } = event;
  const user = textOf(details, 'user_id') || textOf(details, 'account_id');
  const before = textOf(details, 'old_role').slice(0, 256);
  const after = textOf(details, 'new_role').slice(0, 256);
  const giver = textOf(details, 'granted_by').slice(0, 256);
  const becomesPowerful = isPowerful(after, more) && !isPowerful(before, more);
  if (becomesPowerful) {
    say({
      type: 'privilege_escalation',
      rule: 'powerful-role',
      says: `${user || 'Somebody'} became ${after}${before === '' ? '' : `, before ${before}`}${giver === '' ? '' : `, by ${giver}`}.`,
      field: 'new_role',
      text: after,
    });
  }
  const givesUp = isPowerful(before, more) && !isPowerful(after, more);
  if (user !== '' && user === giver && after !== '' && after !== before && !givesUp && !isStepDown(before, after)) {
    say({ type: 'self_privilege_grant', rule: 'own-grant', says: `${user} gave the role ${after} to himself.`, field: 'granted_by', text: giver });
  }
  const permission = textOf(details, 'permission').slice(0, 256);
  if (!isSensitivePermission(permission)) return;
  say({
    type: 'sensitive_permission',
    rule: 'permission',
    says: `${user || 'Somebody'} got the permission ${permission}${giver === '' ? '' : `, from ${giver}`}.`,
    field: 'permission',
    text: permission,
  });
};
