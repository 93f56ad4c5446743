import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isAtLeast } from '../../../domain/severity.ts';
import { judgeScript } from './judge-script.ts';
import { type Match, match } from './match.ts';
import { scriptOfText } from './script.ts';

type ScriptRule = { readonly id: string; readonly type: string; readonly severity: Match['severity']; readonly says: string; readonly pattern: RegExp };

const one = (type: string, severity: Match['severity'], says: string, pattern: RegExp): ScriptRule => ({ id: type, type, severity, says, pattern });

/** Script hosts of Windows, for hosts that forward such events. The first match wins. */
export const SCRIPT_RULES: readonly ScriptRule[] = [
  one(
    'encoded_fileless_exec',
    'CRITICAL',
    'an encoded script is run',
    /[-/]e(?:nc|ncodedcommand|c)?\s{1,4}[A-Za-z0-9+/=]{6}|frombase64string|-encodedcommand/i,
  ),
  one(
    'download_cradle',
    'CRITICAL',
    'a script fetches code and runs it',
    /downloadstring|downloadfile|downloaddata|net\.webclient|invoke-webrequest|\biwr\b|invoke-restmethod|\birm\b|start-bitstransfer|msxml2\.xmlhttp|winhttp\.winhttprequest|httpwebrequest/i,
  ),
  one(
    'amsi_bypass',
    'CRITICAL',
    'the malware check of scripts is switched off',
    /amsiutils|amsiinitfailed|amsiscanbuffer|amsi\.dll|amsicontext|amsiopensession/i,
  ),
  one(
    'etw_bypass',
    'CRITICAL',
    'event tracing or real-time protection is switched off',
    /etweventwrite|eventing\.eventprovider|etwprovider|set-mppreference\s[^\n]{0,200}-disable|disableioavprotection|disablerealtimemonitoring|psetwlogprovider|ntdll[^\n]{0,80}etw/i,
  ),
  one(
    'lua_shellcode_loader',
    'HIGH',
    'machine code is loaded by a script language',
    /\blua(?:jit)?\b[^\n]{0,300}(?:shellcode|virtualalloc|ffi\.cast|loadstring|alien|mmap)|(?:ffi\.cast|loadstring)[^\n]{0,200}(?:virtualalloc|shellcode|mprotect)/i,
  ),
  one(
    'wmi_execution',
    'HIGH',
    'a process is started through WMI',
    /\bprocess\s{1,4}call\s{1,4}create|win32_process|invoke-wmimethod|invoke-cimmethod|\/node:|__eventfilter|commandlineeventconsumer/i,
  ),
];

const SUSPECT: RegExp =
  /invoke-expression|\biex\b|-w(?:indowstyle)?\s{1,4}hidden|-nop\b|-noprofile[^\n]{0,80}-(?:ep|exec)|executionpolicy\s{1,4}bypass|virtualalloc|createthread|reflection\.assembly|\[ref\]\.assembly|add-type[^\n]{0,200}dllimport|javascript:|vbscript:|https?:\/\/|\.hta\b|scriptlet|invoke-mimikatz|memorystream|gzipstream|\bmemfd|\/dev\/shm\//i;

/** Judges what a script host was given. The everyday command stays quiet; an event that already says "fileless" does not. */
export const judgeScriptEvent = (event: SecurityEvent, add: (found: Match) => void): void => {
  const text = `${textOf(event.details, 'command_line')}\n${textOf(event.details, 'script_content')}`.slice(0, 8192);
  const rule = SCRIPT_RULES.find((candidate) => candidate.pattern.test(text));
  const isSuspect = event.type === 'fileless_execution' || SUSPECT.test(text);
  if (rule !== undefined) add(match(rule.type, rule.severity, rule.id, rule.says));
  else if (isSuspect) add(match('fileless_execution', 'HIGH', 'reported', 'a program is run that no file on disk holds'));
};

const PERSISTENCE_WORDS: RegExp =
  /powershell[^\n]{0,200}(?:[-/]e(?:nc|c|ncodedcommand)?\s|hidden|downloadstring|bypass|\biex\b)|\bmshta\b|\bregsvr32\b|\brundll32\b[^\n]{0,100}(?:javascript|\\temp\\|\\appdata\\|\\users\\public\\)|\bcertutil\b[^\n]{0,100}(?:urlcache|decode)|\bbitsadmin\b[^\n]{0,100}transfer|\b[cw]script\b[^\n]{0,200}\.(?:vbs|js|wsf)|\\(?:temp|appdata\\local\\temp|users\\public)\\[^\n]{0,200}\.(?:exe|dll|bat|ps1|vbs)|frombase64string/i;

/** Judges something that starts by itself by what it will run. Log lines of jobs that merely ran are not news. */
export const judgePersistence = (event: SecurityEvent, add: (found: Match) => void): void => {
  const { details } = event;
  const command = textOf(details, 'command') || textOf(details, 'command_line');
  const name = textOf(details, 'name');
  const path = textOf(details, 'path');
  if (name === '' && command === '' && path === '') return;
  const worst = command === '' ? undefined : judgeScript(scriptOfText(command))[0];
  const isHostile = worst !== undefined && (isAtLeast(worst.severity, 'HIGH') || (worst.type === 'exec_transient_path' && isAtLeast(worst.severity, 'MEDIUM')));
  if (PERSISTENCE_WORDS.test(command)) add(match('malicious_persistence', 'CRITICAL', 'hostile_command', 'something hostile is set to run by itself'));
  else if (isHostile) add(match('malicious_persistence', 'CRITICAL', worst.rule, `${worst.says}, set to run by itself`, worst.command));
  else add(match('persistence_created', 'MEDIUM', 'created', 'something is set to run by itself'));
};
