import type { Answer } from '../reports/why.js';
import { isoOf } from './iso-of.js';
import { typesOf, writtenAt } from './why-text.js';

/** A file's answer for scripts: all that the text says. */
export function whyObject(asked: string, { status, reason, next, account }: Answer): object {
  const head = { asked, status, reason, next };
  if (account === null)
    return {
      ...head,
      folder: null,
      filename: null,
      orders: [],
      lists: [],
      records: [],
      disk: null,
      removals: [],
    };
  const { folder, filename, facts, broken, rows, sight, removals } = account;
  return {
    ...head,
    folder,
    filename,
    orders: facts.orders.map(({ id, status: of, doneTime }) => ({
      id,
      status: of,
      done_time: doneTime,
      types: typesOf(facts, id, filename),
      unreadable: facts.unreadable.has(id),
    })),
    lists: broken.map(({ orderId, origin, row }) => ({ id_order: orderId, origin, row })),
    records: rows.map((row) => ({
      id: row.id,
      id_order: row.orderId,
      file_type: row.type,
      bak_date_time: row.bakTime,
      receipt: row.receipt,
      unlink_time: row.unlinkTime,
      missing_time: row.missingTime,
    })),
    disk: {
      size: sight.stamp?.size ?? null,
      written: isoOf(writtenAt(sight)),
      thumb: sight.hasThumb,
      fault: sight.fault,
    },
    removals: removals.map(({ intended, done, purged, restored, ...removal }) => ({
      ...removal,
      intended: isoOf(intended),
      done: isoOf(done),
      purged: isoOf(purged),
      restored: isoOf(restored),
    })),
  };
}
