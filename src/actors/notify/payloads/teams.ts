import { isOver, type Notice } from '../../../domain/notice.ts';
import type { PayloadBuilder } from '../payload.ts';
import { cut, digestLine, factsOf, headline, LISTED, noticesOf } from '../words.ts';
import { jsonPayload } from './json.ts';

const MAX_TEXT = 1000;

/** An Adaptive Card for a Teams workflow that waits for a webhook request. */
export const buildTeams: PayloadBuilder = (delivery, { label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  const rest = notices.length - LISTED;
  const block = (text: string, more: { readonly [key: string]: unknown } = {}) => ({
    type: 'TextBlock',
    text: escapeTeams(cut(text, MAX_TEXT)),
    wrap: true,
    ...more,
  });
  return jsonPayload({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          // Source: Microsoft, cards in Teams: 1.4 is what its workflows render everywhere.
          version: '1.4',
          body: [
            block(headline(notices), { size: 'Medium', weight: 'Bolder', color: colourOf(first) }),
            ...(notices.length === 1 && first !== undefined
              ? [{ type: 'FactSet', facts: factsOf(first).map(([title, value]) => ({ title, value: escapeTeams(cut(value, MAX_TEXT)) })) }]
              : [...notices.slice(0, LISTED).map((notice) => block(digestLine(notice))), ...(rest > 0 ? [block(`… and ${rest} more`)] : [])]),
            block(`1-SEC on ${label}`, { isSubtle: true, size: 'Small' }),
          ],
        },
      },
    ],
  });
};

const colourOf = (notice: Notice | undefined): string => {
  if (notice === undefined || isOver(notice)) return 'Good';
  return { CRITICAL: 'Attention', HIGH: 'Attention', MEDIUM: 'Warning', LOW: 'Accent', INFO: 'Default' }[notice.severity];
};

/** The Markdown that Adaptive Cards know, with a backslash; `{{` would be a date function, `<` the start of a mention. */
const escapeTeams = (text: string): string =>
  text
    .replace(/[\\*_~`#[\]()!+>|-]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '{\u200b{');
