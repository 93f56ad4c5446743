import { readSql, type SqlReader } from './reader.ts';
import { createScore, type Score } from './score.ts';
import { scoreFunctions } from './signals-function.ts';
import { scoreLogic } from './signals-logic.ts';
import { scoreQueries } from './signals-query.ts';
import { type SqlContext, type SqlToken, tokeniseSql } from './tokenise.ts';

/** What the SQL reading of a value came to: points, the leading rule, and where it was seen. */
export type SqlVerdict = {
  readonly points: number;
  readonly rule: string;
  readonly span: readonly [number, number];
  /** Statements of their own, the catalogue, files or the system: more than reading a row. */
  readonly isGrave: boolean;
};

/**
 * Reads lower-case `text` as SQL put into a statement plainly, inside '…', inside "…" and inside `…`, and gives the worst
 * reading. The idea (judge the sequence of token kinds in each context) is that of libinjection, N. Galbreath, 2012.
 */
export const judgeSql = (text: string): SqlVerdict | undefined => {
  let worst: SqlVerdict | undefined;
  for (const context of CONTEXTS) {
    if (context !== 'bare' && !text.includes(context)) continue;
    const verdict = judgeIn(text, context);
    if (verdict !== undefined && verdict.points > (worst?.points ?? 0)) worst = verdict;
  }
  return worst;
};

const CONTEXTS: readonly SqlContext[] = ['bare', "'", '"', '`'];

const judgeIn = (text: string, context: SqlContext): SqlVerdict | undefined => {
  const tokens = tokeniseSql(text, context);
  const sql = readSql(text, tokens, context);
  if (context !== 'bare' && !sql.hasBroken) return undefined;
  const score = createScore();
  scoreLogic(sql, score);
  scoreQueries(sql, score);
  scoreFunctions(sql, score);
  scoreBreak(sql, score);
  scoreEvasion(text, tokens, sql, score);
  const best = score.best();
  if (best === undefined) return undefined;
  const token = sql.token(best.at);
  const last = sql.token(Math.min(best.at + 7, sql.length - 1));
  return { points: score.total(), rule: best.rule, span: [token?.start ?? 0, last?.end ?? text.length], isGrave: GRAVE.some(score.has) };
};

const GRAVE = ['sqli_stacked', 'sqli_information_schema', 'sqli_file_write', 'sqli_system'];

// A quote, what closes the parentheses, and a comment: the rest of the statement is cut off.
const scoreBreak = (sql: SqlReader, score: Score): void => {
  if (!sql.hasBroken) return;
  let index = 1;
  while (sql.kind(index) === ')' || sql.kind(index) === ';') index++;
  if (sql.kind(index) === 'c') score.add('sqli_comment', commentPoints(sql.text(index)), index);
  if (sql.kind(1) === 'a') score.add('sqli_concat', concatPoints(sql), 1);
};

const commentPoints = (comment: string): number => {
  if (comment.startsWith('/*')) return comment.endsWith('*/') ? 2 : 4;
  const body = comment.startsWith('#') ? comment.slice(1) : comment.slice(2);
  if (/^[\s;+/-]{0,8}$/.test(body)) return 5;
  return /^\s[\sa-z0-9]{0,8}$/.test(body) ? 4 : 1;
};

const concatPoints = (sql: SqlReader): number => {
  const isPipe = sql.is(1, '||');
  if (sql.kind(2) === '(' || sql.isCall(2)) return sql.holdsWork(2, sql.length) ? 3 : 1;
  if (/^[sS]$/.test(sql.kind(2)) && sql.kind(3) === '$') return isPipe || sql.text(0).length === 1 ? 3 : 1;
  return 0;
};

// Comments between words and versioned comments have no honest use in a value.
const scoreEvasion = (text: string, tokens: readonly SqlToken[], sql: SqlReader, score: Score): void => {
  if (score.total() === 0) return;
  if (tokens.some((token) => token.kind === 'x' && text.startsWith('/*!', token.start))) score.add('sqli_versioned_comment', 3, 0);
  if (tokens.some((token, index) => token.kind === 'c' && index < tokens.length - 1 && text.startsWith('/*', token.start)))
    score.add('sqli_inline_comment', 1, 0);
  if (sql.hasStrayParenthesis) score.add('sqli_parenthesis', 1, 0);
};
