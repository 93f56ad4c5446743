/** How the files of an extension begin; several when the format has several heads. */
export const magicOf = (extension: string): readonly Magic[] | undefined => MAGIC.get(extension);

/** `at` is the offset of the bytes. */
export type Magic = { readonly at: number; readonly bytes: Uint8Array };

/** Lower-case extension after the last dot; empty when there is none. */
export const extensionOf = (filename: string): string => {
  const dot = filename.lastIndexOf('.');
  return dot < 0 ? '' : filename.slice(dot + 1, dot + 13).toLowerCase();
};

/** True when the bytes begin like a file of the format. */
export const hasMagic = (bytes: Uint8Array, magic: Magic): boolean => magic.bytes.every((byte, index) => bytes[magic.at + index] === byte);

/** True for content that is dense by nature: compressed, encrypted or encoded media and containers, judged by content first. */
export const isDense = (bytes: Uint8Array, extension: string): boolean =>
  DENSE_EXTENSIONS.has(extension) || DENSE_MAGIC.some((magic) => hasMagic(bytes, magic));

/** True for formats whose pixels or samples lie bare in the file: long runs of one byte mean nothing there. */
export const isBareMedia = (extension: string): boolean => /^(?:bmp|dib|ico|cur|tiff?|wav|aiff?|raw|pnm|ppm|pgm|tga|psd|iso|img|bin|dat)$/.test(extension);

const ascii = (text: string, at = 0): Magic => ({ at, bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)) });

const MAGIC = new Map<string, readonly Magic[]>([
  ['png', [ascii('\x89PNG\r\n\x1a\n')]],
  ['jpg', [ascii('\xff\xd8\xff')]],
  ['jpeg', [ascii('\xff\xd8\xff')]],
  ['gif', [ascii('GIF87a'), ascii('GIF89a')]],
  ['pdf', [ascii('%PDF-')]],
  ['zip', [ascii('PK\x03\x04'), ascii('PK\x05\x06'), ascii('PK\x07\x08')]],
  ['gz', [ascii('\x1f\x8b')]],
  ['bmp', [ascii('BM')]],
  ['tiff', [ascii('II*\0'), ascii('MM\0*')]],
  ['webp', [ascii('RIFF')]],
  ['jp2', [ascii('\0\0\0\x0cjP  ')]],
  ['exe', [ascii('MZ')]],
  ['elf', [ascii('\x7fELF')]],
  ['class', [ascii('\xca\xfe\xba\xbe')]],
  ['docx', [ascii('PK\x03\x04')]],
  ['xlsx', [ascii('PK\x03\x04')]],
  ['pptx', [ascii('PK\x03\x04')]],
]);

const DENSE_EXTENSIONS = new Set(
  (
    'zip gz tgz bz2 xz zst lz4 br tar 7z rar jar war apk aab ipa docx xlsx pptx docm xlsm pptm odt ods odp epub pdf ' +
    'jpg jpeg png gif webp avif heic heif jp2 jxl mp4 m4a m4v mov mkv webm avi mp3 ogg oga ogv opus flac aac wma woff woff2 aes gpg pgp asc p12 pfx der enc bin deb rpm whl exe dll so dylib parquet npy pt safetensors sqlite db'
  ).split(' '),
);

const DENSE_MAGIC: readonly Magic[] = [
  ...[...MAGIC].filter(([extension]) => !/^(?:bmp|exe|elf|class)$/.test(extension)).flatMap(([, magics]) => magics),
  ascii('BZh'),
  ascii('\xfd7zXZ\0'),
  ascii('7z\xbc\xaf\x27\x1c'),
  ascii('Rar!\x1a\x07'),
  ascii('(\xb5/\xfd'),
  ascii('ID3'),
  ascii('OggS'),
  ascii('fLaC'),
  ascii('\x1aE\xdf\xa3'),
  ascii('ftyp', 4),
  ascii('wOF2'),
];
