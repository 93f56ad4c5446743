import { expect } from 'vitest';
import { z } from 'zod';
import { categoryLabel } from '../../src/actors/modules/injection_shield/categories.ts';
import { foldUnicode } from '../../src/actors/modules/injection_shield/decode/unicode.ts';
import { normaliseInput } from '../../src/actors/modules/injection_shield/decode/views.ts';
import { injectionShield } from '../../src/actors/modules/injection_shield/detect.ts';
import { type Decision, describeVectors } from '../kit/vectors.ts';

const raised = (why: string, severity = 'HIGH', categories: readonly string[] = []): Decision => ({
  why,
  expect: { alert: true, types: ['injection_detected'], min_severity: severity, categories },
});
const quiet = (why: string): Decision => ({ why, expect: { alert: false, types: [] } });

const decisions: { readonly [name: string]: Decision } = {
  'xss/svg_onbegin': raised('any attribute named like a handler counts inside a tag', 'HIGH', ['xss']),
  'cmdi/backtick_url_encoded_missed': raised('a backtick stays a backtick through every decoding', 'CRITICAL', ['cmdi']),
  'cmdi/ifs': raised('the IFS variable is a blank to the shell reader', 'HIGH', ['cmdi']),
  'cmdi/newline_separator': raised('a line break separates commands', 'HIGH', ['cmdi']),
  'template/arithmetic_probe': raised('arithmetic in template brackets proves evaluation; nobody types it', 'HIGH', ['template']),
  'path/single_dotdot_missed': raised('one step up is suspicious, two are certain', 'MEDIUM', ['path']),
  'deser/java_magic_base64_missed': raised('the wire form is what attacks send', 'CRITICAL', ['deser']),
  log4shell_only_by_scheme: raised('a JNDI lookup is an attack whatever its scheme', 'CRITICAL', ['jndi']),
  log4shell_rmi_missed: raised('a JNDI lookup is an attack whatever its scheme', 'CRITICAL', ['jndi']),
  'canary/jwt': quiet('signed tokens are ordinary traffic'),
  'false_positive/metadata_colon': quiet('a data URL needs a media type'),
  'false_positive/sql_concat_word': quiet('a call without arguments that work is prose'),
  'false_positive/android_id_locale': quiet('a locale in a user agent is no command'),
  'false_positive/dollar_in': quiet('an operator needs its place as a key'),
  'false_positive/this_eq': quiet('code needs the quote that leaves the string'),
  'event/headers_plural_not_scanned': raised('headers and cookies are read', 'CRITICAL', ['cmdi']),
  'event/nested_object_body_not_scanned': raised('parsed bodies are read leaf by leaf', 'MEDIUM', ['sqli']),
  'normalize/plus_not_space': { why: 'comparison text keeps the plus; detection reads both ways', result: 'a+b' },
  'normalize/zero_width_becomes_space': { why: 'characters without width vanish', result: 'SELECT' },
  'evasion/plus_as_space': raised('a plus in a query string is a blank', 'HIGH', ['sqli']),
  'evasion/zero_width': raised('characters without width vanish', 'HIGH', ['xss']),
  'upload/gif_php_polyglot_missed': {
    why: 'server code in a picture',
    expect: { alert: true, types: ['malicious_file_upload'], min_severity: 'CRITICAL', findings: ['script_in_upload'] },
  },
  'upload/gif_php_polyglot_sane_header': {
    why: 'server code in a picture',
    expect: { alert: true, types: ['malicious_file_upload'], min_severity: 'CRITICAL', findings: ['script_in_upload'] },
  },
};

const textInput = z.object({ text: z.string() });

describeVectors({
  file: 'injection_shield',
  definition: injectionShield,
  decisions,
  functions: {
    normalize_input: (input) => normaliseInput(textInput.parse(input).text),
    fold_unicode: (input) => foldUnicode(textInput.parse(input).text),
    category_label: (input) => categoryLabel(z.object({ category: z.string() }).parse(input).category),
  },
  checkMore: (findings, expected) => {
    const counted = findings.flatMap(({ draft }) => Object.keys(draft.evidence.counters ?? {}));
    const words = findings.map(({ draft }) => draft.description).join(' ');
    for (const category of z.array(z.string()).parse(expected['categories'] ?? [])) expect(counted, 'categories').toContain(category);
    for (const finding of z.array(z.string()).parse(expected['findings'] ?? [])) expect(words, 'upload findings').toContain(finding);
  },
});
