// Endings that families of ransomware gave to files and nothing else uses; from public reports about them.
const FAMILIES: ReadonlySet<string> = new Set([
  'wncry',
  'wcry',
  'wncryt',
  'wnry',
  'petya',
  'ryuk',
  'ryk',
  'conti',
  'lockbit',
  'lockbit2',
  'lockbit3',
  'abcd',
  'blackcat',
  'alphv',
  'akira',
  'powerranges',
  'rhysida',
  'medusa',
  'medusalocker',
  'bianlian',
  'cerber',
  'cerber2',
  'cerber3',
  'locky',
  'zepto',
  'odin',
  'thor',
  'aesir',
  'zzzzz',
  'osiris',
  'cryptolocker',
  'cryptowall',
  'teslacrypt',
  'darkside',
  'revil',
  'sodinokibi',
  'maze',
  'egregor',
  'netwalker',
  'clop',
  'cl0p',
  'blackbasta',
  'royal_w',
  'royal_u',
  'blacksuit',
  'hive',
  'avaddon',
  'babuk',
  'babyk',
  'phobos',
  'eking',
  'dharma',
  'crysis',
  'wallet',
  'gandcrab',
  'krab',
  'djvu',
  'stop_djvu',
  'makop',
  'snatch',
  'ransomexx',
  'pysa',
  'mespinoza',
  'ragnarok',
  'ragnar',
  'karakurt',
  'cuba',
  'vicesociety',
  'noescape',
  'play_ransom',
  'inc_ransom',
  'qilin',
  'agenda',
  'hunters',
  'cactus',
  'cts1',
  'trigona',
  '_locked',
  'hellokitty',
  'erebus',
  'ecrypt',
  'encrypt',
  'encrypted',
  'locked',
  'crypted',
  'cryptolocker2',
  'royal',
  'fargo',
  'mallox',
  'dark_power',
  'crypz',
  'ransom',
  'ransomware',
]);
// Words that also end ordinary names: they say something only behind the ending a document had.
const WORDS: ReadonlySet<string> = new Set([
  'enc',
  'crypt',
  'crypto',
  'cry',
  'play',
  'micro',
  'magic',
  'aes',
  'lock',
  'vault',
  'ecc',
  'exx',
  'xyz',
  'zzz',
  'locked1',
  'pay',
  'paid',
  'deadbolt',
]);
const DOCUMENTS: ReadonlySet<string> = new Set([
  'doc',
  'docx',
  'xls',
  'xlsx',
  'ppt',
  'pptx',
  'odt',
  'ods',
  'pdf',
  'txt',
  'csv',
  'jpg',
  'jpeg',
  'png',
  'gif',
  'mp4',
  'mov',
  'mp3',
  'zip',
  'sql',
  'db',
  'sqlite',
  'mdb',
  'psd',
  'html',
  'php',
  'js',
  'py',
  'vmdk',
  'vmx',
  'qcow2',
  'vhdx',
  'bak',
  'pst',
  'xml',
  'json',
  'key',
  'pem',
]);
const ORDINARY_ENDINGS =
  /^(?:\d{1,14}|gz|bz2|xz|zst|lz4|zip|bak|old|orig|save|tmp|temp|part|partial|crdownload|download|swp|new|dpkg-(?:new|old|tmp|dist)|rpm(?:new|save)|lock|log|sig|asc|sha256|md5|~)$/;
// Dense by nature: that their bytes look random says nothing.
const DENSE: ReadonlySet<string> = new Set([
  'gz',
  'tgz',
  'bz2',
  'xz',
  'zst',
  'lz4',
  'lzma',
  'br',
  'zip',
  '7z',
  'rar',
  'jar',
  'war',
  'apk',
  'whl',
  'deb',
  'rpm',
  'snap',
  'jpg',
  'jpeg',
  'png',
  'gif',
  'webp',
  'avif',
  'heic',
  'mp3',
  'mp4',
  'm4a',
  'm4v',
  'mkv',
  'mov',
  'avi',
  'webm',
  'ogg',
  'opus',
  'flac',
  'aac',
  'pdf',
  'docx',
  'xlsx',
  'pptx',
  'odt',
  'ods',
  'epub',
  'pack',
  'gpg',
  'pgp',
  'asc',
  'age',
  'kdbx',
  'iso',
  'img',
  'qcow2',
  'woff',
  'woff2',
  'br',
  'pyc',
  'parquet',
  'sst',
  'ldb',
  'wt',
  'tar',
  'restic',
  'borg',
]);

/** The last part of a path. */
export const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1, undefined).slice(-255);

/** What follows the last dot of the file name, lower case; empty when there is none. */
export const endingOf = (path: string): string => {
  const name = fileName(path);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
};

/** True for names as ransomware leaves them: an ending only it uses, or one of its words behind that of a document. */
export const isRansomEnding = (path: string): boolean => {
  const ending = endingOf(path);
  if (ending === '') return false;
  if (FAMILIES.has(ending)) return true;
  if (!WORDS.has(ending)) return false;
  return DOCUMENTS.has(endingOf(fileName(path).slice(0, -ending.length - 1)));
};

/** True for formats that are compressed or encrypted by nature. */
export const isDense = (path: string): boolean => DENSE.has(endingOf(path));

/** The ending a rename added or put in another's place, when it is none that tools use; undefined otherwise. */
export const newEndingOf = (from: string, to: string): string | undefined => {
  const ending = endingOf(to);
  if (ending === '' || ending === endingOf(from) || ORDINARY_ENDINGS.test(ending) || DOCUMENTS.has(ending) || ending.length > 32) return undefined;
  const isAdded = fileName(to).startsWith(`${fileName(from)}.`);
  return isAdded || fileName(to).slice(0, -ending.length) === fileName(from).slice(0, -endingOf(from).length) ? ending : undefined;
};

const NOTE_ENDING: ReadonlySet<string> = new Set(['txt', 'html', 'htm', 'hta', 'rtf', 'md', '']);
const NOTE =
  /how[-_ ]?to[-_ ]?(?:decrypt|recover|restore|unlock|get|back|buy)|(?:decrypt|recover|restore|unlock|recovery|decryption)[-_ ]?(?:my|your|all|the|files?|data|instructions?|help|info|manual|key)|(?:files?|data)[-_ ]?(?:are[-_ ]?)?(?:encrypted|locked|recovery|decrypt)|ransom|^[!_#]{1,8}(?:read[-_ ]?me|readme|help|info|important)|read[-_ ]?me[-_ ]?(?:to|for|now|decrypt|recover|unlock|important)|your[-_ ]?files|help[-_ ]?(?:decrypt|recover|restore|your|me[-_ ]?decrypt)|all[-_ ]?your[-_ ]?files|hello[-_ ]?(?:readme|perv)|(?:akira|conti|lockbit|blackcat|royal|clop|play)[-_ ]?readme/;
const WEAK_NOTE = /^(?:[!_#]{0,4})(?:read[-_ ]?me|readme|attention|warning|important|help|info|instructions?|note)(?:[!_#]{0,4})$/;

/** `yes` for a file name that is a ransom note by itself, `maybe` for one that is when it appears everywhere at once. */
export const noteKind = (path: string): 'yes' | 'maybe' | 'no' => {
  const name = fileName(path).toLowerCase();
  const dot = name.lastIndexOf('.');
  const ending = dot < 0 ? '' : name.slice(dot + 1);
  if (!NOTE_ENDING.has(ending)) return 'no';
  const stem = dot < 0 ? name : name.slice(0, dot);
  if (NOTE.test(stem)) return 'yes';
  return WEAK_NOTE.test(stem) ? 'maybe' : 'no';
};
