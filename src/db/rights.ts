import { sql } from 'kysely';
import type { Database } from './tables.js';

/**
 * Throws unless orderbak may read and write its own tables. The statements touch no row: a database looks at the rights
 * before it looks for rows. Answers how many tables there are.
 */
export async function tryRights({ kysely }: Database): Promise<number> {
  const tables = (await kysely.introspection.getTables()).filter(
    ({ name, isView }) => !isView && (name === 'tbl_bak_order' || name.startsWith('orderbak_')),
  );
  for (const { name, columns } of tables) {
    const demanded = columns.filter(
      (column) => !column.isNullable && !column.hasDefaultValue && !column.isAutoIncrementing,
    );
    const some = (demanded.length > 0 ? demanded : columns.slice(0, 1)).map((column) => sql.ref(column.name));
    const [table, list] = [sql.table(name), sql.join(some)];
    await sql`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${table} WHERE 1 = 0`.execute(kysely);
    await sql`UPDATE ${table} SET ${some[0]} = ${some[0]} WHERE 1 = 0`.execute(kysely);
    await sql`DELETE FROM ${table} WHERE 1 = 0`.execute(kysely);
  }
  return tables.length;
}
