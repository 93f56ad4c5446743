/** JavaScript that only an attacker passes in a value: points and place, or undefined. Text is lower-case. */
export const judgeScript = (text: string): { readonly points: number; readonly at: number; readonly isGrave: boolean } | undefined => {
  let worst: { points: number; at: number; isGrave: boolean } | undefined;
  for (const { pattern, points, isGrave = false } of SINKS) {
    const at = text.search(pattern);
    if (at >= 0 && points > (worst?.points ?? 0)) worst = { points, at, isGrave };
  }
  return worst;
};

type Sink = { readonly pattern: RegExp; readonly points: number; readonly isGrave?: boolean };

// One assignment, call or property that reads secrets, moves the page, or makes code of text.
const SINKS: readonly Sink[] = [
  { pattern: /\b(?:alert|prompt|confirm)\s{0,4}(?:\(|`)\s{0,4}(?:['"`/\d)]|document|window|location|this|self|origin|string|xss|atob)/, points: 5 },
  { pattern: /\b(?:alert|prompt|confirm)\s{0,4}(?:\(|&lpar|\?\.\(|\.(?:call|apply|bind)\b)/, points: 4 },
  {
    pattern:
      /\bdocument\s{0,4}(?:\.|\?\.|\[\s{0,4}['"`])\s{0,4}(?:cookie|write|writeln|domain|location|body|documentelement|createelement|getelement|queryselector|forms|referrer|url|execcommand|defaultview)/,
    points: 5,
  },
  { pattern: /\b(?:window|top|self|parent|frames|globalthis|this)\s{0,4}\[\s{0,4}(?:['"`/]|\d|string|atob|\(|\+)/, points: 5 },
  { pattern: /\b(?:window|top|self|parent)\.(?:location|open|name|alert|eval|document)\b/, points: 5 },
  {
    pattern:
      /\blocation(?:\.(?:href|assign|replace|hash))?(?:\s{0,4}=\s{0,4}(?:['"`/]|name\b|hash\b|url\b|javascript|atob|https?:|document|window|self|top)|\(\s{0,4}['"`a-z])/,
    points: 4,
  },
  { pattern: /\.(?:inner|outer)html\b|\binsertadjacenthtml\b|\bfromc(?:harcode|odepoint)['"\]\s]{0,4}\(/, points: 5 },
  { pattern: /\beval\s{0,4}(?:\(|`|\.call)/, points: 5, isGrave: true },
  {
    pattern:
      /\b(?:settimeout|setinterval|setimmediate|execscript)\s{0,4}(?:\(\s{0,4}(?:['"`(]|alert|eval|prompt|confirm|function|atob|[a-z]{1,12}\s{0,4}=>)|`)/,
    points: 5,
  },
  { pattern: /\bnew\s{1,4}function\s{0,4}[(`]|\bfunction\s{0,4}\(\s{0,4}['"`]|\bfunction`/, points: 5 },
  { pattern: /\bconstructor['"\]]{0,3}\s{0,2}[.[(].{0,16}constructor|\.constructor\s{0,4}\(|\[\s{0,4}['"`]constructor/, points: 5 },
  { pattern: /\bnew\s{1,4}(?:xmlhttprequest|image|activexobject|websocket|worker)\s{0,4}[(.;]/, points: 5 },
  { pattern: /\b(?:localstorage|sessionstorage)\b\s{0,4}[.[]/, points: 4 },
  { pattern: /\b(?:fetch|import|importscripts|navigator\.sendbeacon|\$\.getscript)\s{0,4}\(\s{0,4}['"`]/, points: 5 },
  { pattern: /\b(?:atob|unescape|decodeuri(?:component)?|string\.raw)\s{0,4}[(`]\s{0,4}['"`]/, points: 4 },
  { pattern: /\bthrow\s{0,4}(?:onerror|1\b)|\bonerror\s{0,4}=\s{0,4}(?:alert|eval|prompt|confirm)|\b_?=\s{0,4}(?:alert|eval|prompt|confirm)\b/, points: 5 },
  { pattern: /\[\]\s{0,4}\[\s{0,4}[[('"!+]|[[\]()!+]{24}/, points: 5 },
  { pattern: /script(?:alert|prompt|confirm|document)\b|\bmsgbox\s{0,4}\(/, points: 5 },
  { pattern: /^[a-z_$]{1,12} ?= ?(?:"[^"]{0,60}"|'[^']{0,60}');$/, points: 3 },
  { pattern: /\+adw-[a-z/]{1,12}/, points: 5 },
  { pattern: /\bexpression\s{0,4}\(\s{0,4}(?:alert|document|eval|window|\()|-moz-binding\s{0,4}:|\bbehaviou?r\s{0,4}:\s{0,4}url|-o-link\s{0,4}:/, points: 5 },
];
