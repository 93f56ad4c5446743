import { judgeScript } from './script.ts';
import { type Tag, tagsOf } from './tags.ts';
import { ACTIVE_ATTRIBUTES, ACTIVE_TAGS, isAddressAttribute, isHandler, isKnownEvent } from './words.ts';

export type HtmlVerdict = { readonly points: number; readonly rule: string; readonly span: readonly [number, number]; readonly isGrave: boolean };

/**
 * Reads lower-case `text` as HTML put into a page: as markup, into an attribute that a quote leaves, into an address, into a
 * script. Gives the worst reading; 2 points are mere markup.
 */
export const judgeHtml = (text: string): HtmlVerdict | undefined => {
  const script = judgeScript(text);
  const verdicts: HtmlVerdict[] = [];
  if (text.includes('<')) for (const tag of tagsOf(text)) verdicts.push(...judgeTag(tag));
  verdicts.push(...judgeAttributeBreak(text), ...judgeAddress(text), ...judgeDeclarations(text));
  // Last: of two readings with equal points the markup says more.
  if (script !== undefined) verdicts.push({ points: script.points, rule: 'xss_dom_manipulation', span: [script.at, script.at + 40], isGrave: false });
  const worst = verdicts.reduce<HtmlVerdict | undefined>((best, verdict) => (verdict.points > (best?.points ?? 0) ? verdict : best), undefined);
  if (worst === undefined) return undefined;
  return {
    ...worst,
    isGrave: script?.isGrave === true && verdicts.some((verdict) => verdict.rule === 'xss_event_handler' || verdict.rule === 'xss_script_tag'),
  };
};

const judgeTag = (tag: Tag): readonly HtmlVerdict[] => {
  const span = [tag.start, Math.min(tag.end, tag.start + 120)] as const;
  const found = (rule: string, points: number): HtmlVerdict => ({ points, rule, span, isGrave: false });
  const active = ACTIVE_TAGS.get(tag.name) ?? 0;
  if (isPlainMarkup(tag)) return [found('xss_markup', 2)];
  if (tag.isClosing) return active > 0 ? [found('xss_script_tag', tag.name === 'script' ? 5 : active - 1)] : [];
  const verdicts = active > 0 ? [found(tag.name === 'script' ? 'xss_script_tag' : 'xss_active_tag', active)] : [];
  for (const attribute of tag.attributes) {
    if (isHandler(attribute.name)) verdicts.push(found('xss_event_handler', 5));
    const points = ACTIVE_ATTRIBUTES.get(attribute.name) ?? 0;
    if (points > 0) verdicts.push(found('xss_active_attribute', points));
    if (isAddressAttribute(attribute.name) && isScriptAddress(attribute.value)) verdicts.push(found('xss_javascript_uri', 6));
    if (attribute.name === 'style' && isActiveStyle(attribute.value)) verdicts.push(found('xss_style_expression', 5));
    if (attribute.value.includes('&{')) verdicts.push(found('xss_active_attribute', 5));
  }
  return verdicts;
};

// A link, a picture or a styled box: harmless by itself, yet a parameter is no place for it.
const isPlainMarkup = (tag: Tag): boolean => {
  if (tag.isClosing) return tag.name === 'html' || tag.name === 'body';
  return (
    PLAIN.test(tag.name) &&
    tag.attributes.length > 0 &&
    tag.attributes.every(
      ({ name, value }) =>
        /^(?:href|src|style)$/.test(name) && /^["']?(?:https?:|\/\/|[a-z-]{3,20}:)/.test(value) && !isScriptAddress(value) && !isActiveStyle(value),
    )
  );
};

const PLAIN = /^(?:a|img|div|span|p|td|table|br|body|input)$/;

// Browsers skip blanks and controls inside the scheme.
const isScriptAddress = (value: string): boolean => {
  const bare = value.replace(/[\s\x00-\x20"'`\\]/g, '');
  return SCRIPT_SCHEME.test(bare) || (DATA_SCHEME.test(bare) && !IMAGE.test(bare));
};

const SCRIPT_SCHEME =
  /^(?:[^a-z]{0,4}|&?\d{1,3};)(?:javascript|vbscript|livescript|mocha|jscript|jar|about)[:#]|[;,=]url=(?:javascript|data):|^\d;url=(?:javascript|data):/;
const DATA_SCHEME = /^data:|;url=data:/;
const IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|bmp|x-icon|avif)/;

const isActiveStyle = (value: string): boolean => ACTIVE_STYLE.test(value.replace(/\/\*.{0,64}?\*\/|\\/g, ''));
const ACTIVE_STYLE =
  /expression\s{0,4}\(|javascript:|vbscript:|-moz-binding|binding\s{0,4}:\s{0,4}url|behaviou?r\s{0,4}:|@import|url\(\s{0,4}['"]?\s{0,4}(?:data|java)/;

const HANDLER = /(?:^|["'`\s/;,<>])(on[a-z]{3,26})\s{0,8}=\s{0,8}[^\s=]/g;

const judgeAttributeBreak = (text: string): readonly HtmlVerdict[] => {
  const verdicts: HtmlVerdict[] = [];
  for (const match of text.matchAll(HANDLER)) {
    if (isKnownEvent(match[1] ?? ''))
      verdicts.push({ points: 5, rule: 'xss_event_handler', span: [match.index, match.index + match[0].length + 24], isGrave: false });
    if (verdicts.length >= 4) break;
  }
  const at = text.search(PROBE);
  if (at >= 0) verdicts.push({ points: 4, rule: 'xss_probe', span: [at, at + 16], isGrave: false });
  return verdicts;
};

// Mark strings that only test what is filtered: ';!--"<x>=&{()} and quotes around brackets.
const PROBE = /['"];?!--["'<]|=&\{\(\)\}|<['"]{1,2}>|&\{[a-z(]|['"`]\s{0,4}\/?>\s{0,8}<[a-z/!]|\bautofocus\s{0,4}(?:>|\/>|on[a-z])|[;)]\s{0,4}['"]>/;

const ADDRESS =
  /(?:javascript|vbscript|livescript):(?:[^\s]{0,64}[(=`[]|\/\/|\/\*|['"])|data:(?:text\/html|text\/javascript|application\/(?:x-)?javascript|application\/xhtml|image\/svg|text\/xml)[^\s]{0,24}[,;]|data:[a-z/+-]{0,32}[;,][^\s]{0,24}<s/;

const judgeAddress = (text: string): readonly HtmlVerdict[] => {
  const at = text.replace(/[\t\n\r\0]/g, '').search(ADDRESS);
  return at < 0 ? [] : [{ points: 5, rule: 'xss_javascript_uri', span: [at, at + 40], isGrave: false }];
};

const DECLARATION = /<\?(?:import|xml:namespace|xml-stylesheet)|<!\[cdata\[[^\]]{0,64}(?:<|script|java)|<!--\[if\b|<script\b|<style>\s{0,4}[@.a-z*]/;

const judgeDeclarations = (text: string): readonly HtmlVerdict[] => {
  const at = text.search(DECLARATION);
  return at < 0 ? [] : [{ points: 5, rule: 'xss_active_tag', span: [at, at + 40], isGrave: false }];
};
