import type { BakRow } from './bak-rows.js';
import { fateOf, type Held } from './fates.js';
import type { Evidence } from './oracle.js';
import { type Kind, namesOf } from './planting.js';

const TYPE_OF: Partial<Record<Kind, number>> = { main: 1, ref: 2, complete: 3, rework: 4, discuss: 5 };

function keyOf(order: number, type: number, name: string): string {
  return JSON.stringify([order, type, name]);
}

export interface RecordsExpected {
  /** How often an order's files are recorded; an older system may have done so twice. */
  readonly times?: (order: number) => number;
}

/** What is wrong with `tbl_bak_order` after a whole night: a row for each file that each order names, closed rightly. */
export function judgeRecords(
  evidence: Evidence,
  held: Held,
  { times = () => 1 }: RecordsExpected = {},
): string[] {
  const byKey = new Map<string, BakRow[]>();
  for (const row of evidence.rows) {
    const key = keyOf(row.order, row.type, row.name);
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  const faults: string[] = [];
  for (const order of evidence.world.orders) {
    const isHeld = held.orders?.has(order.id) === true;
    for (const { kind, name } of namesOf(order.plan)) {
      const type = TYPE_OF[kind];
      if (type === undefined) continue;
      const rows = byKey.get(keyOf(order.id, type, name)) ?? [];
      const fault = isHeld ? faultOfHeld(rows) : faultOfCount(rows, times(order.id));
      const others = isHeld ? [] : rows.map((row) => faultOf(evidence, held, row, `${order.folder}/${name}`));
      for (const words of new Set([fault, ...others])) {
        if (words !== undefined) faults.push(`${words}: ${kind} of order ${order.id}, ${name}`);
      }
    }
  }
  return faults;
}

function faultOfHeld(rows: readonly BakRow[]): string | undefined {
  return rows.some((row) => row.isUnlinked) ? 'said to be unlinked' : undefined;
}

function faultOfCount(rows: readonly BakRow[], times: number): string | undefined {
  if (rows.length === 0) return 'not recorded';
  return rows.length > times ? `recorded ${rows.length} times` : undefined;
}

function faultOf(evidence: Evidence, held: Held, row: BakRow, where: string): string | undefined {
  const file = evidence.world.files.get(where);
  const original = evidence.before.get(where);
  if (file === undefined || original === undefined) {
    return row.isUnlinked ? 'said to be unlinked, but it never was there' : undefined;
  }
  const fate = fateOf(file, held);
  if (fate === 'stays') return row.isUnlinked ? 'said to be unlinked, but it is there' : undefined;
  if (!row.isUnlinked) return 'not said to be unlinked';
  if (row.type === 5) return undefined;
  if (!row.isBackedUp) return 'not said to be backed up';
  if (row.size !== original.size || row.sha256 !== original.sha256) return 'with a receipt of other bytes';
  return undefined;
}
