import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isAtLeast } from '../../../domain/severity.ts';
import { scriptOfText } from '../../../domain/shell/script.ts';
import { judgeScript } from './judge-script.ts';
import { type Match, match } from './match.ts';

/** A script rule: every pattern must be in the text. */
export type ScriptRule = { readonly type: string; readonly severity: Match['severity']; readonly says: string; readonly all: readonly RegExp[] };

const one = (type: string, severity: Match['severity'], says: string, ...all: readonly RegExp[]): ScriptRule => ({ type, severity, says, all });

const BLIND = 'event tracing or real-time protection is switched off';
const LUA = 'machine code is loaded by a script language';

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
    /downloadstring|downloadfile|downloaddata|net\.webclient|invoke-webrequest|\biwr\b|invoke-restmethod|\birm\b|start-bitstransfer|msxml2\.xmlhttp|winhttprequest|httpwebrequest/i,
  ),
  one(
    'amsi_bypass',
    'CRITICAL',
    'the malware check of scripts is switched off',
    /amsiutils|amsiinitfailed|amsiscanbuffer|amsi\.dll|amsicontext|amsiopensession/i,
  ),
  one('etw_bypass', 'CRITICAL', BLIND, /etweventwrite|eventing\.eventprovider|etwprovider|disableioavprotection|disablerealtimemonitoring|psetwlogprovider/i),
  one('etw_bypass', 'CRITICAL', BLIND, /set-mppreference/i, /-disable/i),
  one('etw_bypass', 'CRITICAL', BLIND, /ntdll/i, /\betw/i),
  one('lua_shellcode_loader', 'HIGH', LUA, /\blua(?:jit)?\b|\.lua\b/i, /shellcode|virtualalloc|ffi\.cast|loadstring|\balien\b|mmap|mprotect/i),
  one('lua_shellcode_loader', 'HIGH', LUA, /ffi\.cast|loadstring/i, /virtualalloc|shellcode|mprotect/i),
  one(
    'wmi_execution',
    'HIGH',
    'a process is started through WMI',
    /\bprocess\s{1,4}call\s{1,4}create|win32_process|invoke-wmimethod|invoke-cimmethod|\/node:|__eventfilter|commandlineeventconsumer/i,
  ),
];

/** Words of scripts that want to be neither seen nor stopped. */
export const SUSPECT_SCRIPT: RegExp =
  /invoke-expression|\biex\b|-w(?:indowstyle)?\s{1,4}hidden|-nop\b|executionpolicy\s{1,4}bypass|-ep\s{1,4}bypass|virtualalloc|createthread|reflection\.assembly|\[ref\]\.assembly|dllimport|javascript:|vbscript:|https?:\/\/|\.hta\b|scriptlet|invoke-mimikatz|memorystream|gzipstream|\bmemfd|\/dev\/shm\//i;

/** Judges what a script host was given. The everyday command stays quiet; an event that already says "fileless" does not. */
export const judgeScriptEvent = (event: SecurityEvent, add: (found: Match) => void): void => {
  const text = `${textOf(event.details, 'command_line')}\n${textOf(event.details, 'script_content')}`.slice(0, 8192);
  const rule = SCRIPT_RULES.find((candidate) => candidate.all.every((pattern) => pattern.test(text)));
  const isSuspect = event.type === 'fileless_execution' || SUSPECT_SCRIPT.test(text);
  if (rule !== undefined) add(match(rule.type, rule.severity, rule.type, rule.says));
  else if (isSuspect) add(match('fileless_execution', 'HIGH', 'reported', 'a program is run that no file on disk holds'));
};

/** Commands of jobs that nobody means well with: every pattern of a row must be in the text. */
export const HOSTILE_JOBS: readonly (readonly RegExp[])[] = [
  [/powershell/i, /[-/]e(?:nc|c|ncodedcommand)?\s|hidden|downloadstring|bypass|\biex\b|frombase64string/i],
  [/\b(?:mshta|regsvr32)\b/i],
  [/\brundll32\b/i, /javascript|\\temp\\|\\appdata\\|\\users\\public\\/i],
  [/\bcertutil\b/i, /urlcache|decode/i],
  [/\bbitsadmin\b/i, /transfer/i],
  [/\b[cw]script\b/i, /\.(?:vbs|js|wsf)\b/i],
  [/\\(?:temp|users\\public)\\/i, /\.(?:exe|dll|bat|ps1|vbs)\b/i],
  [/frombase64string|base64 (?:-d|--decode)/i],
];

/** Judges something that starts by itself by what it will run. Log lines of jobs that merely ran are not news. */
export const judgePersistence = (event: SecurityEvent, add: (found: Match) => void): void => {
  const { details } = event;
  const command = textOf(details, 'command') || textOf(details, 'command_line');
  const name = textOf(details, 'name');
  const path = textOf(details, 'path');
  if (name === '' && command === '' && path === '') return;
  const worst = command === '' ? undefined : judgeScript(scriptOfText(command))[0];
  const isHostile = worst !== undefined && (isAtLeast(worst.severity, 'HIGH') || (worst.type === 'exec_transient_path' && isAtLeast(worst.severity, 'MEDIUM')));
  if (HOSTILE_JOBS.some((row) => row.every((pattern) => pattern.test(command))))
    add(match('malicious_persistence', 'CRITICAL', 'hostile_command', 'something hostile is set to run by itself'));
  else if (isHostile) add(match('malicious_persistence', 'CRITICAL', worst.rule, `${worst.says}, set to run by itself`, worst.command));
  else add(match('persistence_created', 'MEDIUM', 'created', 'something is set to run by itself'));
};
