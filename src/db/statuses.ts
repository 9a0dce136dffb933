import { sql } from 'kysely';
import { isStatus, statusAsText } from './order-status.js';
import type { Database } from './tables.js';

/** Those of these statuses that no order of the view has, by the rule by which `insert` chooses orders. */
export async function absentStatuses(
  { engine, kysely }: Database,
  statuses: readonly string[],
): Promise<string[]> {
  const absent: string[] = [];
  for (const status of statuses) {
    const found = await kysely
      .selectFrom('orderbak_order')
      .select('id_order')
      .where(isStatus(engine, [status]))
      .limit(1)
      .execute();
    if (found.length === 0) absent.push(status);
  }
  return absent;
}

/** The statuses that most orders of the view have, at most `limit`, as orderbak reads them; reads all orders. */
export async function commonStatuses({ engine, kysely }: Database, limit: number): Promise<string[]> {
  const { rows } = await sql<{ text: string | null }>`
    SELECT ${statusAsText(engine)} AS text FROM orderbak_order
    GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT ${sql.lit(limit)}`.execute(kysely);
  return rows.map(({ text }) => text ?? 'NULL');
}
