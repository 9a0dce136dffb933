import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/domain/order.js';
import { retentionAt, whyKept } from '../../src/domain/retention.js';

const NOW = Date.parse('2026-05-31T03:00:00Z');
const ZONE = 'Asia/Ho_Chi_Minh';
const RETENTION = retentionAt(NOW, ['9', 'delivered'], { months: 3, days: 0 }, ZONE);

function order(given: Partial<Order>): Order {
  return {
    id: 7,
    createTime: null,
    createBy: null,
    status: '9',
    doneTime: '2025-01-01',
    folder: null,
    ...given,
  };
}

it('the limit is computed once, on the calendar of the shop', () => {
  expect(RETENTION.cutoff).toBe('2026-02-28 10:00:00');
});

describe('an order', () => {
  it.each([
    ['2026-02-28 09:59:59', '9'],
    ['2026-02-28 09:59:59.999', '9'],
    ['2026-02-28', '9'],
    ['2026-02-28T09:00:00', 'delivered'],
    ['1970-01-01 00:00:00', '9'],
  ])('finished at %s with status %s goes', (doneTime, status) => {
    expect(whyKept(order({ doneTime, status }), RETENTION)).toBeNull();
  });

  it.each([
    [{ doneTime: '2026-02-28 10:00:00' }, 'after the limit'],
    [{ doneTime: '2026-03-01' }, 'after the limit'],
    [{ doneTime: '2999-01-01' }, 'after the limit'],
    [{ doneTime: null }, 'no readable time'],
    [{ doneTime: '' }, 'no readable time'],
    [{ doneTime: '0000-00-00 00:00:00' }, 'no readable time'],
    [{ doneTime: '2025-02-30' }, 'no readable time'],
    [{ doneTime: '2025' }, 'no readable time'],
    [{ doneTime: '1969-12-31 23:59:59' }, 'after the limit'],
    [{ status: '4' }, 'not finished (status 4)'],
    [{ status: null }, 'not finished (status unknown)'],
    [{ status: '' }, 'not finished'],
    [{ status: '09' }, 'not finished'],
    [{ status: '9 ' }, 'not finished'],
    [{ status: '9.0' }, 'not finished'],
    [{ status: 'Delivered' }, 'not finished'],
  ])('with %j stays: %s', (given, words) => {
    expect(whyKept(order(given), RETENTION)).toContain(words);
  });

  it('stays under a limit that is no time', () => {
    expect(whyKept(order({}), { statuses: ['9'], cutoff: 'soon' })).toContain('no readable time');
  });

  it('goes only if it was finished before the limit, whatever the times', () => {
    const time = fc
      .date({ min: new Date('1990-01-01'), max: new Date('2050-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
    fc.assert(
      fc.property(time, time, (doneTime, cutoff) => {
        const goes = whyKept(order({ doneTime }), { statuses: ['9'], cutoff }) === null;
        expect(goes).toBe(doneTime < cutoff);
      }),
    );
  });
});
