import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldName } from '../../src/domain/file-name.js';
import type { BakFile, FolderFacts, NamedFile, Order } from '../../src/domain/order.js';
import { judgeRemoval } from '../../src/domain/removal.js';
import { whyKept } from '../../src/domain/retention.js';
import { order, RECEIPT, RETENTION, TYPES } from './facts.js';

const OTHERS = [
  { size: 5, sha256: 'cd'.repeat(32) },
  { size: 6, sha256: RECEIPT.sha256 },
];
const NAMES = ['a.jpg', 'A.JPG', 'b.jpg', 'ò.jpg'.normalize('NFC'), 'ò.jpg'.normalize('NFD'), 'x/a.jpg'];
const LATER = fc.option(fc.constant('2025-07-02 04:00:00'));

/** Worlds in which nothing may go say nothing. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
}

const anyOrder: fc.Arbitrary<Order> = fc
  .record({
    id: fc.integer({ min: 1, max: 3 }),
    status: mostly('9', '4', null),
    doneTime: mostly('2025-02-01 10:00:00', '2025-02-01', '2025-06-01 00:00:00', null),
  })
  .map(({ id, ...given }) => order(id, given));

const anyRow: fc.Arbitrary<BakFile> = fc
  .record({
    id: fc.nat(),
    orderId: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom(...TYPES),
    filename: fc.constantFrom(...NAMES),
    mark: mostly('marked', 'without a receipt', 'not'),
    receipt: mostly(RECEIPT, ...OTHERS),
    unlinkTime: LATER,
    missingTime: LATER,
    thumbFault: fc.constant(null),
  })
  .map(({ mark, receipt, ...given }) => ({
    ...given,
    bakTime: mark === 'not' ? null : '2025-07-01 03:00:00',
    receipt: mark === 'marked' ? receipt : null,
  }));

const anyFacts: fc.Arbitrary<FolderFacts> = fc
  .record({
    orders: fc.uniqueArray(anyOrder, { selector: ({ id }) => id, minLength: 1 }),
    recorded: fc.array(anyRow, { maxLength: 5 }),
    more: fc.array(
      fc.record({
        orderId: fc.integer({ min: 1, max: 3 }),
        type: fc.constantFrom(...TYPES),
        filename: fc.constantFrom(...NAMES),
      }),
      { maxLength: 1 },
    ),
    unreadable: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
    listsAreRead: mostly(true, false),
    /** Lists forget what was recorded, when staff take a name out. */
    isListed: mostly(true, false),
  })
  .map(({ orders, recorded, more, unreadable, listsAreRead, isListed }) => ({
    folder: '1735700400@lan',
    orders,
    recorded,
    named: [
      ...(isListed ? recorded : []).map(
        ({ orderId, type, filename }): NamedFile => ({ orderId, type, filename }),
      ),
      ...more,
    ],
    unreadable: new Set(listsAreRead ? [] : unreadable),
    restored: new Set<string>(),
  }));

/** Of one path: what the names that might mean it on some disk have in common. */
function sameOnSomeDisk(one: string, other: string): boolean {
  return foldName(one.replace('x/', '')) === foldName(other.replace('x/', ''));
}

function always(holds: (facts: FolderFacts, filename: string) => boolean): number {
  let allowed = 0;
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...NAMES), (facts, filename) => {
      const verdict = judgeRemoval(facts, filename, RETENTION);
      if (!verdict.allowed) return;
      allowed += 1;
      expect(holds(facts, filename)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  return allowed;
}

test('no path goes on which a record of an order that must stay, or is unknown, speaks', () => {
  const allowed = always(({ orders, recorded, named }, filename) =>
    [...recorded, ...named]
      .filter((record) => sameOnSomeDisk(record.filename, filename))
      .every((record) => {
        const owner = orders.find(({ id }) => id === record.orderId);
        return owner !== undefined && whyKept(owner, RETENTION) === null;
      }),
  );
  // The worlds above are such that some paths may go, or these tests would say nothing.
  expect(allowed).toBeGreaterThan(30);
});

test('no path goes from a folder in which a list cannot be read', () => {
  always(({ unreadable }) => unreadable.size === 0);
});

test('no path goes that a record needs which is not backed up, or without a receipt, or is not recorded', () => {
  always(({ recorded, named }, filename) => {
    const rows = recorded.filter((row) => sameOnSomeDisk(row.filename, filename));
    return (
      rows.every((row) => row.type === 'discuss' || (row.bakTime !== null && row.receipt !== null)) &&
      named
        .filter((file) => sameOnSomeDisk(file.filename, filename))
        .every((file) =>
          rows.some(
            (row) => row.orderId === file.orderId && row.type === file.type && row.filename === file.filename,
          ),
        )
    );
  });
});

test('the receipt of an answer is that of every copied row of the name, and is missing only for chats', () => {
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...NAMES), (facts, filename) => {
      const verdict = judgeRemoval(facts, filename, RETENTION);
      if (!verdict.allowed) return;
      const rows = facts.recorded.filter((row) => row.filename === filename);
      expect(rows.length).toBeGreaterThan(0);
      expect(verdict.rows).toEqual(rows.filter((row) => row.unlinkTime === null));
      const copied = rows.filter((row) => row.type !== 'discuss');
      if (copied.length === 0) expect(verdict.receipt).toBeNull();
      for (const row of copied) expect(row.receipt).toEqual(verdict.receipt);
      const twins = facts.recorded.filter((row) => sameOnSomeDisk(row.filename, filename));
      if (verdict.receipt === null) expect(twins.filter((row) => row.type !== 'discuss')).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});
