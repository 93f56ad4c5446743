import type { PayloadBuilder } from '../payload.ts';
import { cut, digestLine, factsOf, headline, LISTED, noticesOf, timeText } from '../words.ts';
import { jsonPayload } from './json.ts';
import { colourOf } from './severity-colour.ts';

// Source: Discord, embed limits: title 256, description 4,096, field value 1,024, footer 2,048, together 6,000.
const MAX_TITLE = 256;
const MAX_DESCRIPTION = 4096;
const MAX_VALUE = 1024;

/** A Discord webhook message with one embed. Nobody is mentioned, whatever the text says. */
export const buildDiscord: PayloadBuilder = (delivery, { label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  const rest = notices.length - LISTED;
  return jsonPayload({
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cutEscaped(escapeDiscord(headline(notices)), MAX_TITLE),
        color: Number.parseInt(colourOf(first), 16),
        ...(notices.length === 1 && first !== undefined
          ? {
              fields: factsOf(first).map(([name, value]) => ({ name, value: cutEscaped(escapeDiscord(value), MAX_VALUE), inline: true })),
              timestamp: timeText(first.at),
            }
          : {
              description: cutEscaped(
                [...notices.slice(0, LISTED).map((notice) => escapeDiscord(digestLine(notice))), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'),
                MAX_DESCRIPTION,
              ),
            }),
        footer: { text: cut(`1-SEC on ${label}`, MAX_TITLE) },
      },
    ],
  });
};

/** Markdown's special characters with a backslash; `@` is followed by an invisible character, so that it names nobody. */
const escapeDiscord = (text: string): string => text.replace(/[\\*_~`|>#[\]()<:-]/g, '\\$&').replaceAll('@', '@\u200b');

/** Cut without leaving a lone backslash at the end. */
const cutEscaped = (text: string, max: number): string => (text.length <= max ? text : cut(text, max).replace(/\\+…$/, '…'));
