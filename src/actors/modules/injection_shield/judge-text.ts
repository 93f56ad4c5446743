import type { Severity } from '../../../domain/severity.ts';
import type { Category } from './categories.ts';
import { decodeBase64Text } from './decode/base64.ts';
import { resolveLookups } from './decode/lookups.ts';
import { type View, type Views, viewsOf } from './decode/views.ts';
import { judgeHtml } from './html/judge-html.ts';
import { judgePath } from './path/judge-path.ts';
import { judgeUrls } from './path/judge-url.ts';
import { isSuspect, literalsOfRule, mayHide, ruleLiterals } from './prefilter.ts';
import type { FieldKind, Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { judgeShell } from './shell/judge-shell.ts';
import { judgeSql } from './sql/judge-sql.ts';

/** One thing seen in one value. `text` is the reading in which it was seen; the span lies in it. */
export type Hit = {
  readonly rule: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly text: string;
  readonly span: readonly [number, number];
};

export type TextOptions = {
  readonly kind: FieldKind;
  readonly plus: 'blank' | 'unknown';
  /** 1 to 3: the highest level of rules that runs. */
  readonly paranoia: number;
};

/** Reads one value, at most 8 KiB, in every decoding, with every rule and every reader. At most one hit for each rule. */
export const judgeText = (text: string, options: TextOptions): readonly Hit[] => {
  const hidden = decodeBase64Text(text);
  if (hidden === undefined && !mayHide(text) && !isSuspect(text)) return [];
  const views = viewsOf(text, options.plus);
  const hits = new Map<string, Hit>();
  const add = (hit: Hit): void => {
    if (!hits.has(hit.rule)) hits.set(hit.rule, hit);
  };
  runRules(views, options, add);
  runReaders(views.decoded, options, add);
  for (const view of views.others) runReaders(view, options, add);
  const lookups = resolveLookups(views.decoded.lower);
  if (lookups !== undefined && lookups !== views.decoded.lower) runRules(viewsOf(lookups, 'unknown'), options, add);
  if (hidden !== undefined) for (const hit of judgeText(hidden.slice(0, 4096), { ...options, kind: 'text', plus: 'unknown' })) add(hit);
  return [...hits.values()];
};

const runRules = (views: Views, options: TextOptions, add: (hit: Hit) => void): void => {
  const seen = new Uint8Array(ruleLiterals.size);
  const fresh = [views.raw, views.decoded, ...views.others].reduce((sum, view) => sum + ruleLiterals.scan(view.text, seen), 0);
  if (fresh === 0) return;
  RULES.forEach((rule, index) => {
    if ((rule.level ?? 1) > options.paranoia || rule.fields?.includes(options.kind) === false) return;
    if (literalsOfRule[index]?.some((literal) => seen[literal] === 1) !== true) return;
    const hit = matchRule(rule, views);
    if (hit !== undefined) add(hit);
  });
};

const matchRule = (rule: Rule, views: Views): Hit | undefined => {
  for (const { text, shown } of readingsOf(rule, views)) {
    const match = rule.pattern.exec(text);
    if (match !== null)
      return { rule: rule.id, category: rule.category, severity: rule.severity, text: shown, span: [match.index, match.index + match[0].length] };
  }
  return undefined;
};

const readingsOf = (rule: Rule, views: Views): readonly { readonly text: string; readonly shown: string }[] => {
  const lower = (view: View): { readonly text: string; readonly shown: string } => ({ text: view.lower, shown: view.text });
  switch (rule.reading) {
    case 'raw':
      return [lower(views.raw)];
    case 'unfolded':
      return [lower(views.unfolded)];
    case 'cased':
      return [views.raw, views.decoded].map((view) => ({ text: view.text, shown: view.text }));
    default:
      return [views.decoded, ...views.others].map(lower);
  }
};

const runReaders = (view: View, options: TextOptions, add: (hit: Hit) => void): void => {
  const { kind } = options;
  const isProse = kind !== 'value' && kind !== 'path' && kind !== 'name';
  // Three points are a suspicion: worth saying of a parameter, not of free text unless more alarms are asked for.
  const floor = isProse && options.paranoia < 2 ? 5 : 3;
  const report = (category: Category, verdict: Verdict | undefined, least: number, gravePoints: number): void => {
    if (verdict === undefined || verdict.points < least) return;
    const isGrave = verdict.isGrave === true || verdict.points >= gravePoints;
    const severity = verdict.points < 3 ? 'LOW' : verdict.points < 5 ? 'MEDIUM' : isGrave ? 'CRITICAL' : 'HIGH';
    add({ rule: verdict.rule, category, severity, text: view.text, span: verdict.span });
  };
  report('sqli', judgeSql(view.lower), floor, Number.POSITIVE_INFINITY);
  report('xss', judgeHtml(view.lower), kind === 'value' && options.plus === 'unknown' ? 2 : floor, Number.POSITIVE_INFINITY);
  report('cmdi', judgeShell(view.lower, kind === 'agent' || kind === 'cookie' || kind === 'header' || kind === 'referer'), floor, 6);
  if (kind !== 'agent') report('path', judgePath(view.lower), floor, Number.POSITIVE_INFINITY);
  if (kind === 'value' || kind === 'text') reportUrl(judgeUrls(view.lower), floor, report);
  // Elsewhere addresses are ordinary, wrappers and metadata services are not.
  if (kind === 'cookie' || kind === 'header') reportUrl(judgeUrls(view.lower), 6, report);
};

type Verdict = { readonly points: number; readonly rule: string; readonly span: readonly [number, number]; readonly isGrave?: boolean };

const reportUrl = (
  verdict: Verdict | undefined,
  floor: number,
  report: (category: Category, verdict: Verdict | undefined, least: number, grave: number) => void,
): void => {
  const category = verdict?.rule.startsWith('upload') ? 'upload' : verdict?.rule.startsWith('rfi') ? 'path' : 'ssrf';
  report(category, verdict, floor, Number.POSITIVE_INFINITY);
};
