/** Names as they may lie on a disk of Linux: any bytes but `/` and NUL, at most 255 of them. */
export interface DiskName {
  readonly trouble: string;
  readonly bytes: Buffer;
}

/** Names as somebody may write them into the shop's lists: any text, also what no disk can hold. */
export interface ListedName {
  readonly trouble: string;
  readonly text: string;
}

const MOST_BYTES = 255;

/** Each stands for one step upwards, as some program somewhere reads it. */
const UPWARDS = [
  '../',
  '..\\',
  './../',
  '....//',
  '..;/',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%2f',
  '..%5c',
  '%252e%252e%252f',
  '..%c0%af',
  '%c0%ae%c0%ae/',
  '..%u2215',
  '\u2025/',
  '\uff0e\uff0e\uff0f',
  '..\u2215',
  '..\u29f8',
  '.\u200b./',
];

const WINDOWS = [
  'CON',
  'con.jpg',
  'NUL.png',
  'COM1.jpg',
  'LPT9',
  'AUX .jpg',
  'COM\u00b9.jpg',
  'CONIN$',
  'photo.jpg.',
  'photo.jpg ',
  'photo.jpg::$DATA',
  'photo.jpg:stream',
  'C:photo.jpg',
  'a<b>c.jpg',
  'what?.jpg',
  'a*b|c".jpg',
  'PROGRA~1',
  'desktop.ini',
];

/** What orderbak, its tools or the shop call something of their own. */
const TAKEN = [
  '.orderbak-root',
  '.orderbak-trash',
  '.orderbak-a.tmp',
  '.orderbak',
  'SHA256SUMS',
  'sha256sums',
  'thumb',
  'Thumb',
  'catalog.sqlite',
  '5.part',
  'sums.tmp',
];

/** They end a line, a field or a message, or begin an option or a formula. */
const SPEAKING = [
  'two\nlines.jpg',
  'carriage\rreturn.jpg',
  'tab\there.jpg',
  'bell\u0007.jpg',
  'colour\u001b[31mred.jpg',
  'title\u001b]0;owned\u0007.jpg',
  'delete\u007f.jpg',
  'c1\u0085next.jpg',
  'line\u2028separator.jpg',
  '-rf',
  '--help.jpg',
  '-',
  '~root',
  '$(touch owned).jpg',
  '`touch owned`.jpg',
  "'; DROP TABLE tbl_order; --.jpg",
  '=cmd|A1.csv',
  '%s%n%d.jpg',
  '{{7*7}}.jpg',
  '<img src=x onerror=alert(1)>.jpg',
  '*',
  '?.jpg',
  '[a-z].jpg',
  '!(x).jpg',
  '*  good.jpg',
  '\\ backslash.jpg',
  '__proto__',
  'constructor',
  'toString',
  '0',
  'null',
  ' ',
  ' leading.jpg',
  '.hidden.jpg',
  '...',
];

/** They read in another direction, or are not seen. */
const TURNED = [
  'photo\u202egpj.exe',
  '\u2066isolated\u2069.jpg',
  'zero\u200bwidth.jpg',
  '\ufeffmark.jpg',
  'صورة.jpg',
];

/** Names that some disk takes for one: of each pair, both. */
const TWINS: readonly (readonly [string, string])[] = [
  ['caf\u00e9.jpg', 'cafe\u0301.jpg'],
  ['Twin.JPG', 'twin.jpg'],
  ['stra\u00dfe.jpg', 'STRASSE.jpg'],
  ['\u0130zmir.jpg', 'i\u0307zmir.jpg'],
  ['\ud55c.jpg', '\u1112\u1161\u11ab.jpg'],
  ['\u212bngstrom.jpg', '\u00c5ngstrom.jpg'],
  ['ﬁne.jpg', 'fine.jpg'],
];

/** Bytes that are no UTF-8, and two that a careless reader takes for one name. */
const NO_TEXT = [
  Buffer.from('latin-caf\xe9.jpg', 'latin1'),
  Buffer.from('latin-caf\xe8.jpg', 'latin1'),
  Buffer.from([0xc0, 0xae, 0xc0, 0xae, 0x2e, 0x6a, 0x70, 0x67]),
  Buffer.from([0xed, 0xa0, 0x80, 0x2e, 0x6a, 0x70, 0x67]),
  Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80]),
  Buffer.from([0xff, 0xfe]),
];

/** Texts that no disk of Linux holds as the name of one file. */
const ONLY_LISTED = [
  '.',
  '..',
  '/',
  '/etc/passwd',
  '\\\\server\\share\\a.jpg',
  'C:\\Windows\\win.ini',
  'nul\u0000.jpg',
  'a/b.jpg',
  'a/./b.jpg',
  'thumb/a.jpg',
  '.orderbak-trash/r1/x/a.jpg',
  '\ud800lone.jpg',
  'http://example.invalid/a.jpg',
  'file:///etc/passwd',
  'php://filter/resource=a.jpg',
];

/** Names to lie on the disk; no two are the same, and none may leave its folder. */
export function diskNames(): DiskName[] {
  return [
    ...textsOnDisk().map(({ trouble, text }) => ({ trouble, bytes: Buffer.from(text) })),
    ...NO_TEXT.map((bytes) => ({ trouble: 'no UTF-8', bytes })),
    { trouble: 'the replacement character itself', bytes: Buffer.from('latin-caf\ufffd.jpg') },
  ];
}

/** Names to stand in the shop's lists; `outside` is a file that lies `up` folders above the order's, and belongs to nobody here. */
export function listedNames(outside: string, up: number): ListedName[] {
  const leaving = UPWARDS.map((step) => ({ trouble: `up by ${step}`, text: step.repeat(up) + outside }));
  return [...leaving, ...textsOnDisk(), ...ONLY_LISTED.map((text) => ({ trouble: 'no name at all', text }))];
}

/** Texts that are plain names for Linux, whatever others make of them. */
function textsOnDisk(): ListedName[] {
  const of = (trouble: string, texts: readonly string[]) => texts.map((text) => ({ trouble, text }));
  return [
    ...of(
      'encoded',
      UPWARDS.map((step) => `${step.replaceAll('/', '')}passwd`),
    ),
    ...of('of Windows', WINDOWS),
    ...of('taken', TAKEN),
    ...of('speaking', SPEAKING),
    ...of('turned', TURNED),
    ...of('twin', TWINS.flat()),
    ...of('long', long()),
  ];
}

function long(): string[] {
  const end = '.jpg';
  const room = MOST_BYTES - end.length;
  return [
    'a'.repeat(room) + end,
    '\u00e9'.repeat(Math.floor(room / 2)) + end,
    `${'😀'.repeat(Math.floor(room / 4))}${end}`,
  ];
}
