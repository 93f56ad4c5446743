import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import { asciiOnly } from '../glyphs.ts';
import type { Line } from '../text/line.ts';
import type { Paint, Theme } from '../theme.ts';

type Props = { readonly lines: readonly Line[]; readonly columns: number; readonly theme: Theme; readonly isAscii: boolean };

/** Lines as rows of the screen: one text per row, the box exactly as high as there are lines. */
export const Lines = ({ lines, columns, theme, isAscii }: Props): ReactElement => (
  <Box flexDirection="column" width={columns} height={lines.length} overflow="hidden">
    {lines.map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its position
      <Row key={index} line={line} theme={theme} isAscii={isAscii} />
    ))}
  </Box>
);

type RowProps = { readonly line: Line; readonly theme: Theme; readonly isAscii: boolean };

const isSameRow = (before: RowProps, after: RowProps): boolean =>
  before.theme === after.theme && before.isAscii === after.isAscii && (before.line === after.line || isSameLine(before.line, after.line));

const isSameLine = (a: Line, b: Line): boolean =>
  a.inverse === b.inverse &&
  a.spans.length === b.spans.length &&
  a.spans.every((piece, index) => piece.text === b.spans[index]?.text && piece.tone === b.spans[index]?.tone);

const Row = memo(({ line, theme, isAscii }: RowProps): ReactElement => {
  if (line.spans.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate-end">
      {line.spans.map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span is its position
        <Text key={index} {...attributes(theme[tone], index < line.inverse)}>
          {isAscii ? asciiOnly(text) : text}
        </Text>
      ))}
    </Text>
  );
}, isSameRow);

// Inverse alone carries the selection: a colour or dimming under it would be unreadable on some palettes.
const attributes = ({ color, bold, dim }: Paint, isInverse: boolean) =>
  isInverse ? { inverse: true, bold: bold === true } : { ...(color === undefined ? {} : { color }), bold: bold === true, dimColor: dim === true };
