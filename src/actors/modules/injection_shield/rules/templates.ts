import type { Rule } from '../rule.ts';

/** Template and expression languages: arithmetic that proves evaluation, and the words that reach the machine. */
export const TEMPLATE_RULES: readonly Rule[] = [
  {
    id: 'template_probe',
    category: 'template',
    severity: 'HIGH',
    literals: ['{{', '${', '#{', '<%=', '*{', '@(', '[[${', '~{', '[=', '{%', '%{', '{='],
    pattern:
      /(?:\{\{|\$\{|#\{|<%=|\*\{|@\(|%\{|\[\[|\{%|\{=|~\{|\[=)\s{0,4}['"(]{0,3}-?\d{1,12}['")]{0,3}\s{0,4}(?:\*{1,2}|[-+/%]|\|)\s{0,4}['"(]{0,3}-?\d{1,12}/,
  },
  {
    id: 'template_jinja',
    category: 'template',
    severity: 'CRITICAL',
    literals: ['{{', '{%'],
    pattern:
      /\{[{%][^{}\n]{0,160}(?:__\w{2,16}__|\bconfig\b(?:\s{0,4}(?:\}|\.|\[|\|))|\bself\b\s{0,4}(?:\}|\.|\[)|\brequest\.(?:application|environ|args|form|cookies|__)|\b(?:lipsum|cycler|joiner|namespace|url_for|get_flashed_messages)\b\s{0,4}[.[(|}]|\bpopen\b|\bmro\b|\bsubclasses\b|\bimport\b\s|\beval\b|\bexec\b|\battr\s{0,4}\(|\bsettings\.secret|\bdebug\b\s{0,4}%|\binclude\s{1,4}['"]|\bconstructor\b)/,
  },
  {
    id: 'template_twig',
    category: 'template',
    severity: 'HIGH',
    literals: ['{{', '{%', '_self'],
    pattern:
      /\{[{%][^{}\n]{0,160}(?:\b(?:system|exec|passthru|shell_exec|file_get_contents|file_excerpt|phpinfo|readfile)\b|_self\b|\|\s{0,4}(?:filter|map|reduce|sort)\s{0,4}\(\s{0,4}['"]|\bapp\.request\b|\bdump\s{0,4}\(|\brange\s{0,4}\(\s{0,4}\d)/,
  },
  {
    id: 'template_expression',
    category: 'template',
    severity: 'HIGH',
    literals: ['${', '#{', '%{', '*{', '@{'],
    pattern:
      /[$#%*@]\{[^{}\n]{0,120}(?:\bt\s{0,4}\(\s{0,4}(?:java|org|com)\b|\bruntime\b|\bprocessbuilder\b|\bapplicationscope\b|\bsessionscope\b|\brequestscope\b|\bpagecontext\b|\bparam\.|\bheader\.|\bfacescontext\b|\bspringmacrorequestcontext\b|\bgetclass\b|\.class\b|\bjava\.|\bnew\s{1,4}[a-z.]{3,40}\(|#(?:_?memberaccess|context|application|request|session|attr|a|cmd|rt|p)\b\s{0,4}[=[.(]|@java|\bexec\s{0,4}\(|\bthis\.|\bself\.|\bsystem\s{0,4}\(|\bfile\.(?:open|read)|\bdir\.|\b__\w{3,12}__)/,
  },
  {
    id: 'template_freemarker',
    category: 'template',
    severity: 'CRITICAL',
    literals: ['<#', '[#', '?new()', '?api', 'freemarker', '<@'],
    pattern:
      /<#(?:assign|include|import|list|if|macro|function)\b|\[#(?:assign|include|import|list|macro)\b|\?new\s{0,4}\(\s{0,4}\)|\?api\b|\bfreemarker\.template\.|<@[a-z]{2,24}[\s/>(]/,
  },
  {
    id: 'template_velocity',
    category: 'template',
    severity: 'HIGH',
    literals: ['#set', '#evaluate', '#foreach', '$class.', '$velocity', '#include', '#parse', '$request.', '$session.'],
    pattern:
      /#set\s{0,4}\(\s{0,4}\$|#evaluate\s{0,4}\(|#foreach\s{0,4}\(\s{0,4}\$|\$class\.(?:inspect|forname)|#(?:include|parse)\s{0,4}\(\s{0,4}["']|\$[a-z]{1,12}\.(?:getclass|class\.forname)/,
  },
  {
    id: 'template_erb',
    category: 'template',
    severity: 'HIGH',
    literals: ['<%', '#{'],
    pattern:
      /<%=?\s{0,4}(?:system|exec|file\.|dir\.|io\.|`|global\.|process\.|require|import|self|\d{1,6}\s{0,4}[*+]|@|out\.print|runtime)|#\{\s{0,4}(?:system|exec|`|file\.|dir\.|io\.|%x|root\.process|global\.process|function\s{0,4}\()/,
  },
  {
    id: 'template_angular',
    category: 'template',
    severity: 'HIGH',
    literals: ['{{', 'ng-', '$on.', '$eval', 'v-on', 'x-init', '@click'],
    pattern:
      /\{\{[^{}\n]{0,120}(?:constructor|\$on\b|\$eval|\balert\s{0,4}\(|tostring\(\)|charat|\$new\b|\b_c\b)|\bng-(?:app|csp|init|click|focus|include|bind-html|mouse[a-z]{2,5})\b\s{0,4}=|\bv-on:[a-z]{3,12}=|\bx-(?:init|data|on:[a-z]{3,12})\s{0,4}=\s{0,4}["']/,
  },
];
