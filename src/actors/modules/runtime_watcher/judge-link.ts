import type { Command } from '../../../domain/shell/shell-types.ts';
import { type Match, match } from './match.ts';
import { WRITABLE_PLACE } from './path-rules.ts';

/** A link is judged by what it leads to and who can use it; most lead nowhere special. */
export const judgeLink = (command: Command, add: (found: Match) => void): void => {
  if (
    command.program === 'mklink' ||
    (command.program === 'cmd' && /\bmklink\b/i.test(command.text)) ||
    (command.program === 'junction' && command.args.length === 2)
  ) {
    const isSensitive = isSensitiveTarget(command.text);
    add(
      isSensitive
        ? match('symlink_privilege_escalation', 'CRITICAL', 'link_to_secret', 'a link to a protected file is made', command)
        : match('symlink_creation', 'MEDIUM', 'link_windows', 'a link is made', command),
    );
    return;
  }
  if (command.program === 'new-item' && /-itemtype\s{1,4}["']?(?:symboliclink|junction|hardlink)\b/i.test(command.text)) {
    const isSensitive = isSensitiveTarget(command.text);
    add(
      isSensitive
        ? match('symlink_privilege_escalation', 'CRITICAL', 'link_to_secret', 'a link to a protected file is made', command)
        : match('symlink_creation', 'MEDIUM', 'link_windows', 'a link is made', command),
    );
    return;
  }
  if (command.program !== 'ln') return;
  const operands = command.args.filter((arg) => !arg.startsWith('-'));
  const [target = '', link = ''] = operands;
  if (isSensitiveTarget(target) && (WRITABLE_PLACE.test(link) || link === '' || !link.startsWith('/') || /\/(?:www|public|html|home|srv)\b/.test(link))) {
    add(match('symlink_privilege_escalation', 'CRITICAL', 'link_to_secret', 'a link to a protected file is made where others can use it', command));
  } else if (WRITABLE_PLACE.test(link) && /^\/(?:etc|root|boot|proc|sys)(?:\/|$)|^\/$/.test(target)) {
    add(match('symlink_creation', 'MEDIUM', 'link_into_system', 'a link from a scratch folder into the system is made', command));
  }
};

const SENSITIVE_TARGET =
  /\/etc\/(?:shadow|passwd|gshadow|sudoers|ssh\/|pam\.d|crontab|cron\.|ld\.so\.preload|krb5)|\/\.ssh(?:\/|\b)|\bid_(?:rsa|ed25519|ecdsa|dsa)\b|\/root(?:\/|$)|\.aws\/|\.kube\/|\.git\/(?:config|hooks)|\.docker\/|\/proc\/(?:kcore|self\/mem|1\/)|\/dev\/(?:mem|sd[a-z])|docker\.sock|windows\\?system32|ntds\.dit|\.gnupg|\/boot\//i;

/** True when a path or command names a file that a link must not lead to. */
export const isSensitiveTarget = (text: string): boolean => SENSITIVE_TARGET.test(text.slice(0, 4096));
