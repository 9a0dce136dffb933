import { EXIT, OrderbakError } from '../errors.js';
import { ADDED, isDemanded, LONGEST_NAME, NEEDED, refuses, TIMES } from './bak-columns.js';
import { type ExistingTable, isNumber } from './existing-table.js';
import type { Engine } from './tables.js';

/** Times that say something of the file; a row gets them only from orderbak. */
const MARKS = ['bak_date_time', 'unlink_time', 'missing_time'];

const MOST_SHOWN = 100;

/** Throws (exit 1) when an existing `tbl_bak_order` has what cannot be adopted, and says what that is. */
export function mustBeAdoptable(table: ExistingTable, engine: Engine): void {
  const { columns, longestName, uniqueKeys, noNumbers } = table;
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) throw unfit(`it has no column ${missing.join(', ')}`);
  if (columns.get('id')?.isFilled === false)
    throw unfit('its column id does not count up by itself (AUTO_INCREMENT)');
  for (const name of TIMES) {
    const column = columns.get(name);
    if (isNumber(column)) throw unfit(`its column ${name} is ${column?.type}; orderbak needs DATETIME`);
  }
  if (longestName > LONGEST_NAME) throw unfit(`it has filenames of more than ${LONGEST_NAME} characters`);
  for (const [name, text] of noNumbers) {
    const shown = JSON.stringify(text.slice(0, MOST_SHOWN));
    throw unfit(
      `its column ${name} is ${columns.get(name)?.type} and has ${shown} in it, which is no number`,
    );
  }
  if (engine === 'mysql') return;
  // What MySQL alters in place, SQLite cannot.
  const strict = [...columns].filter(([name, column]) => {
    if (NEEDED.includes(name) || name === 'duplicate') return false;
    return Object.hasOwn(ADDED, name) ? !column.nullable : isDemanded(column);
  });
  if (strict.length > 0) throw unfit(`its columns ${strict.map(([name]) => name).join(', ')} are NOT NULL`);
  const id = columns.get('id_order')?.type ?? '';
  if (id === '' || /char|clob|text|blob/.test(id))
    throw unfit(`its column id_order is ${id || 'of no type'}; orderbak needs INTEGER`);
  const marking = MARKS.find((name) => columns.get(name)?.preset);
  if (marking !== undefined)
    throw unfit(`its column ${marking} has a default, which would mark every new row`);
  const fixed = [...uniqueKeys].find(([name, key]) => name.startsWith('sqlite_') && refuses(key));
  if (fixed !== undefined) throw unfit(`it is UNIQUE over (${fixed[1]}), which would refuse rows`);
}

function unfit(fault: string): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'unfit-table',
    `the existing tbl_bak_order cannot be adopted: ${fault}`,
    'Nothing was changed. Correct the table (a copy of it first), then run `orderbak migrate` again.',
  );
}
