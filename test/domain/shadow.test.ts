import { describe, expect, test } from 'vitest';
import { momentOf } from '../../src/domain/old-mark.js';
import type { BakFile } from '../../src/domain/order.js';
import {
  compareFolder,
  type FileFinding,
  isDifference,
  KINDS,
  type OnDisk,
} from '../../src/domain/shadow.js';
import { folder, order, RETENTION, row } from './facts.js';

const WATCH = { retention: RETENTION, since: null, zone: 'UTC' };
const disk = (names: readonly string[], trash: readonly string[] = []): OnDisk => ({
  names: new Set(names),
  trash,
  thumbs: null,
});
const told = (findings: readonly FileFinding[]) =>
  findings.map(({ kind, filename, reason }) => [kind, filename, reason]);

/** A row that the old system says it has removed, and had backed up without a receipt. */
const removed = (orderId: number, type: BakFile['type'], name: string, given: Partial<BakFile> = {}) =>
  row(orderId, type, name, { receipt: null, unlinkTime: '2025-07-02 04:00:00', ...given });

describe('what an old system did and orderbak would not have done', () => {
  test('agreed: removed after it was backed up, or of a discussion', () => {
    const facts = folder([order(1)], [removed(1, 'main', 'a.jpg'), removed(1, 'discuss', 'b.jpg')]);
    expect(compareFolder(facts, disk([]), WATCH)).toEqual([]);
    const unmarked = facts.recorded.map((each) => ({ ...each, unlinkTime: null }));
    expect(compareFolder(folder([order(1)], unmarked), disk([]), WATCH)).toEqual([]);
  });

  test.each([
    ['the order is not finished', { status: '3' }, {}, 'order 1 is not finished (status 3)'],
    [
      'it is too young',
      { doneTime: '2025-06-02 00:00:00' },
      {},
      /^order 1 was finished at .* after the limit/,
    ],
    ['it was never backed up', {}, { bakTime: null }, 'it is not backed up yet (order 1, main)'],
  ] as const)('removed, though %s', (_, given, mark, reason) => {
    const facts = folder([order(1, given)], [removed(1, 'main', 'a.jpg', mark)]);
    const [finding, ...others] = compareFolder(facts, disk([]), WATCH);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'removed', orderId: 1, id: facts.recorded[0]?.id });
    expect(finding?.reason).toMatch(reason);
    const [there] = compareFolder(facts, disk(['a.jpg']), WATCH);
    expect(there).toMatchObject({ kind: 'removed', reason: `${finding?.reason}; the file is still there` });
  });

  test('removed from a discussion, though a rework, or another order of the folder, names the same file', () => {
    const chat = removed(1, 'discuss', 'a.jpg');
    const rework = { orderId: 1, type: 'rework', filename: 'a.jpg' } as const;
    expect(told(compareFolder(folder([order(1)], [chat], { named: [rework] }), disk([]), WATCH))).toEqual([
      ['removed', 'a.jpg', 'it is not backed up yet (order 1, rework)'],
    ]);
    const other = folder([order(1), order(2, { status: '5' })], [chat], {
      named: [{ orderId: 2, type: 'main', filename: 'A.jpg' }],
    });
    expect(told(compareFolder(other, disk(['A.jpg']), WATCH))).toEqual([
      ['removed', 'a.jpg', 'order 2 is not finished (status 5)'],
    ]);
  });

  test('gone without a mark: named by an order, never copied', () => {
    const named = [{ orderId: 1, type: 'rework', filename: 'a.jpg' }] as const;
    const [finding] = compareFolder(folder([order(1)], [], { named }), disk([]), WATCH);
    expect(finding).toMatchObject({ kind: 'gone', id: null, orderId: 1, filename: 'a.jpg' });
  });

  test('removed rightly, but without a thumb', () => {
    const rows = ['a.jpg', 'b.JPG', 'c.pdf'].map((name) => removed(1, 'discuss', name));
    const seen = { ...disk([]), thumbs: new Set(['a.jpg']) };
    expect(told(compareFolder(folder([order(1)], rows), seen, WATCH))).toEqual([
      ['no-thumb', 'b.JPG', 'orderbak leaves a thumb, or keeps the picture'],
    ]);
  });

  test('marked as removed, and there', () => {
    const facts = folder([order(1)], [removed(1, 'main', 'a.jpg')]);
    expect(told(compareFolder(facts, disk(['a.jpg']), WATCH))).toEqual([
      ['still-there', 'a.jpg', 'marked as removed 2025-07-02 04:00:00'],
    ]);
    const markedAs = (unlinkTime: string) =>
      compareFolder(
        folder([order(1)], [removed(1, 'main', 'a.jpg', { unlinkTime })]),
        disk(['a.jpg']),
        WATCH,
      );
    expect(markedAs('1751428800')[0]?.reason).toBe('marked as removed 2025-07-02 04:00:00');
    expect(markedAs('1')[0]?.reason).toBe('marked as removed');
  });

  test('recorded too early, or by no list any more', () => {
    const early = folder(
      [order(1, { status: '3' })],
      [row(1, 'main', 'a.jpg', { bakTime: null, receipt: null })],
    );
    expect(told(compareFolder(early, disk(['a.jpg']), WATCH))).toEqual([
      ['recorded', 'a.jpg', 'order 1 is not finished (status 3)'],
    ]);
    const forgotten = { ...folder([order(1)], early.recorded), named: [] };
    expect(told(compareFolder(forgotten, disk(['a.jpg']), WATCH))).toEqual([
      ['recorded', 'a.jpg', 'order 1 does not name it as main'],
    ]);
  });
});

describe('what orderbak would do tonight and the old system leaves', () => {
  test('removes what is of a discussion, what has a receipt, and trash', () => {
    const facts = folder([order(1)], [row(1, 'discuss', 'a.jpg'), row(1, 'main', 'b.jpg')]);
    expect(told(compareFolder(facts, disk(['a.jpg', 'b.jpg', 'c'], ['c']), WATCH))).toEqual([
      ['would-remove', 'a.jpg', 'of a discussion'],
      ['would-remove', 'b.jpg', 'backed up'],
      ['would-remove', 'c', 'trash: nobody names it'],
    ]);
  });

  test('records what the old system did not, and removes it if it is of a discussion', () => {
    const named = [
      { orderId: 1, type: 'complete', filename: 'a.jpg' },
      { orderId: 1, type: 'discuss', filename: 'b.jpg' },
    ] as const;
    const facts = folder([order(1)], [], { named });
    expect(told(compareFolder(facts, disk(['a.jpg', 'b.jpg']), WATCH))).toEqual([
      ['unrecorded', 'a.jpg', 'order 1 names it as complete; it would be recorded and copied'],
      ['would-remove', 'b.jpg', 'of a discussion'],
    ]);
    const open = folder([order(1, { status: '3' })], [], { named });
    expect(compareFolder(open, disk(['a.jpg', 'b.jpg']), WATCH)).toEqual([]);
  });

  test('keeps what has only the old system’s word, which is no difference', () => {
    const facts = folder([order(1)], [row(1, 'main', 'a.jpg', { receipt: null })]);
    expect(told(compareFolder(facts, disk(['a.jpg']), WATCH))).toEqual([
      ['unproven', 'a.jpg', 'marked as backed up 2025-07-01 03:00:00, without a receipt'],
    ]);
    expect(KINDS.filter((kind) => !isDifference(kind))).toEqual(['unclear', 'unproven']);
  });
});

test('what was done before the watch began is history; what has no time is not', () => {
  const facts = folder(
    [order(1, { status: '3' })],
    [
      removed(1, 'main', 'old.jpg'),
      removed(1, 'main', 'new.jpg', { unlinkTime: '1757000000' }),
      removed(1, 'main', 'flag.jpg', { bakTime: null, unlinkTime: '1' }),
    ],
  );
  const since = Date.parse('2025-08-01T00:00:00Z');
  const names = compareFolder(facts, disk([]), { ...WATCH, since }).map(({ filename }) => filename);
  expect(names).toEqual(['new.jpg', 'flag.jpg']);
});

test('a mark is a time of the shop, or seconds since 1970', () => {
  expect(momentOf('2026-01-15 02:00:00', 'Asia/Ho_Chi_Minh')).toBe(Date.parse('2026-01-14T19:00:00Z'));
  expect(momentOf('1768417200', 'Asia/Ho_Chi_Minh')).toBe(1_768_417_200_000);
  for (const mark of ['1', 'yes', null]) expect(momentOf(mark, 'UTC')).toBeNull();
});
