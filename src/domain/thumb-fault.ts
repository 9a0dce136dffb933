/** What identifies the bytes that a decoder has refused: a picture that did not change since is not tried again. */
interface Bytes {
  readonly size: number;
  readonly mtimeNs: bigint;
}

const LONGEST = 255;

/** The note that these bytes cannot be decoded, and why, as `tbl_bak_order.thumb_fault` keeps it. */
export function thumbFaultOf(bytes: Bytes, reason: string): string {
  // The column may be one of an old table, which holds no more than ASCII for certain.
  return `${markOf(bytes)}${reason.replace(/[^ -~]/g, '?')}`.slice(0, LONGEST);
}

/** The reason that was noted of these very bytes; null when none was, or of others. */
export function faultOfBytes(thumbFault: string | null, bytes: Bytes): string | null {
  const mark = markOf(bytes);
  return thumbFault?.startsWith(mark) ? thumbFault.slice(mark.length) : null;
}

/** The same at a glance, to the ms: good enough to leave a file where it is. */
export function faultAtGlance(
  thumbFault: string,
  { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number },
): string | null {
  const [, bytes = '', mtimeNs = ''] = /^(\d+):(\d+): /.exec(thumbFault) ?? [];
  if (Number(bytes) !== size || Number(BigInt(mtimeNs) / 1_000_000n) !== mtimeMs) return null;
  return faultOfBytes(thumbFault, { size, mtimeNs: BigInt(mtimeNs) });
}

function markOf({ size, mtimeNs }: Bytes): string {
  return `${size}:${mtimeNs}: `;
}
