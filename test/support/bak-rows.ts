import type { Database, Row } from './database.js';

export type TypeNumber = 1 | 2 | 3 | 4 | 5;

/** A row of `tbl_bak_order`, read by the columns that everybody may rely on. */
export interface BakRow {
  readonly id: number;
  readonly order: number;
  readonly type: number;
  readonly name: string;
  readonly size: number | null;
  readonly sha256: string | null;
  readonly isBackedUp: boolean;
  readonly isUnlinked: boolean;
  readonly isMissing: boolean;
  /** The row as it is, to compare two moments. */
  readonly raw: Row;
}

export async function readBakRows(database: Database): Promise<BakRow[]> {
  const rows = await database.all('SELECT * FROM tbl_bak_order ORDER BY id');
  return rows.map((raw) => ({
    id: Number(raw.id),
    order: Number(raw.id_order),
    type: Number(raw.file_type),
    name: textOf(raw.filename) ?? '',
    size: raw.file_size === null || raw.file_size === undefined ? null : Number(raw.file_size),
    sha256: hashOf(raw.file_sha256),
    isBackedUp: isSet(raw.bak_date_time),
    isUnlinked: isSet(raw.unlink_time),
    isMissing: isSet(raw.missing_time),
    raw,
  }));
}

/** Names that compare as bytes may be kept as bytes. */
function textOf(value: unknown): string | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'string' ? value : null;
}

/** A hash is 64 hexadecimal digits, or the 32 bytes that they stand for. */
function hashOf(value: unknown): string | null {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return bytes.length === 32 ? bytes.toString('hex') : bytes.toString('utf8').toLowerCase();
  }
  return typeof value === 'string' ? value.toLowerCase() : null;
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined;
}
