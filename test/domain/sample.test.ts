import { describe, expect, test } from 'vitest';
import { fileFault, orderFault } from '../../src/domain/sample.js';

const RULE = { template: '{create_unix}@{create_by}', zone: 'Asia/Ho_Chi_Minh', thumbs: 'thumb' };
const order = {
  id_order: 142,
  create_time: '2026-01-31 23:59:59',
  create_by: 'lan',
  status: 9,
  done_time: null,
  folder: null,
};
const file = { id_order: 142, file_type: 1, filename: 'kitchen.jpg' };

describe('a row of the views makes no sense', () => {
  test.each([
    [{ id_order: '142x' }, 'id_order is "142x"'],
    [{ create_time: '31.01.2026' }, 'create_time is "31.01.2026"'],
    [{ create_time: null }, 'create_time is NULL'],
    [{ create_time: new Date(0) }, 'create_time is "1970-'],
    [{ done_time: 'yesterday' }, 'done_time is "yesterday"'],
    [{ status: null }, 'has no status'],
    [{ create_by: null }, 'its folder cannot be told'],
    [{ folder: '../elsewhere' }, 'its folder cannot be told'],
  ])('with %j: "%s"', (more, words) => {
    expect(orderFault({ ...order, ...more }, RULE)).toContain(words);
  });

  test.each([
    [{ file_type: 6 }, 'a file of type 6'],
    [{ file_type: 'main' }, 'a file of type "main"'],
    [{ filename: null }, 'whose name is NULL'],
    [{ filename: 'a/b.jpg' }, 'is no plain name'],
    [{ filename: '' }, 'is no plain name'],
  ])('with %j: "%s"', (more, words) => {
    expect(fileFault({ ...file, ...more })).toContain(words);
  });
});

test('rows as shops have them make sense', () => {
  const more = [
    {},
    { done_time: '0000-00-00 00:00:00' },
    { done_time: '2026-02-01' },
    { status: 'done' },
    { folder: 'a/b' },
    { id_order: '142' },
    { id_order: '142.00' },
  ];
  expect(more.map((change) => orderFault({ ...order, ...change }, RULE))).toEqual(Array(7).fill(null));
  expect(fileFault(file)).toBe(null);
  // MariaDB gives some numbers as text.
  expect(fileFault({ ...file, file_type: '5' })).toBe(null);
});
