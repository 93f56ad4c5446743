import type { SqlReader } from './reader.ts';
import type { Score } from './score.ts';
import { selectStrength } from './select-shape.ts';

/** Whole queries: UNION SELECT, stacked and leading statements, subqueries, clauses that end a query early. */
export const scoreQueries = (sql: SqlReader, score: Score): void => {
  for (let index = 0; index < sql.length; index++) {
    switch (sql.kind(index)) {
      case 'U':
        scoreUnion(sql, score, index);
        break;
      case '(':
        if (sql.is(index + 1, 'select')) score.add('sqli_subquery', [0, 2, 4, 5][selectStrength(sql, index + 1)] ?? 0, index);
        break;
      case 'B':
        scoreClause(sql, score, index);
        break;
      case 'E':
      case 'T':
        if (isStatementStart(sql, index)) scoreStatement(sql, score, index);
        break;
    }
    if (sql.is(index, 'into') && /^(?:outfile|dumpfile)$/.test(sql.text(index + 1)))
      score.add('sqli_file_write', /^[sS1v]$/.test(sql.kind(index + 2)) ? 6 : 3, index);
    if (sql.is(index, 'waitfor') && /^(?:delay|time)$/.test(sql.text(index + 1)) && /^[sS]$/.test(sql.kind(index + 2))) score.add('sqli_sleep', 6, index);
    if (sql.is(index, 'as') && sql.kind(index + 1) === 'n' && sql.is(index + 2, 'where')) score.add('sqli_subquery', 2, index);
    if (sql.is(index, 'in') && sql.is(index + 1, 'boolean') && sql.is(index + 2, 'mode')) score.add('sqli_subquery', 3, index);
  }
};

const scoreUnion = (sql: SqlReader, score: Score, index: number): void => {
  let at = index + 1;
  let extra = (sql.hasBroken ? 2 : 0) + (index > 0 && /^[1)]$/.test(sql.kind(index - 1)) ? 1 : 0);
  while (/^(?:all|distinct|distinctrow)$/.test(sql.text(at)) || sql.kind(at) === '(') {
    at++;
    extra++;
  }
  const points = unionPoints(sql, index, at);
  score.add('sqli_union', points, index);
  if (points > 0) score.add('sqli_union_from_value', extra, index);
};

const unionPoints = (sql: SqlReader, index: number, at: number): number => {
  if (sql.is(at, 'values') && sql.kind(at + 1) === '(') return 4;
  if (sql.is(at, 'table') && sql.kind(at + 1) === 'n') return 2;
  if (sql.is(at, 'select')) {
    const isWhole = sql.kind(at + 1) === '$' || (index > 0 && /^[1)s]$/.test(sql.kind(index - 1)) && /^[$c]$/.test(sql.kind(at + 2)));
    return [isWhole ? 3 : 0, 2, 4, 5][selectStrength(sql, at)] ?? 0;
  }
  return sql.is(index, 'union') && sql.kind(at) === '$' && at > index + 1 ? 1 : 0;
};

const scoreClause = (sql: SqlReader, score: Score, index: number): void => {
  if (sql.is(index, 'procedure') && /^analy[sz]e$/.test(sql.text(index + 1)) && sql.kind(index + 2) === '(') score.add('sqli_blind_error', 6, index);
  const isOrdering = (sql.is(index, 'order') || sql.is(index, 'group')) && sql.is(index + 1, 'by');
  if (!isOrdering || !/^[1sl)]$/.test(sql.kind(index - 1))) return;
  const operand = sql.operand(index + 2);
  if (operand === undefined) return;
  let end = operand.end;
  while (sql.kind(end) === ',') end = sql.operand(end + 1)?.end ?? end + 1;
  const isCut = sql.kind(end) === 'c';
  score.add('sqli_order_by', (operand.shape === 'literal' ? 3 : 2) + (isCut ? 2 : 0) + (sql.hasBroken ? 2 : 0), index);
};

// After `;`, after a closed literal or parenthesis, or at the very start.
const isStatementStart = (sql: SqlReader, index: number): boolean => {
  let before = index - 1;
  while (sql.kind(before) === '(') before--;
  return (
    before < 0 ||
    sql.kind(before) === ';' ||
    sql.kind(before) === '{' ||
    (sql.kind(before) === ')' && sql.hasStrayParenthesis) ||
    (before === 0 && sql.hasBroken)
  );
};

const scoreStatement = (sql: SqlReader, score: Score, index: number): void => {
  let before = index - 1;
  while (sql.kind(before) === '(') before--;
  const isStacked = sql.kind(before) === ';' && before > 0;
  const strength = statementStrength(sql, index);
  if (strength === 0) return;
  if (isStacked) score.add('sqli_stacked', strength >= 3 ? 6 : strength === 2 ? 5 : 2, index);
  else score.add('sqli_query', [0, 1, 3, 5][strength] ?? 0, index);
};

const OBJECTS =
  /^(?:table|database|schema|view|index|trigger|function|procedure|user|login|role|sequence|tablespace|event|proc|extension|assembly|server|temp|temporary|or|unique|column|if)$/;

/** 0 = prose, 1 = may be, 2 = likely, 3 = nothing else reads like this. */
const statementStrength = (sql: SqlReader, index: number): number => {
  const word = sql.text(index);
  const following = sql.text(index + 1);
  const kind = sql.kind(index + 1);
  switch (word) {
    case 'select':
      return selectStrength(sql, index);
    case 'insert':
    case 'replace':
    case 'merge':
      return following !== 'into' ? 0 : sql.kind(index + 2) === 'n' && /^[(kEc$]$/.test(sql.kind(index + 3)) ? 3 : 0;
    case 'update':
      return kind === 'n' && sql.is(index + 2, 'set') ? (sql.is(index + 4, '=') ? 3 : 1) : 0;
    case 'delete':
      return following === 'from' && /^[nk]$/.test(sql.kind(index + 2))
        ? sql.is(index + 3, 'where') || /^[;c]$/.test(sql.kind(index + 3))
          ? 3
          : sql.kind(index + 3) === '$'
            ? sql.kind(index - 1) === ';'
              ? 2
              : 1
            : 0
        : 0;
    case 'drop':
    case 'create':
    case 'alter':
    case 'truncate':
    case 'rename':
    case 'backup':
    case 'restore':
      return OBJECTS.test(following) && /^[nksT1]$/.test(sql.kind(index + 2)) ? (/^[n]$/.test(sql.kind(index + 3)) && word !== 'create' ? 1 : 3) : 0;
    case 'exec':
    case 'execute':
      return /^(?:[a-z_.]*\b)?(?:xp|sp)_/.test(following) || kind === '(' || kind === 'v' || kind === 's' || following === 'immediate'
        ? 3
        : kind === 'n'
          ? 1
          : 0;
    case 'declare':
      return kind === 'v' ? 3 : kind === 'n' ? 1 : 0;
    case 'set':
      return kind === 'v' && sql.kind(index + 2) === 'o' ? 3 : 0;
    case 'waitfor':
      return following === 'delay' || following === 'time' ? 3 : 0;
    case 'shutdown':
      return /^[c;$]$/.test(kind) || following === 'with' ? 3 : 0;
    case 'call':
      return kind === 'n' && sql.kind(index + 2) === '(' ? 2 : 0;
    case 'begin':
      return kind === 'n' && following.includes('.') ? 3 : kind === 'T' ? 2 : 0;
    case 'if':
      return kind === '('
        ? sql.kind(index - 1) === ';' || sql.holdsWork(index + 1, sql.closing(index + 1))
          ? 2
          : 1
        : kind === '1' && /^[=<>!]/.test(sql.text(index + 2))
          ? 2
          : 0;
    case 'grant':
    case 'revoke':
      return following === 'all' || /\b(?:dba|select|execute)\b/.test(following) ? 2 : 0;
    case 'copy':
      return kind === 'n' && /^(?:from|to)$/.test(sql.text(index + 2)) && /^[sSn]$/.test(sql.kind(index + 3)) ? 2 : 0;
    case 'load':
      return following === 'data' || following === 'xml' ? 2 : 0;
    case 'attach':
      return following === 'database' ? 3 : 0;
    case 'handler':
      return kind === 'n' && /^(?:open|read)$/.test(sql.text(index + 2)) ? 3 : 0;
    case 'prepare':
      return kind === 'n' && sql.is(index + 2, 'from') ? 3 : 0;
    default:
      return 0;
  }
};
