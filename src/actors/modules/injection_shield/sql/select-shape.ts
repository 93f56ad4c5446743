import type { Operand, SqlReader } from './reader.ts';

/**
 * How much what follows a SELECT at `index` reads like a query and not like prose: 0 not at all ("select your seat"),
 * 1 hardly, 2 likely ("select name from users"), 3 certainly.
 */
export const selectStrength = (sql: SqlReader, index: number): number => {
  const list = readList(sql, skipModifiers(sql, index + 1));
  if (list.items === 0) return 0;
  const tail = list.end;
  if (sql.is(tail, 'from')) return Math.max(fromStrength(sql, tail + 1, list), list.constants > 0 ? 2 : 0);
  const isTail = sql.kind(tail) === '$' || /^[c;)U]$/.test(sql.kind(tail)) || /^(?:into|where|limit|order|group|having|as|for)$/.test(sql.text(tail));
  if (!isTail) return list.constants > 1 ? 2 : list.constants > 0 ? 1 : 0;
  if (list.constants > 0) return 3;
  return list.items > 1 && sql.kind(tail) !== '$' ? 2 : list.items > 1 ? 1 : 0;
};

type List = { readonly end: number; readonly items: number; readonly constants: number };

const skipModifiers = (sql: SqlReader, from: number): number => {
  let index = from;
  for (;;) {
    if (sql.is(index, 'top') && sql.kind(index + 1) === '1') index += 2;
    else if (/^(?:all|distinct|distinctrow)$/.test(sql.text(index)) && sql.kind(index + 1) !== '$') index++;
    else return index;
  }
};

// Stars, literals, calls, variables and subqueries are `constants`: prose has none of them after the word.
const readList = (sql: SqlReader, from: number): List => {
  let index = from;
  let items = 0;
  let constants = 0;
  for (;;) {
    if (sql.is(index, '*')) {
      items++;
      constants++;
      index++;
    } else {
      const operand = sql.operand(index);
      if (operand === undefined) break;
      items++;
      if (isConstant(sql, index, operand)) constants++;
      index = operand.end;
    }
    if (sql.is(index, 'as') && sql.kind(index + 1) === 'n') index += 2;
    else if (sql.kind(index) === 'n' && sql.kind(index + 1) === ',') index++;
    if (sql.kind(index) !== ',') break;
    index++;
  }
  return { end: index, items, constants };
};

const isConstant = (sql: SqlReader, index: number, operand: Operand): boolean => {
  if (operand.shape === 'name') return sql.kind(index) === 'v';
  return operand.shape !== 'group' || sql.kind(index + 1) !== 'n';
};

const fromStrength = (sql: SqlReader, index: number, list: List): number => {
  if (sql.kind(index) === '(') return 3;
  if (sql.kind(index) !== 'n' && sql.kind(index) !== 'k') return 0;
  let names = 1;
  while (sql.kind(index + names) === 'n') names++;
  const isWhole = /^[$c;),(]$/.test(sql.kind(index + names)) || /^[kBU&oE]$/.test(sql.kind(index + names));
  if (names > 2 || !isWhole) return list.constants > 0 ? 2 : 0;
  if (list.constants > 0) return 3;
  const isSure = sql.text(index).includes('.') || list.items > 1 || sql.is(index + names, 'where');
  return isSure && names === 1 ? 3 : names === 1 ? 2 : 1;
};
