import type { Rule } from './rule.ts';
import { CODE_RULES } from './rules/code.ts';
import { COMMAND_RULES } from './rules/commands.ts';
import { DATA_RULES } from './rules/data.ts';
import { FILE_RULES } from './rules/files.ts';
import { PROTOCOL_RULES } from './rules/protocol.ts';
import { SECRET_RULES } from './rules/secrets.ts';
import { TEMPLATE_RULES } from './rules/templates.ts';

/** Every rule that is a pattern. What needs more than a pattern is read by `sql/`, `html/`, `shell/` and `path/`. */
export const RULES: readonly Rule[] = [...COMMAND_RULES, ...CODE_RULES, ...TEMPLATE_RULES, ...DATA_RULES, ...FILE_RULES, ...PROTOCOL_RULES, ...SECRET_RULES];
