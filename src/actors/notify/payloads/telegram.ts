import type { PayloadBuilder } from '../payload.ts';
import { cut, digestLine, factsOf, headline, LISTED, noticesOf } from '../words.ts';
import { jsonPayload } from './json.ts';

// Source: Telegram Bot API, sendMessage: 4,096 characters after entities are parsed. Values are cut before they are escaped.
const MAX_VALUE = 200;
const MAX_LABEL = 100;

/** A message for Telegram's `sendMessage`, in its HTML mode. */
export const buildTelegram: PayloadBuilder = (delivery, { endpoint, label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  const rest = notices.length - LISTED;
  const lines =
    notices.length === 1 && first !== undefined
      ? factsOf(first).map(([name, value]) => `${name}: <code>${escapeHtml(cut(value, MAX_VALUE))}</code>`)
      : [...notices.slice(0, LISTED).map((notice) => escapeHtml(cut(digestLine(notice), MAX_VALUE))), ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return jsonPayload({
    chat_id: endpoint.chatId ?? '',
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    text: [`<b>${escapeHtml(cut(headline(notices), MAX_VALUE))}</b>`, ...lines, `1-SEC on ${escapeHtml(cut(label, MAX_LABEL))}`].join('\n'),
  });
};

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
