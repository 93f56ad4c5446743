import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/daemon/logger.ts';

const logOf = (format: 'console' | 'json', level = 'info') => {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level, format, write: (line) => lines.push(line) }) };
};

describe('the words of the log', () => {
  test('a line for people has time, level, message and what belongs to it', () => {
    const { lines, logger } = logOf('console');
    logger.warn({ source: 'file:/var/log/auth.log', lines: 3, more: { a: 1 } }, 'given up');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z warn given up source=file:\/var\/log\/auth\.log lines=3 more=\{"a":1\}\n$/);
  });

  test('hostile text stays on its line and reaches no terminal as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { lines, logger } = logOf('console');
        logger.error({ problem: `\u001b[2J${text}` }, `\n\u202e${text}`);
        expect(lines).toHaveLength(1);
        expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
        expect(lines[0]?.endsWith('\n')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a line cannot grow without end', () => {
    const { lines, logger } = logOf('console');
    logger.error({ problem: 'x'.repeat(1_000_000) }, 'y'.repeat(1_000_000));
    expect(lines[0]?.length).toBeLessThan(1000);
  });

  test('machines get JSON, one object a line', () => {
    const { lines, logger } = logOf('json');
    logger.info({ by: 'root\n' }, 'stop');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, by: 'root\n', msg: 'stop' });
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
  });

  test('what is below the level is not written', () => {
    const { lines, logger } = logOf('console', 'warn');
    logger.info('quiet');
    logger.error('loud');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('ERROR loud');
  });
});
