const BLOCK = 512;

/** The pax fields that an entry of a bundle carries; its name is the row id. */
export const BUNDLE_FIELDS = { mtime: 'ORDERBAK.mtime', sha256: 'ORDERBAK.sha256' } as const;

/** What the head of a bundle's member says: its row id, size in bytes, time of its last change in ms since 1970, SHA-256 in hex. */
export interface MemberHead {
  readonly id: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** The bytes of every member's head: a pax header, its records, and the header of the file (POSIX ustar). */
export const HEAD_BYTES = 3 * BLOCK;

/** The end of a tar. */
export const TAR_END = new Uint8Array(2 * BLOCK);

/** How much room a member's bytes take: whole blocks. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Writes the head of a member to the beginning of `room`, which is `HEAD_BYTES` long. */
export function writeHead(room: Buffer, { id, size, mtimeMs, sha256 }: MemberHead): void {
  room.fill(0, 0, HEAD_BYTES);
  const pax = paxRecord(BUNDLE_FIELDS.mtime, String(mtimeMs)) + paxRecord(BUNDLE_FIELDS.sha256, sha256);
  const seconds = Math.max(0, Math.floor(mtimeMs / 1000));
  writeHeader(room.subarray(0, BLOCK), String(id), pax.length, seconds, 'x');
  room.write(pax, BLOCK, 'latin1');
  writeHeader(room.subarray(2 * BLOCK, HEAD_BYTES), String(id), size, seconds, '0');
}

function writeHeader(block: Buffer, name: string, size: number, seconds: number, type: string): void {
  block.write(name, 0, 'latin1');
  block.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
  block.write(`${octal(size, 11)} `, 124, 'latin1');
  block.write(`${octal(seconds, 11)} `, 136, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, '0');
}

/** `<length> <name>=<value>\n`, where the length counts its own digits too. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const length = rest.length + String(rest.length + 2).length;
  return `${length}${rest}`;
}
