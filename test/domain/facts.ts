import { fileTypeOf } from '../../src/domain/file-type.js';
import type { BakFile, FolderFacts, NamedFile, Order } from '../../src/domain/order.js';
import type { Retention } from '../../src/domain/retention.js';

export const RETENTION: Retention = { statuses: ['9'], cutoff: '2025-06-01 00:00:00' };
export const RECEIPT = { size: 5, sha256: 'ab'.repeat(32) };

/** An order that may go, if nothing else is said. */
export function order(id: number, given: Partial<Order> = {}): Order {
  return {
    id,
    createTime: '2025-01-01 10:00:00',
    createBy: 'lan',
    status: '9',
    doneTime: '2025-02-01 10:00:00',
    folder: null,
    ...given,
  };
}

let ids = 0;

/** A row that allows its removal, if nothing else is said. */
export function row(
  orderId: number,
  type: BakFile['type'],
  filename: string,
  given: Partial<BakFile> = {},
): BakFile {
  const copied = type !== 'discuss';
  ids += 1;
  return {
    id: ids,
    orderId,
    type,
    filename,
    bakTime: copied ? '2025-07-01 03:00:00' : null,
    receipt: copied ? RECEIPT : null,
    unlinkTime: null,
    missingTime: null,
    thumbFault: null,
    ...given,
  };
}

/** A folder in which the lists name exactly what is recorded, unless `named` says more. */
export function folder(
  orders: readonly Order[],
  recorded: readonly BakFile[],
  given: { named?: readonly NamedFile[]; unreadable?: readonly number[]; restored?: readonly string[] } = {},
): FolderFacts {
  const named = recorded.map(({ orderId, type, filename }) => ({ orderId, type, filename }));
  return {
    folder: '1735700400@lan',
    orders,
    recorded,
    named: [...named, ...(given.named ?? [])],
    unreadable: new Set(given.unreadable),
    restored: new Set(given.restored),
  };
}

export const TYPES = [1, 2, 3, 4, 5].map((number) => fileTypeOf(number) ?? 'main');
