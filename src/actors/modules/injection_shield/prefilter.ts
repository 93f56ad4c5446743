import { createLiteralMatcher, type LiteralMatcher } from '../../../domain/matching/literal-matcher.ts';
import type { Rule } from './rule.ts';
import { RULES } from './rules.ts';

const literals = [...new Set(RULES.flatMap((rule) => rule.literals))];
const indexOf = new Map(literals.map((literal, index) => [literal, index]));

/** All literals of all rules. */
export const ruleLiterals = createLiteralMatcher(literals);

/** For each rule of `RULES`, in order, the places of its literals in the hit array of `ruleLiterals`. */
export const literalsOfRule: readonly (readonly number[])[] = RULES.map((rule) => rule.literals.map((literal) => indexOf.get(literal) ?? 0));

/**
 * True when `text` needs reading. False promises that no rule and no reader has anything to say about it: it has only the
 * ordinary characters of a URL and none of the words that matter without others. Costs about a nanosecond a character.
 * Characters beyond ASCII say nothing here: fold them first (`mayHide`).
 */
export const isSuspect = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 128 && SPECIAL[code] === 1) return true;
  }
  return loud.occursIn(text);
};

/** True when another text may be behind this one: encoded, or in look-alike characters. */
export const mayHide = (text: string): boolean => HIDING.test(text);

const HIDING = /[%+&]|[^\x00-\x7f]/;

/** The same for texts that are full of brackets and semicolons by nature: user agents. */
export const isSuspectAgent = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 128 && SPECIAL_AGENT[code] === 1) return true;
  }
  return loudInAgents.occursIn(text);
};

const tableOf = (characters: string): Uint8Array => {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  for (let code = 0; code < 32; code++) table[code] = 1;
  table[127] = 1;
  return table;
};

const SPECIAL = tableOf('\'"`<>();|\\{}$^#');
const SPECIAL_AGENT = tableOf('\'"`<>|\\{}$^');

// What the readers of `sql/`, `path/`, `shell/` and `html/` can find in a text of ordinary characters has one of these.
const WORDS_OF_READERS = [
  ...'union ,select ,order by ,group by ,having ,waitfor ,insert into,delete from,drop ,truncate ,update ,exec ,declare ,shutdown,procedure ,into outfile,into dumpfile,information_schema,performance_schema,sysobjects,syscolumns,sysusers,sysdatabases,sqlite_,pg_,all_tables,all_users,mysql.,sys.,xp_,0x,rlike,regexp, or , and ,xor , like ,between , is ,--,/*,@@,&&,%26'.split(
    ',',
  ),
  ...'../,/..,./.,....,//.,0x2e,etc/,/etc,etcpasswd,proc/,var/log,var/lib,var/mail,var/run,var/spool,var/www,win.ini,oot.ini,system32,windows,winnt,inetpub,web-inf,meta-inf,/.,.env,.git,.svn,.hg/,.htaccess,.htpasswd,wp-config,web.config,id_rsa,id_dsa,id_ed25519,id_ecdsa,.ssh,.aws,_history,global.asa,.ds_store,tomcat-users,sftp-config,config.inc,config.php,machine.config,applicationhost,ntuser,phpinfo,.netrc,.npmrc,.pgpass,.kube,usr/local,dev/tcp,dev/udp,dev/shm,sys/class,boot/grub,run/secrets,autoexec,://,:/,//////'.split(
    ',',
  ),
  ...' -, c:, d:,bin/, /,script:,data:,document.,window.,innerhtml,outerhtml,fromcharcode,localstorage,sessionstorage,-moz-binding,adw-,constructor,behavior,throw '.split(
    ',',
  ),
  // Base64 of `<scri`, `<svg`, `<img`, `<?php`, `${jndi`, `../`, `/etc/`, `file://`, `' or`, `' un`, `bash `, `curl `.
  ...'phnjcmlwd,phn2zy,pgltzy,pd9waha,jhtqbmrp,li4vli4v,l2v0yy9,zmlsztovl,jybvci,jyb1bm,ymfzac,y3vybc'.split(','),
];

const loudOf = (rules: readonly Rule[], words: readonly string[]): LiteralMatcher =>
  createLiteralMatcher([...new Set([...rules.flatMap((rule) => rule.literals), ...words])]);

const plainRules = RULES.filter((rule) => rule.isPlain === true);
const loud = loudOf(plainRules, WORDS_OF_READERS);
const loudInAgents = loudOf(
  plainRules.filter((rule) => rule.fields?.includes('agent') !== false && rule.id !== 'code_java'),
  'union ,select ,sleep ,waitfor ,_schema, or 1, and 1,../,etc/passwd,/bin/,data:text,java.lang,getruntime'.split(','),
);
