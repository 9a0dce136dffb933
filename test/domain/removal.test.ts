import { describe, expect, it } from 'vitest';
import type { FolderFacts } from '../../src/domain/order.js';
import { judgeRemoval, sameReceipt } from '../../src/domain/removal.js';
import { folder, order, RECEIPT, RETENTION, row } from './facts.js';

const NFC = 'phòng.jpg'.normalize('NFC');
const NFD = 'phòng.jpg'.normalize('NFD');
const OTHER = { size: 5, sha256: 'cd'.repeat(32) };
const NOT_YET = { bakTime: null, receipt: null };
const finished = order(1);
const alsoFinished = order(2);

function judge(facts: FolderFacts, filename = 'a.jpg') {
  return judgeRemoval(facts, filename, RETENTION);
}

describe('a path goes', () => {
  it('when a discussion alone names it, without a receipt', () => {
    const rows = [row(1, 'discuss', 'a.jpg'), row(1, 'main', 'b.jpg', NOT_YET)];
    expect(judge(folder([finished], rows))).toEqual({ allowed: true, rows: [rows[0]], receipt: null });
  });

  it('when the office holds it, with the receipt that its bytes must match', () => {
    const rows = [row(1, 'main', 'a.jpg'), row(1, 'ref', 'b.jpg', NOT_YET)];
    expect(judge(folder([finished], rows))).toEqual({ allowed: true, rows: [rows[0]], receipt: RECEIPT });
  });

  it('when all records that name it allow it, and closes them all', () => {
    const rows = [
      row(1, 'complete', 'a.jpg'),
      row(2, 'ref', 'a.jpg', { receipt: { ...RECEIPT, sha256: RECEIPT.sha256.toUpperCase() } }),
      row(2, 'discuss', 'a.jpg'),
      row(1, 'discuss', 'a.jpg', { unlinkTime: '2025-07-02 04:00:00' }),
      row(1, 'main', 'a.jpg', { missingTime: '2025-07-02 04:00:00' }),
    ];
    const verdict = judge(folder([finished, alsoFinished], rows));
    expect(verdict).toMatchObject({ allowed: true, receipt: RECEIPT });
    expect(verdict.allowed && verdict.rows.map(({ id }) => id)).toEqual(
      [rows[0], rows[1], rows[2], rows[4]].map((each) => each?.id),
    );
  });

  it('although another order of its folder is not finished, if that one does not name it', () => {
    const rows = [row(1, 'main', 'a.jpg'), row(2, 'main', 'b.jpg')];
    const facts = folder([finished, order(2, { status: '4' })], rows);
    expect(judge(facts).allowed).toBe(true);
    expect(judge(facts, 'b.jpg').allowed).toBe(false);
  });

  it('beside a twin that may go as well; each by its own receipt', () => {
    const rows = [row(1, 'main', 'A.JPG', { receipt: OTHER }), row(1, 'ref', 'a.jpg')];
    expect(judge(folder([finished], rows), 'A.JPG')).toMatchObject({ rows: [rows[0]], receipt: OTHER });
    expect(judge(folder([finished], rows), 'a.jpg')).toMatchObject({ rows: [rows[1]], receipt: RECEIPT });
    const chats = [row(1, 'discuss', 'A.JPG'), row(1, 'discuss', 'a.jpg')];
    expect(judge(folder([finished], chats))).toMatchObject({ allowed: true, rows: [chats[1]] });
  });
});

describe('a path stays', () => {
  const main = row(1, 'main', 'a.jpg');
  const chat = row(1, 'discuss', 'a.jpg');
  const cases: readonly [why: string, words: string, facts: FolderFacts][] = [
    ['nothing names it', 'no record', folder([finished], [row(1, 'main', 'b.jpg')])],
    ['nothing names it, in no order at all', 'no record', folder([], [])],
    ['it is not backed up', 'not backed up yet', folder([finished], [row(1, 'main', 'a.jpg', NOT_YET)])],
    [
      'a chat names it, and a job that is not backed up',
      'not backed up yet (order 1, ref)',
      folder([finished], [chat, row(1, 'ref', 'a.jpg', NOT_YET)]),
    ],
    [
      'it was marked without a receipt',
      'without a receipt',
      folder([finished], [row(1, 'main', 'a.jpg', { receipt: null })]),
    ],
    [
      'one of two marks has no receipt',
      'without a receipt',
      folder([finished], [main, row(1, 'ref', 'a.jpg', { receipt: null })]),
    ],
    [
      'two receipts speak of different bytes',
      'different receipts',
      folder([finished], [main, row(1, 'ref', 'a.jpg', { receipt: OTHER })]),
    ],
    ['its order was reopened', 'order 1 is not finished', folder([order(1, { status: '4' })], [main])],
    [
      'its order is young',
      'after the limit',
      folder([order(1, { doneTime: '2025-06-01 00:00:00' })], [main]),
    ],
    [
      'another order that names it was reopened',
      'order 2 is not',
      folder([finished, order(2, { status: '4' })], [main, row(2, 'main', 'a.jpg')]),
    ],
    [
      'another order names it only in its lists',
      'order 2 is not finished',
      folder([finished, order(2, { status: '4' })], [main], {
        named: [{ orderId: 2, type: 'ref', filename: 'a.jpg' }],
      }),
    ],
    ['its order is no longer known', 'no longer knows order 1', folder([alsoFinished], [main])],
    ['a list of its order cannot be read', 'cannot be read', folder([finished], [main], { unreadable: [1] })],
    [
      'a list of another order of the folder cannot be read',
      'order 2 has a list',
      folder([finished, alsoFinished], [main], { unreadable: [2] }),
    ],
    [
      'a list names it as something that is not recorded yet',
      'names it as complete too',
      folder([finished], [main, chat], { named: [{ orderId: 1, type: 'complete', filename: 'a.jpg' }] }),
    ],
    [
      'a twin by case is not backed up',
      'not backed up yet',
      folder([finished], [main, row(1, 'ref', 'A.JPG', NOT_YET)]),
    ],
    [
      'a twin by case is not recorded',
      'not recorded yet',
      folder([finished], [main], { named: [{ orderId: 1, type: 'ref', filename: 'A.jpg' }] }),
    ],
    [
      'a twin by case is named by a reopened order',
      'order 2 is not finished',
      folder([finished, order(2, { status: '4' })], [main, row(2, 'main', 'A.jpg')]),
    ],
    [
      'only a chat names it, and a job its twin',
      'too much like "A.jpg" (main)',
      folder([finished], [chat, row(1, 'main', 'A.jpg')]),
    ],
    [
      'a job names it with a path',
      'not backed up yet',
      folder([finished], [chat, row(1, 'main', 'upload/a.jpg', NOT_YET)]),
    ],
    [
      'a list names it with a path of Windows',
      'not recorded yet',
      folder([finished], [chat], { named: [{ orderId: 1, type: 'main', filename: 'C:\\photos\\A.jpg' }] }),
    ],
  ];
  it.each(cases)('because %s', (_, words, facts) => {
    const verdict = judge(facts);
    expect(verdict.allowed ? 'it may go' : verdict.reason).toContain(words);
  });

  it('because a twin by Unicode form is not backed up', () => {
    const facts = folder([finished], [row(1, 'discuss', NFC), row(1, 'main', NFD, NOT_YET)]);
    expect(judge(facts, NFC).allowed).toBe(false);
    expect(judge(facts, NFD).allowed).toBe(false);
  });

  it('because the name on disk is only a twin of the recorded one', () => {
    expect(judge(folder([finished], [row(1, 'main', NFC)]), NFD)).toMatchObject({ allowed: false });
  });
});

it('receipts speak of the same bytes or not', () => {
  expect(sameReceipt(RECEIPT, { size: 5, sha256: RECEIPT.sha256.toUpperCase() })).toBe(true);
  expect(sameReceipt(RECEIPT, { ...RECEIPT, size: 6 })).toBe(false);
  expect(sameReceipt(RECEIPT, OTHER)).toBe(false);
});
