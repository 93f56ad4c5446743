/** A generated page; says that it must not be edited. */
export const page = (title: string, ...lines: readonly string[]): string => `${[`# ${title}`, '', MADE, '', ...lines].join('\n')}\n`;

/** One line of a table. */
export const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const MADE = '<!-- Made by `npm run gen`; change the source, not this page. -->';
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
