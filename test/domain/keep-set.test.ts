import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName } from '../../src/domain/file-name.js';
import { keepSetOf, whyNoTrash, whyNotTrash } from '../../src/domain/keep-set.js';
import type { FolderFacts } from '../../src/domain/order.js';
import { folder, order, RETENTION, row } from './facts.js';

const known = folder([order(1)], [row(1, 'main', 'a.jpg')], {
  named: [{ orderId: 1, type: 'ref', filename: 'listed.png' }],
});

function found(facts: FolderFacts, onDisk: readonly string[]) {
  return whyNoTrash(facts, onDisk, keepSetOf(facts), RETENTION);
}

function guard(facts: FolderFacts, onDisk: readonly string[]): string | null {
  return found(facts, onDisk)?.reason ?? null;
}

describe('known is', () => {
  it('what a list names and what is recorded, of every order of the folder, gone files too', () => {
    const facts: FolderFacts = {
      ...folder(
        [order(1), order(2)],
        [row(1, 'main', 'a.jpg'), row(2, 'discuss', 'gone.jpg', { unlinkTime: '2025-07-02' })],
      ),
      named: [{ orderId: 2, type: 'ref', filename: 'b.png' }],
    };
    expect([...keepSetOf(facts).names].sort()).toEqual(['a.jpg', 'b.png', 'gone.jpg']);
  });

  it('the last part of a name that was stored with a path', () => {
    const facts = folder([order(1)], [row(1, 'main', 'uploads/order/x/a.jpg')], {
      named: [{ orderId: 1, type: 'ref', filename: 'C:\\fakepath\\b.png' }],
    });
    const keep = keepSetOf(facts);
    expect(['a.jpg', 'b.png'].filter((name) => !keep.names.has(name))).toEqual([]);
    expect(whyNotTrash('A.jpg', keep)).toContain('only by case');
  });
});

describe('no trash is looked for', () => {
  it.each<[string, FolderFacts, string]>([
    ['where a list cannot be read', { ...known, unreadable: new Set([1]) }, 'order 1 has a list'],
    [
      'where one of the orders is not finished',
      { ...known, orders: [order(1), order(2, { status: '4' })] },
      'order 2 is not finished',
    ],
    [
      'where one of the orders is young',
      { ...known, orders: [order(1), order(2, { doneTime: '2025-06-01' })] },
      'order 2 was finished at',
    ],
    ['where one has no time', { ...known, orders: [order(1, { doneTime: null })] }, 'no readable time'],
  ])('%s', (_, facts, words) => {
    expect(guard(facts, ['a.jpg', 'x.tmp'])).toContain(words);
  });

  it('where nothing on the disk is known', () => {
    expect(guard(known, ['x.tmp', 'A.JPG'])).toContain('nothing that the database names');
    expect(guard(known, [])).toContain('nothing that the database names');
    expect(guard(folder([order(1)], []), ['x.tmp'])).toContain('nothing that the database names');
  });

  it('where the lists no longer name a file that was recorded, until that file is gone', () => {
    const facts = (given: Parameters<typeof row>[3]): FolderFacts => ({
      ...folder([order(1)], [row(1, 'main', 'a.jpg'), row(1, 'rework', 'cut.jpg', given)]),
      named: [{ orderId: 1, type: 'main', filename: 'a.jpg' }],
    });
    expect(guard(facts({}), ['a.jpg', 'x.tmp'])).toContain('no longer names "cut.jpg"');
    expect(guard(facts({ unlinkTime: '2025-07-02' }), ['a.jpg', 'x.tmp'])).toBeNull();
    expect(guard(facts({ missingTime: '2025-07-02' }), ['a.jpg', 'x.tmp'])).toBeNull();
  });

  it('and only what a shrunken database would show is alarming', () => {
    expect(found(known, ['x.tmp'])).toMatchObject({ alarming: true });
    expect(found({ ...known, named: [] }, ['a.jpg', 'x.tmp'])).toMatchObject({ alarming: true });
    expect(found({ ...known, unreadable: new Set([1]) }, ['x.tmp'])).toMatchObject({ alarming: false });
    expect(found({ ...known, orders: [order(1, { status: '4' })] }, ['x.tmp'])).toMatchObject({
      alarming: false,
    });
  });

  it('but it is where something is known, or was until orderbak took it', () => {
    expect(guard(known, ['x.tmp', 'listed.png'])).toBeNull();
    const cleared = folder([order(1)], [row(1, 'main', 'a.jpg', { unlinkTime: '2025-07-02' })]);
    expect(guard(cleared, ['x.tmp'])).toBeNull();
    const missing = folder([order(1)], [row(1, 'main', 'a.jpg', { missingTime: '2025-07-02' })]);
    expect(guard(missing, ['x.tmp'])).toContain('nothing that the database names');
  });
});

describe('a file is no trash', () => {
  const names = ['Phòng.jpg'.normalize('NFC'), 'straße.png', 'a.jpg'];
  const keep = keepSetOf(
    folder(
      [order(1)],
      names.map((name) => row(1, 'main', name)),
    ),
  );
  it.each([
    ['A.jpg', 'only by case'],
    ['Phòng.jpg'.normalize('NFD'), 'Unicode form'],
    ['PHÒNG.JPG', 'only by case'],
    ['STRASSE.png', 'only by case'],
    ['caf\uFFFD.jpg', 'not plain text'],
    ['a\nb.jpg', 'not plain text'],
    ['.orderbak-x.tmp', 'not plain text'],
  ])('called %j', (name, words) => {
    expect(whyNotTrash(name, keep)).toContain(words);
  });

  it.each(['b.jpg', 'a.jpg.tmp', 'a.jpg ', '.DS_Store', 'Thumbs.db', 'phong.jpg'])('unless as %j', (name) => {
    expect(whyNotTrash(name, keep)).toBeNull();
  });

  it('if it could be a known one on any disk', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'A', 'ß', 'S', 's', 'é', 'e\u0301', '.', 'İ', 'ﬁ') });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), name, (list, found) => {
        const facts = folder(
          [order(1)],
          list.map((filename) => row(1, 'ref', filename)),
        );
        const set = keepSetOf(facts);
        const isTrash = !set.names.has(found) && whyNotTrash(found, set) === null;
        if (isTrash) expect(list.map(foldName)).not.toContain(foldName(found));
      }),
    );
  });
});
