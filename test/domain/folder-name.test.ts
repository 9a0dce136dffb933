import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FolderRule,
  folderOf,
  hostOf,
  orderKeyOf,
  templateFault,
} from '../../src/domain/folder-name.js';
import type { Order } from '../../src/domain/order.js';

const SHOP: FolderRule = { template: '{create_unix}@{create_by}', zone: 'Asia/Ho_Chi_Minh', thumbs: 'thumb' };

function order(given: Partial<Order> = {}): Order {
  return {
    id: 142,
    createTime: '2025-01-31 23:59:59',
    createBy: 'lan',
    status: '9',
    doneTime: null,
    folder: null,
    ...given,
  };
}

describe("an order's folder", () => {
  it.each([
    ['{create_unix}@{create_by}', '1738342799@lan'],
    ['{yyyy}/{mm}/{dd}/{id_order}', '2025/01/31/142'],
    ['orders/{id_order}-{create_by}', 'orders/142-lan'],
    ['{id_order}', '142'],
  ])('by the template %s', (template, folder) => {
    expect(folderOf(order(), { ...SHOP, template })).toBe(folder);
  });

  it("is the view's where the view names one, as long as it stays below the root", () => {
    expect(folderOf(order({ folder: 'clients/An/villa 2' }), SHOP)).toBe('clients/An/villa 2');
    for (const folder of ['', '/etc', '../other', 'a/../../b', 'a//b', 'a/', '.orderbak-trash/1/x', 'a\\b'])
      expect(folderOf(order({ folder }), SHOP)).toBeNull();
  });

  it.each([
    ['x/thumb', 'x'],
    ['x/Thumb', 'x'],
    ['clients/x/thumb/y', 'clients/x'],
  ])('is none where it lies among the thumbs of another: %s', (folder, host) => {
    expect(folderOf(order({ folder }), SHOP)).toBeNull();
    expect(hostOf(order({ folder }), SHOP)).toBe(host);
    const byTemplate = { ...SHOP, template: '{id_order}/{create_by}' };
    expect(folderOf(order({ createBy: 'thumb' }), byTemplate)).toBeNull();
    expect(hostOf(order({ createBy: 'thumb' }), byTemplate)).toBe('142');
  });

  it.each(['thumb', 'thumb/x', 'x/thumbs'])('is one where it only looks so: %s', (folder) => {
    expect(folderOf(order({ folder }), SHOP)).toBe(folder);
    expect(hostOf(order({ folder }), SHOP)).toBeNull();
  });

  it.each(['..', '.', '', 'a/b', '../../etc', 'x\\y', 'nul\0l', 'line\nbreak', '\uFFFD', '.orderbak-trash'])(
    'is not told for a user called %j',
    (createBy) => {
      expect(folderOf(order({ createBy }), SHOP)).toBeNull();
      expect(folderOf(order({ createBy }), { ...SHOP, template: '{create_by}/{id_order}' })).toBeNull();
    },
  );

  it("has a strange user's name in it as it is", () => {
    for (const createBy of ["o'brien+test", 'Trần Thị Mai', '{id_order}', '$&', '😀', ' a ', '~root', '-rf'])
      expect(folderOf(order({ createBy }), SHOP)).toBe(`1738342799@${createBy}`);
  });

  it('is not told without what the template wants', () => {
    expect(folderOf(order({ createBy: null }), SHOP)).toBeNull();
    expect(folderOf(order({ createTime: null }), SHOP)).toBeNull();
    expect(folderOf(order({ createTime: '0000-00-00 00:00:00' }), SHOP)).toBeNull();
    expect(folderOf(order({ createTime: null, createBy: null }), { ...SHOP, template: '{id_order}' })).toBe(
      '142',
    );
  });

  it('never leaves the root, whoever writes the names', () => {
    const hostile = fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '\0', '{', '}', 'é') });
    fc.assert(
      fc.property(fc.option(hostile), fc.option(hostile), (createBy, folder) => {
        const path = folderOf(order({ createBy, folder }), SHOP);
        const parts = path?.split('/') ?? [];
        expect(parts.filter((part) => ['', '.', '..'].includes(part) || /[\0\\]/.test(part))).toEqual([]);
      }),
    );
  });
});

describe('a template', () => {
  it.each([
    '{create_unix}@{create_by}',
    '{id_order}',
    '{yyyy}/{mm}/{dd}',
    '{yyyy}{mm}{dd}{create_by}',
    '{yyyy}{id_order}',
    '{id_order}-{create_by}',
    '{create_by}/{create_unix}',
  ])('%s names folders', (template) => {
    expect(templateFault(template)).toBeNull();
  });

  it.each([
    ['orders', 'unrelated orders'],
    ['{create_by}', 'unrelated orders'],
    // The fifth of every month, and every year's fifth of March.
    ['{dd}@{create_by}', 'unrelated orders'],
    ['{mm}/{dd}@{create_by}', 'unrelated orders'],
    ['{id_order}/{user}', '{user} is not one of'],
    ['/{id_order}', 'below the root'],
    ['../{id_order}', 'below the root'],
    ['{id_order}/', 'below the root'],
    ['.orderbak-{id_order}', 'below the root'],
    // Order 1 of "2x" and order 12 of "x" would share a folder.
    ['{id_order}{create_by}', 'something between them'],
    ['{create_by}{id_order}', 'something between them'],
    ['{create_by}{yyyy}0{create_unix}', 'something between them'],
    ['{create_unix}{id_order}', 'something between them'],
  ])('%s does not: %s', (template, words) => {
    expect(templateFault(template)).toContain(words);
  });
});

describe('a folder tells where its orders may be found', () => {
  it.each([
    ['{create_unix}@{create_by}', '1738342799@lan', { days: ['2025-01-31'] }],
    ['{create_unix}@{create_by}', '1738342800@a@b', { days: ['2025-02-01'] }],
    ['{create_by}@{create_unix}', '12@34@1738342799', { days: ['2025-01-31'] }],
    ['{create_by}/{create_unix}@{create_by}', '1@2/1738342799@1@2', { days: ['2025-01-31'] }],
    ['x.{yyyy}{mm}{dd}', 'x.20250131', { days: ['2025-01-31'] }],
    ['{yyyy}/{id_order}', '2025/142', { id: 142 }],
    ['{create_unix}@{create_by}', 'clients/An', null],
    ['{create_unix}@{create_by}', '1738342799', null],
    ['x.{yyyy}{mm}{dd}', 'xx20250131', null],
    ['{yyyy}/{mm}/{dd}', '2025/02/31', { days: [] }],
  ])('%s: %s', (template, folder, origin) => {
    expect(orderKeyOf(folder, { ...SHOP, template })).toEqual(origin);
  });

  it('under every template, for every user and time', () => {
    const templates = [
      '{create_unix}@{create_by}',
      '{create_by}@{create_unix}',
      '{create_by}/{yyyy}-{mm}-{dd}',
      '{id_order}-{create_by}',
      '{create_by} {yyyy}{id_order}',
    ];
    const user = fc.string({ unit: fc.constantFrom('a', '@', '-', ' ', '1', '9', 'é', '$'), minLength: 1 });
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        user,
        seconds,
        fc.nat(),
        (template, createBy, second, id) => {
          const createTime = new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
          for (const zone of ['Asia/Ho_Chi_Minh', 'America/New_York', 'Pacific/Apia']) {
            const rule = { ...SHOP, template, zone };
            const origin = orderKeyOf(folderOf(order({ id, createBy, createTime }), rule) ?? '', rule);
            if (template.includes('id_order')) expect(origin).toEqual({ id });
            else expect(origin).toMatchObject({ days: expect.arrayContaining([createTime.slice(0, 10)]) });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
