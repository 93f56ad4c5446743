import { isOver, type Notice } from '../../../domain/notice.ts';
import type { PayloadBuilder } from '../payload.ts';
import { cut, digestLine, factsOf, headline, LISTED, noticesOf } from '../words.ts';

const MAX_TITLE = 200;
const MAX_BODY = 3500;

/** A plain text message for an ntfy topic; title, priority and tags are headers. */
export const buildNtfy: PayloadBuilder = (delivery, { label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  const rest = notices.length - LISTED;
  const lines =
    notices.length === 1 && first !== undefined
      ? factsOf(first).map(([name, value]) => `${name}: ${value}`)
      : [...notices.slice(0, LISTED).map(digestLine), ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return {
    body: cut([...lines, `1-SEC on ${label}`].join('\n'), MAX_BODY),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      title: headerText(cut(headline(notices), MAX_TITLE)),
      priority: priorityOf(first),
      tags: first === undefined || isOver(first) ? 'white_check_mark' : 'rotating_light',
    },
  };
};

/** 1 to 5. Source: ntfy, message priority. */
const priorityOf = (notice: Notice | undefined): string =>
  notice === undefined || isOver(notice) ? '2' : { CRITICAL: '5', HIGH: '4', MEDIUM: '3', LOW: '2', INFO: '1' }[notice.severity];

/** A header holds printable ASCII on one line. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
