import { unquoteShell } from './unquote.ts';
import { commandClass, PROGRAM_DIRECTORY } from './words.ts';

export type ShellVerdict = { readonly points: number; readonly rule: string; readonly span: readonly [number, number] };

/** How a place in the text starts a command. */
type Opening = { readonly kind: 'start' | 'separator' | 'ampersand' | 'line' | 'substitution' | 'backtick'; readonly at: number; readonly mark: string };

const MAX_OPENINGS = 64;

/**
 * Reads lower-case `text` as a piece of a command line: after each separator and inside each substitution, is there a
 * command with arguments like a command's? `strict` is for fields full of semicolons (user agents, cookies).
 */
export const judgeShell = (text: string, strict: boolean): ShellVerdict | undefined => {
  const plain = unquoteShell(text);
  const direct = judgeText(text, strict, 0);
  const undone = plain === undefined ? undefined : judgeText(plain, strict, 1);
  return (undone?.points ?? 0) > (direct?.points ?? 0) ? undone : direct;
};

const judgeText = (text: string, strict: boolean, bonus: number): ShellVerdict | undefined => {
  let worst: ShellVerdict | undefined;
  for (const opening of openingsOf(text)) {
    const verdict = judgeOpening(text, opening, strict, bonus);
    if (verdict !== undefined && verdict.points > (worst?.points ?? 0)) worst = verdict;
  }
  return worst;
};

const SEPARATOR = /\|\|?&?|&&?|;|\n|\r|\$\(|`|[<>]\(|\$\{/g;

const openingsOf = (text: string): readonly Opening[] => {
  const openings: Opening[] = [{ kind: 'start', at: 0, mark: '' }];
  for (const match of text.matchAll(SEPARATOR)) {
    openings.push({ kind: kindOf(match[0]), at: match.index + match[0].length, mark: match[0] });
    if (openings.length >= MAX_OPENINGS) break;
  }
  return openings;
};

const kindOf = (mark: string): Opening['kind'] => {
  if (mark === '\n' || mark === '\r') return 'line';
  if (mark === '&') return 'ampersand';
  if (mark === '`') return 'backtick';
  return mark.endsWith('(') || mark === '${' ? 'substitution' : 'separator';
};

const LEADING = /[\s(!{'"@]{0,6}/y;
const NAME = /[a-z][a-z0-9_.+-]{0,24}/y;

const judgeOpening = (text: string, opening: Opening, strict: boolean, bonus: number): ShellVerdict | undefined => {
  LEADING.lastIndex = opening.at;
  let at = opening.at + (LEADING.exec(text)?.[0].length ?? 0);
  PROGRAM_DIRECTORY.lastIndex = at;
  const directory = PROGRAM_DIRECTORY.exec(text)?.[0].length ?? 0;
  const from = at;
  at += directory;
  if (directory > 0 && /^[a-z?*[\]]{0,12}[?*][a-z?*[\]]{0,12}(?:\s|$)/.test(text.slice(at, at + 26)))
    return { points: 5 + bonus, rule: 'cmdi_wildcard', span: [from, at + 12] };
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0] ?? '';
  const kind = commandClass(name) ?? commandClass(name.replace(/[.-]$/, '')) ?? commandClass(name.replace(/\d(?:\.\d)?$/, ''));
  if (kind === undefined) return undefined;
  const tail = text.slice(at + name.length, at + name.length + 160);
  const points = pointsOf({
    opening,
    kind,
    hasDirectory: directory > 0,
    name,
    tail,
    hasBlank: opening.at > 2 && /^\s/.test(text.slice(opening.at, from)),
    before: text.slice(Math.max(0, opening.at - 24), opening.at),
    isWhole: text.length <= at + name.length + 40,
  });
  // A semicolon is punctuation in such fields; a pipe or a backtick is not.
  const isPunctuation = !/[|`(]|&&|\$\{/.test(opening.mark);
  const isLoose = isPunctuation && kind !== 'sure' && directory === 0 && argumentPoints(tail) < 2;
  const lowered = strict && isLoose ? 0 : points;
  return lowered === 0
    ? undefined
    : { points: lowered + bonus, rule: RULES[opening.kind], span: [Math.max(0, opening.at - 1), at + name.length + Math.min(tail.length, 24)] };
};

const RULES = {
  start: 'cmdi_command',
  separator: 'cmdi_pipe',
  ampersand: 'cmdi_pipe',
  line: 'cmdi_newline',
  substitution: 'cmdi_subshell',
  backtick: 'cmdi_backtick',
} as const;

type Candidate = {
  readonly opening: Opening;
  readonly kind: 'sure' | 'probe' | 'common';
  readonly hasDirectory: boolean;
  readonly name: string;
  readonly tail: string;
  /** A blank between the separator and the name. */
  readonly hasBlank: boolean;
  readonly before: string;
  readonly isWhole: boolean;
};

const pointsOf = (candidate: Candidate): number => {
  const { opening, kind, hasDirectory, tail } = candidate;
  if (!ENDS_WORD.test(tail)) return 0;
  const argument = argumentPoints(tail);
  const isCut = CUT.test(tail);
  switch (opening.kind) {
    case 'start':
      if (hasDirectory) return isCut || argument > 0 ? 5 : 0;
      if (isCut && /^\s{0,4}[;|`]/.test(tail) && kind !== 'common') return 5;
      if (kind === 'common' && !LEADS.test(candidate.name)) return 0;
      return argument >= 3 ? (kind === 'common' && !OPTION_AND_TARGET.test(tail) ? 4 : 5) : 0;
    case 'separator':
      if (hasDirectory || kind === 'sure') return isCut || argument > 0 || (/^\s/.test(tail) && !SENTENCE.test(tail)) ? 6 : 0;
      if (kind === 'probe') return isCut || argument > 0 ? 6 : 0;
      return argument > 0 || (isCut && isTight(candidate) && !candidate.hasBlank) ? 5 : 0;
    case 'ampersand':
      if (hasDirectory || kind === 'sure') return isCut || argument > 0 ? 6 : 0;
      if (argument > 0) return kind === 'common' && argument < 2 && !isTight(candidate) ? 0 : 5;
      return isCut && kind === 'probe' && isTight(candidate) ? 5 : 0;
    case 'line':
      if (hasDirectory) return isCut || argument > 0 ? 5 : 0;
      if (argument >= 2) return 5;
      return isCut && kind !== 'common' && candidate.isWhole ? 5 : 0;
    case 'substitution':
      return isCut || argument > 0 || kind !== 'common' ? 6 : 0;
    case 'backtick':
      if (!/`/.test(tail)) return 0;
      return /[a-z,.] $/.test(candidate.before.slice(0, -1)) && argument === 0 ? 0 : kind === 'common' && argument === 0 && !/^`/.test(tail) ? 0 : 6;
  }
};

const ENDS_WORD = /^(?:[\s;|&<>)('"`,#}/*\\+$:=-]|$)/;

// Nothing, or another separator, follows: the command stands alone.
const CUT = /^\s{0,4}(?:$|[;|&`)}#'"\n]|>|<)/;

// What only commands are given: options, paths, redirections, addresses, URLs.
const argumentPoints = (tail: string): number => {
  if (/^\s{0,4}(?:&&|\|\||[|;]\s{0,4}[a-z/]|[0-9]?>{1,2}\s{0,4}[&/a-z0-9]|<{1,3}\s{0,4}[/a-z"'])/.test(tail)) return 1;
  if (
    /^\s{1,8}(?:-{1,2}[a-z0-9?]|\/(?:[a-z?]\b|[a-z]{2,8}\/|[a-z]{3}\b)|~\/|\$[({a-z]|https?:\/\/|ftp:\/\/|(?:\d{1,3}\.){3}\d|[a-z]:[\\/]?(?:\s|$|[a-z\\/"'|&])|\\\\|\.{1,2}\/|\*)/.test(
      tail,
    )
  )
    return 3;
  if (
    /^\s{1,8}(?:['"$`]|\d{1,3}\s{0,4}(?:$|[;|&`)'"#])|[a-z0-9_-]{1,24}\.(?:txt|sh|php|pl|py|conf|cfg|ini|log|html?|exe|bat|ps1)\b|\/etc|\/proc|\/var|\/tmp|\/home|\/bin|\/root|\/usr|\/dev)/.test(
      tail,
    )
  )
    return 2;
  return /^\s{0,4}\/[a-z]/.test(tail) ? 1 : 0;
};

// Ordinary words that begin a command line more often than a sentence when an option or a path follows.
const LEADS = /^(?:ping|dir|type|find|sleep|kill|php|python|perl|ruby|echo|head|tail|sed|dig|host|finger|copy|del|move|eval|exec)$/;

// What follows a noun, not a program.
const SENTENCE = /^\s{1,4}(?:is|are|was|were|and|or|to|in|on|of|for|from|the|a|an|has|have|can|will|should|must|may|does|with|as|at|by|version|\d)\b/;

const OPTION_AND_TARGET = /^\s{1,4}-[a-z]{1,8}\s.{0,16}(?:\/[a-z]|(?:\d{1,3}\.){3}\d|https?:)/;

// No blank before the separator and none after it: `a;id`, not `eggs; more`.
const isTight = ({ opening, before }: Candidate): boolean => opening.at <= 2 || !/\s[;|&]{1,2}$/.test(before.slice(-3)) || before.trim().length <= 2;
