import type { Database } from '../../src/db/tables.js';

/** The same database, and the most rows that one of its answers has had so far. */
export function countRowsAtOnce({ kysely, ...database }: Database): { database: Database; most(): number } {
  let most = 0;
  const counting = kysely.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      most = Math.max(most, result.rows.length);
      return result;
    },
  });
  return { database: { ...database, kysely: counting }, most: () => most };
}
