import type { PayloadBuilder } from '../payload.ts';
import { cut, digestLine, factsOf, headline, LISTED, noticesOf } from '../words.ts';
import { jsonPayload } from './json.ts';

// Source: Slack Block Kit reference. A header holds 150 characters, a section 3,000 and ten fields of 2,000.
const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_FIELD = 2000;

/** A Slack message in Block Kit, for an incoming webhook. All of it is plain text: neither links, mentions nor styles can be made. */
export const buildSlack: PayloadBuilder = (delivery, { label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  const title = headline(notices);
  const rest = notices.length - LISTED;
  const listed = [...notices.slice(0, LISTED).map((notice) => `• ${digestLine(notice)}`), ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return jsonPayload({
    // Shown where blocks are not: in notifications. The only text in which Slack looks for markup.
    text: escapeSlack(cut(title, MAX_HEADER)),
    blocks: [
      { type: 'header', text: plain(title, MAX_HEADER) },
      notices.length === 1 && first !== undefined
        ? { type: 'section', fields: factsOf(first).map(([name, value]) => plain(`${name}: ${value}`, MAX_FIELD)) }
        : { type: 'section', text: plain(listed.join('\n'), MAX_SECTION) },
      { type: 'context', elements: [plain(`1-SEC on ${label}`, MAX_HEADER)] },
    ],
  });
};

const plain = (text: string, max: number) => ({ type: 'plain_text', text: cut(text, max), emoji: false });

/** Slack's three control characters as entities; the characters that style text are replaced, for those there is no escape. */
const escapeSlack = (text: string): string =>
  text
    .replace(/[*_~`]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
