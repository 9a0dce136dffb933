import { sql } from 'kysely';
import type { Census } from '../domain/census.js';
import type { CensusBook } from '../steps/ports/shop.js';
import type { Database } from './tables.js';

const NAME = 'census';

/** Opens the census that is kept in `orderbak_setting`. */
export function openCensusBook({ kysely }: Database): CensusBook {
  return {
    async last() {
      const setting = kysely.selectFrom('orderbak_setting').select('value').where('name', '=', NAME);
      const row = await setting.executeTakeFirst();
      // Written only below, from a Census.
      return row === undefined ? null : (JSON.parse(row.value) as Census);
    },

    async remember(census) {
      await sql`REPLACE INTO orderbak_setting (name, value) VALUES (${NAME}, ${JSON.stringify(census)})`.execute(
        kysely,
      );
    },
  };
}
