import { SecError } from '../domain/errors.ts';
import type { CommandContext } from './command.ts';
import { readLines } from './read-lines.ts';
import { table } from './table.ts';

const MAX_TEXT = 1_048_576;

/** `1sec scan --as http|command (TEXT | --ndjson)`: exit 0 clean, 20 suspicious, 21 malicious; with --ndjson always 0. */
export const run = async (context: CommandContext): Promise<number> => {
  const kind = context.text('as');
  if (kind !== 'http' && kind !== 'command') throw new SecError('SEC_USAGE', `scan: expected --as http or --as command, got ${kind ?? 'nothing'}`);
  const { createScanner } = await import('../daemon/scan.ts');
  const scan = createScanner(kind);
  if (context.flag('ndjson')) {
    let number = 0;
    for await (const line of readLines(context.stdin, MAX_TEXT)) {
      number += 1;
      if (line.trim() === '') continue;
      const { id, text } = parseItem(line, number);
      context.print(JSON.stringify({ id, ...scan(text) }));
    }
    return 0;
  }
  const text = context.input.join(' ');
  if (text === '') throw new SecError('SEC_USAGE', 'scan: a text to judge is missing (or --ndjson for many on standard input)');
  const result = scan(text);
  if (context.flag('json')) context.print(JSON.stringify(result, null, 2));
  else {
    context.print(result.verdict);
    if (result.findings.length > 0)
      context.print(
        table(
          ['SEVERITY', 'MODULE', 'TYPE', 'RULE'],
          result.findings.map((finding) => [finding.severity, finding.module, finding.type, finding.rule]),
        ),
      );
  }
  return result.verdict === 'clean' ? 0 : result.verdict === 'suspicious' ? 20 : 21;
};

const parseItem = (line: string, number: number): { readonly id: unknown; readonly text: string } => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (problem) {
    throw new SecError('SEC_INPUT_INVALID', `line ${number}: expected JSON, got: ${line.slice(0, 80)}`, { cause: problem });
  }
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    throw new SecError('SEC_INPUT_INVALID', `line ${number}: expected {"id","text"}, got: ${line.slice(0, 80)}`);
  return { id: 'id' in value ? value.id : number, text: value.text };
};
