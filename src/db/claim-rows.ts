import { type Kysely, type RawBuilder, sql } from 'kysely';
import { FILE_TYPES } from '../domain/file-type.js';
import type { BakFile } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import { Doubt } from '../errors.js';
import { bytesOf } from './bytes.js';
import type { Engine, Tables } from './tables.js';

/** SQLite takes an expression of at most a thousand levels, and each OR is one. */
const ROWS_A_STATEMENT = 200;

/**
 * Claims rows of `tbl_bak_order` for a removal: they must still be, in every column that the verdict was about, what they
 * were when it was given, and nobody else can change them until the transaction ends. Throws Doubt when one has changed.
 */
export async function claimRows(
  transaction: Kysely<Tables>,
  engine: Engine,
  rows: readonly BakFile[],
): Promise<void> {
  for (const some of piecesOf(rows, ROWS_A_STATEMENT)) {
    const conditions = some.map((row) => isUnchanged(row, engine));
    const { numAffectedRows } = await sql`
      UPDATE tbl_bak_order SET unlink_time = NULL
      WHERE unlink_time IS NULL AND (${sql.join(conditions, sql` OR `)})`.execute(transaction);
    // Both engines count the rows that were found, not those that became different.
    if (numAffectedRows !== BigInt(some.length)) {
      throw new Doubt('its record was changed while it was being removed');
    }
  }
}

function isUnchanged(row: BakFile, engine: Engine): RawBuilder<unknown> {
  const same = engine === 'mysql' ? sql`<=>` : sql`IS`;
  return sql`(id = ${row.id} AND file_type = ${FILE_TYPES[row.type]}
    AND ${bytesOf(engine, sql`filename`)} = ${bytesOf(engine, sql`${row.filename}`)}
    AND bak_date_time ${same} ${row.bakTime} AND ${hasReceipt(row)})`;
}

/** Without all of its parts it is none, as `bakFileOf` reads it: an older script may have written one of them. */
function hasReceipt({ receipt }: BakFile): RawBuilder<unknown> {
  if (receipt === null) return sql`(bak_date_time IS NULL OR file_size IS NULL OR file_sha256 IS NULL)`;
  return sql`file_size = ${receipt.size} AND file_sha256 = ${receipt.sha256}`;
}
