const BLOCK = 512;

/** Where the header of a tar's member (POSIX ustar) has what a bundle says of a file; each field ends with NULs. */
export const TAR_FIELDS = {
  name: { start: 0, end: 100 },
  size: { start: 124, end: 136 },
  sum: { start: 148, end: 156 },
  type: { start: 156, end: 157 },
  /** Of a regular file it says nothing, and nobody reads it: in a bundle it is the SHA-256 in hex. */
  linkName: { start: 157, end: 257 },
} as const;

/** What the head of a bundle's member says: its row id, size in bytes, time of its last change in ms since 1970, SHA-256 in hex. */
export interface MemberHead {
  readonly id: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** The bytes of every member's head. */
export const HEAD_BYTES = BLOCK;

/** The end of a tar. */
export const TAR_END = new Uint8Array(2 * BLOCK);

/** How much room a member's bytes take: whole blocks. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Writes the head of a member to the beginning of `room`, which is `HEAD_BYTES` long. */
export function writeHead(room: Buffer, { id, size, mtimeMs, sha256 }: MemberHead): void {
  const block = room.subarray(0, HEAD_BYTES).fill(0);
  const seconds = Math.max(0, Math.floor(mtimeMs / 1000));
  block.write(String(id), TAR_FIELDS.name.start, 'latin1');
  block.write('0000644\x000000000\x000000000\x00', TAR_FIELDS.name.end, 'latin1');
  block.write(`${octal(size, 11)} ${octal(seconds, 11)} `, TAR_FIELDS.size.start, 'latin1');
  block.write(`        0${sha256}`, TAR_FIELDS.sum.start, 'latin1');
  block.write('ustar\x0000', TAR_FIELDS.linkName.end, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\0 `, TAR_FIELDS.sum.start, 'latin1');
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, '0');
}
