import { SecError } from '../../../../domain/errors.ts';
import { createLiteralMatcher, type LiteralMatcher } from '../../../../domain/matching/literal-matcher.ts';
import { literalOf, patternSource } from './compile-pattern.ts';
import { type Rule, type RuleFile, ruleFileSchema } from './rule-schema.ts';
import { ruleTexts } from './rule-texts.ts';

/** A rule that is ready to run. */
export type CompiledRule = Rule & {
  readonly service: string;
  readonly pattern: RegExp;
  /** Reads up to the end of the line: says nothing about a line whose end is missing. */
  readonly isToEnd: boolean;
  readonly literal: string;
};

/** All rules, by the way to them. */
export type ServiceRules = {
  readonly files: readonly RuleFile[];
  readonly ofProgram: (program: string) => readonly CompiledRule[] | undefined;
  readonly programs: readonly string[];
  readonly families: readonly string[];
  readonly fileRules: readonly CompiledRule[];
  /** Literal `i` belongs to `fileRules[i]`. */
  readonly fileLiterals: LiteralMatcher;
  readonly jsonRules: readonly CompiledRule[];
};

/** The rule files, checked and compiled once. Throws SEC_CONFIG_INVALID with file, place and what was expected. */
export const serviceRules = (): ServiceRules => {
  loaded ??= indexRules(ruleTexts().map(([name, value]) => checkRuleFile(name, value)));
  return loaded;
};

let loaded: ServiceRules | undefined;

/** One rule file, checked. Throws SEC_CONFIG_INVALID. */
export const checkRuleFile = (name: string, value: unknown): RuleFile => {
  const parsed = ruleFileSchema.safeParse(value);
  const issue = parsed.error?.issues[0];
  if (parsed.success) {
    for (const [index, rule] of parsed.data.rules.entries()) compile(rule, parsed.data.service, `${name}: rules.${index}`);
    return parsed.data;
  }
  throw new SecError('SEC_CONFIG_INVALID', `${name}: ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not a rule file'}`);
};

const compile = (rule: Rule, service: string, place: string): CompiledRule => {
  try {
    const pattern = new RegExp(patternSource(rule.match));
    const literal = (rule.has ?? literalOf(rule.match)).toLowerCase();
    if (rule.form !== 'program' && literal === '') throw new RangeError('expected a text of three characters that every match holds (has)');
    if (rule.form === 'json' && (rule.key === undefined || rule.has === undefined)) throw new RangeError('expected key and has');
    return { ...rule, service, pattern, literal, isToEnd: /(?:^|[^\\])\$$/.test(rule.match) };
  } catch (problem) {
    throw new SecError('SEC_CONFIG_INVALID', `${place}.match: ${problem instanceof Error ? problem.message : 'not a pattern'}`, { cause: problem });
  }
};

const indexRules = (files: readonly RuleFile[]): ServiceRules => {
  const exact = new Map<string, CompiledRule[]>();
  const families = new Map<string, CompiledRule[]>();
  const fileRules: CompiledRule[] = [];
  const jsonRules: CompiledRule[] = [];
  for (const file of files) {
    const rules = file.rules.map((rule, index) => compile(rule, file.service, `${file.service}: rules.${index}`));
    const own = rules.filter((rule) => rule.form === 'program');
    fileRules.push(...rules.filter((rule) => rule.form === 'file'));
    jsonRules.push(...rules.filter((rule) => rule.form === 'json'));
    for (const program of file.programs) {
      const [table, name] = program.endsWith('*') ? [families, program.slice(0, -1)] : [exact, program];
      table.set(name, [...(table.get(name) ?? []), ...own]);
    }
  }
  const byPrefix = [...families].sort(([a], [b]) => b.length - a.length);
  return {
    files,
    ofProgram: (program) => exact.get(program) ?? byPrefix.find(([start]) => program.startsWith(start))?.[1],
    programs: [...exact.keys()],
    families: [...families.keys()],
    fileRules,
    fileLiterals: createLiteralMatcher(fileRules.map((rule) => rule.literal)),
    jsonRules,
  };
};
