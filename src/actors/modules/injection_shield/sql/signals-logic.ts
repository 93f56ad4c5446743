import type { Operand, SqlReader } from './reader.ts';
import type { Score } from './score.ts';

/**
 * Conditions: what `OR`/`AND` adds, comparisons of constants, comparisons right after the quote that was left.
 * Points grow with how constant both sides are and with how the value came here.
 */
export const scoreLogic = (sql: SqlReader, score: Score): void => {
  const bonus = (sql.hasBroken ? 2 : 0) + (sql.hasStrayParenthesis ? 1 : 0);
  for (let index = 0; index < sql.length; index++) {
    if (sql.kind(index) === '&')
      score.add(sql.is(index, 'and') || sql.is(index, '&&') ? 'sqli_blind_boolean' : 'sqli_or_true', connectivePoints(sql, index, bonus), index);
    else if (sql.is(index, '||')) scorePipes(sql, score, index, bonus);
    if (isConditionStart(sql, index)) scoreConstantComparison(sql, score, index + 1, 4 + bonus);
  }
  if (sql.hasBroken && sql.kind(1) === 'o') scoreComparisonAfterBreak(sql, score);
  if (sql.context === 'bare') scoreLoneComparison(sql, score);
};

const connectivePoints = (sql: SqlReader, index: number, bonus: number): number => {
  const left = sql.operand(index + 1);
  if (left === undefined) return 0;
  const operator = comparisonAt(sql, left.end);
  if (operator === undefined) return bareOperandPoints(sql, left, index, bonus);
  const right = sql.operand(operator);
  if (right === undefined) return sql.kind(operator) === '$' && sql.hasBroken ? 3 : 1;
  if (left.shape === 'literal' && right.shape === 'literal') return isSum(sql, index, left.end, right.end) ? 1 : 5 + bonus;
  const isSame = sql.text(index + 1) === sql.text(operator) && left.end === index + 2 && right.end === operator + 1;
  if (isSame || sql.holdsWork(index + 1, right.end)) return 4 + bonus;
  if (left.shape === 'group' && isConstant(sql, index + 1, right.end)) return 5 + bonus;
  const isCut = endsInComment(sql, right.end);
  if (sql.hasBroken && (isCut || right.shape === 'literal')) return 5;
  return isCut || sql.hasBroken ? 2 + bonus : 1;
};

// "5 < 6 and 7 > 3" is arithmetic among people; "1 and 7 > 3" is not.
const isSum = (sql: SqlReader, index: number, operator: number, end: number): boolean =>
  sql.context === 'bare' && /^[<>]=?$/.test(sql.text(operator)) && sql.kind(index - 2) === 'o' && sql.kind(end) === '$';

// `||` concatenates in most dialects and means OR in MySQL: only a constant condition tells.
const scorePipes = (sql: SqlReader, score: Score, index: number, bonus: number): void => {
  const left = sql.operand(index + 1);
  const operator = left === undefined ? undefined : comparisonAt(sql, left.end);
  const right = operator === undefined ? undefined : sql.operand(operator);
  if (left?.shape === 'literal' && right?.shape === 'literal') score.add('sqli_or_true', 5 + bonus, index);
};

/** Index after a comparison operator at `index` (`not like`, `is not`), or undefined. */
const comparisonAt = (sql: SqlReader, index: number): number | undefined => {
  const from = sql.is(index, 'not') ? index + 1 : index;
  if (sql.kind(from) !== 'o') return undefined;
  return sql.is(from + 1, 'not') ? from + 2 : from + 1;
};

const bareOperandPoints = (sql: SqlReader, operand: Operand, index: number, bonus: number): number => {
  const isEnd = sql.kind(operand.end) === '$';
  const isCut = endsInComment(sql, operand.end);
  if (operand.shape === 'literal') {
    if (isCut) return 5 + bonus;
    if (sql.hasBroken && /\s/.test(sql.text(index + 1))) return 1;
    if (sql.hasBroken) return isEnd || sql.kind(operand.end) === '&' ? 4 : 1;
    return isEnd && sql.kind(0) === '1' ? 1 : 0;
  }
  if (sql.holdsWork(index + 1, operand.end)) return 2 + bonus;
  if (operand.shape === 'name' && isCut) return 1 + bonus;
  return operand.shape === 'group' && isConstant(sql, index + 1, operand.end) ? 5 + bonus : 0;
};

// What follows decides: a comment cuts off the rest of the statement.
const endsInComment = (sql: SqlReader, from: number): boolean => {
  let index = from;
  while (sql.kind(index) === ')' || sql.kind(index) === ';') index++;
  return sql.kind(index) === 'c';
};

const isConstant = (sql: SqlReader, from: number, to: number): boolean => {
  let comparisons = 0;
  for (let index = from; index < to; index++) {
    if (sql.kind(index) === 'o') comparisons++;
    else if (!/^[1sSla&()]$/.test(sql.kind(index))) return false;
  }
  return comparisons > 0;
};

const isConditionStart = (sql: SqlReader, index: number): boolean =>
  ['where', 'having', 'when', 'on', 'if', 'iif', 'elt', 'make_set'].includes(sql.text(index)) || (sql.kind(index) === '(' && sql.kind(index + 1) !== ')');

const scoreConstantComparison = (sql: SqlReader, score: Score, start: number, points: number): void => {
  let index = start;
  while (sql.kind(index) === '(') index++;
  const isNumber = sql.kind(index) === '1' && sql.kind(index + 2) === '1';
  const isText = /^[sS]$/.test(sql.kind(index)) && /^[sS]$/.test(sql.kind(index + 2));
  const isEquality = sql.is(index + 1, '=') || sql.is(index + 1, 'like') || sql.is(index + 1, '<>') || sql.is(index + 1, '!=');
  if (isEquality && (isNumber || (isText && sql.hasBroken))) score.add('sqli_blind_boolean', points, start);
};

const scoreComparisonAfterBreak = (sql: SqlReader, score: Score): void => {
  const right = sql.operand(2);
  if (right === undefined || right.shape === 'name') return;
  const isEquality = /^(?:=|like|rlike|regexp|in|<=>|!=|<>)$/.test(sql.text(1));
  if (endsInComment(sql, right.end)) score.add('sqli_or_true', 5, 1);
  else if (isEquality && sql.kind(right.end) === '$') score.add('sqli_or_true', 3, 1);
};

// The whole value is `1=1`, or `(7=7)*9`.
const scoreLoneComparison = (sql: SqlReader, score: Score): void => {
  const first = sql.kind(0) === '(' ? 1 : 0;
  if (sql.kind(first) !== '1' || !/^(?:=|like|<>)$/.test(sql.text(first + 1)) || sql.kind(first + 2) !== '1') return;
  const following = sql.kind(first + 3);
  if (first === 1) score.add('sqli_blind_boolean', following === ')' && sql.kind(5) === 'a' && sql.kind(6) === '1' ? 5 : 0, 0);
  else score.add('sqli_blind_boolean', following === '$' ? 3 : following === 'c' ? 5 : 0, 0);
};
