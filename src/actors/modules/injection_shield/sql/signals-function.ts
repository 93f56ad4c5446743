import type { SqlReader } from './reader.ts';
import type { Score } from './score.ts';
import { isAttackFunction, isCatalogName, isSqlFunction } from './words.ts';

/** Calls, catalogue names, server variables and encoded text. */
export const scoreFunctions = (sql: SqlReader, score: Score): void => {
  let characterCalls = 0;
  let ordinaryCalls = 0;
  for (let index = 0; index < sql.length; index++) {
    const word = sql.text(index);
    if (sql.isCall(index)) {
      const { rule, points } = callPoints(sql, index, word);
      score.add(rule, points, index);
      if (isSqlFunction(word)) ordinaryCalls++;
      if (CHARACTER.test(word) && sql.kind(index + 2) === '1') characterCalls++;
    }
    if (sql.kind(index) === 'n' && isCatalogName(word)) score.add('sqli_information_schema', 5, index);
    if (sql.kind(index) === 'v' && word.startsWith('@@') && word.length > 3) score.add('sqli_variable', 3, index);
    if (sql.kind(index) === 'n' && /^(?:master\.\.?)?xp_[a-z]{4,20}$/.test(word)) score.add('sqli_stacked', 5, index);
    if (sql.kind(index) === '1' && word.startsWith('0x') && hidesText(word.slice(2))) score.add('sqli_hex_encode', 5, index);
    if (sql.is(index, 'case') && hasWhen(sql, index)) score.add('sqli_case', 3, index);
  }
  if (characterCalls >= 2) score.add('sqli_hex_encode', 5, 0);
  if (ordinaryCalls > 0 && score.total() > 0) score.add('sqli_function', Math.min(ordinaryCalls, 2), 0);
};

const CHARACTER = /^(?:char|chr|nchar|unichar)$/;
const GEOMETRY = /^(?:geometrycollection|multipoint|multipolygon|multilinestring|linestring|polygon)$/;

type Points = { readonly rule: string; readonly points: number };

const callPoints = (sql: SqlReader, index: number, word: string): Points => {
  const open = index + 1;
  const close = sql.closing(open);
  if (isAttackFunction(word)) return { rule: ruleOf(word), points: attackPoints(sql, open, close, word) };
  if (CHARACTER.test(word) && sql.kind(open + 1) === '1' && sql.kind(open + 2) === ',' && sql.kind(open + 3) === '1')
    return { rule: 'sqli_hex_encode', points: 4 };
  if (/^(?:cast|convert|try_convert)$/.test(word)) return { rule: 'sqli_blind_error', points: conversionPoints(sql, open, close) };
  if (/^(?:concat|concat_ws|group_concat|string_agg|wm_concat|listagg)$/.test(word))
    return { rule: 'sqli_concat', points: holdsHidden(sql, open, close) ? 3 : 0 };
  if (word === 'exp') return { rule: 'sqli_blind_error', points: sql.is(open + 1, '~') ? 4 : 0 };
  const isRowTrick = word === 'row' && sql.kind(close + 1) === 'o' && sql.holdsWork(open, sql.length);
  return { rule: 'sqli_blind_error', points: isRowTrick ? 3 : 0 };
};

const ruleOf = (word: string): string => {
  if (/sleep|benchmark|receive_message|generate_series/.test(word)) return 'sqli_sleep';
  if (/randomblob|regexp_substring|crypt_key/.test(word)) return 'sqli_blind_time';
  if (/^(?:load_file|extractvalue|updatexml)$/.test(word)) return 'sqli_extract';
  return /^(?:xp_|sp_|sys_|pg_read|lo_)/.test(word) ? 'sqli_system' : 'sqli_blind_error';
};

const attackPoints = (sql: SqlReader, open: number, close: number, word: string): number => {
  const first = sql.kind(open + 1);
  // Well-known text is honest geometry; the attack puts a query inside to make it fail.
  if (GEOMETRY.test(word)) return sql.holdsWork(open, close) ? 5 : 0;
  if (word === 'elt' || word === 'make_set' || word === 'json_keys') return sql.holdsWork(open, close) || sql.kind(open + 2) === 'o' ? 4 : 1;
  if (first === '$') return 1;
  if (word === 'sleep' && first === '1') return /^[),a$o]$/.test(sql.kind(open + 2)) ? 5 : 1;
  if (word === 'sleep') return /^[(Ea]$/.test(first) || sql.isCall(open + 1) || /^[sS]$/.test(first) ? 5 : 1;
  if (word === 'benchmark' || word === 'generate_series') return first === '1' ? 5 : 2;
  return 5;
};

const TYPES =
  /^(?:int|integer|bigint|smallint|tinyint|decimal|numeric|float|real|double|signed|unsigned|char|varchar|nvarchar|varchar2|text|binary|date|datetime|xml|bytea|regclass|uniqueidentifier)$/;

const conversionPoints = (sql: SqlReader, open: number, close: number): number => {
  const isTyped = TYPES.test(sql.text(open + 1)) ? sql.kind(open + 2) === ',' : sql.is(close - 2, 'as') || sql.is(close - 5, 'as');
  if (!isTyped) return 0;
  return sql.holdsWork(open, close) ? 4 : 2;
};

const holdsHidden = (sql: SqlReader, open: number, close: number): boolean => {
  for (let index = open; index < close; index++) if (sql.text(index).startsWith('0x')) return true;
  return sql.holdsWork(open, close);
};

const hasWhen = (sql: SqlReader, index: number): boolean => {
  let hasSeen = false;
  for (let at = index + 1; at < Math.min(index + 40, sql.length); at++) {
    if (sql.is(at, 'when')) hasSeen = true;
    if (hasSeen && sql.is(at, 'then')) return true;
  }
  return false;
};

/** True for hexadecimal digits that spell at least five printable characters, most of them letters: not a hash, not an address. */
const hidesText = (digits: string): boolean => {
  if (digits.length < 10 || digits.length % 2 === 1) return false;
  const bytes = Buffer.from(digits.slice(0, 128), 'hex').toString('latin1');
  return /^[\t\n\r -~]+$/.test(bytes) && bytes.replace(/[^A-Za-z _/.-]/g, '').length >= bytes.length * 0.7;
};
