import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hastyDeeds } from './disk-order.js';
import { wrongSums } from './oracle/copies.js';
import { differences } from './oracle/end-state.js';
import { leftovers } from './oracle/leftovers.js';
import { violations } from './oracle/oracle.js';
import type { Entry, Picture, RecordedRow, Shop, State, Told, Tree } from './oracle/state.js';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const OVER = '1767225600@lan';
const OPEN = '1767225661@lan';

/** A content's hash, or what stands for it here. */
const sha = (name: string) => name.padEnd(64, '0');

function file(content: string, picture: Picture = 'no', mtimeMs = NOW - 9 * DAY): Entry {
  return { kind: 'file', size: 10, content: sha(content), mtimeMs, picture };
}

const FOLDER: Entry = { kind: 'folder', size: 0, content: '', mtimeMs: 0, picture: 'no' };

function row(id: number, order: number, type: number, filename: string, more = {}): RecordedRow {
  const fresh = { isMarked: false, isUnlinked: false, isMissing: false, size: null, sha256: null };
  return { id, order, type, filename, ...fresh, ...more };
}

const SHOP: Shop = {
  orders: [
    // 07:00 in Vietnam is midnight of UTC.
    { id: 1, user: 'lan', status: '9', createTime: '2026-01-01 07:00:00', doneTime: '2026-01-10 12:00:00' },
    { id: 2, user: 'lan', status: '5', createTime: '2026-01-01 07:01:01', doneTime: '2026-01-10 12:00:00' },
  ],
  lists: [
    { order: 1, type: 1, text: 'main.jpg', plain: true },
    { order: 1, type: 3, text: '{"0":"done.jpg"}', plain: false },
    { order: 1, type: 5, text: '["chat.jpg","note.txt"]', plain: false },
    { order: 2, type: 1, text: 'open.jpg', plain: true },
    { order: 2, type: 5, text: '["open-chat.txt"]', plain: false },
  ],
};

const ROOT: Tree = {
  '.orderbak-root': file('marker'),
  [OVER]: FOLDER,
  [`${OVER}/main.jpg`]: file('main', 'yes'),
  [`${OVER}/done.jpg`]: file('done', 'yes'),
  [`${OVER}/chat.jpg`]: file('chat', 'yes'),
  [`${OVER}/note.txt`]: file('note'),
  [`${OVER}/old.txt`]: file('old'),
  [`${OVER}/Main.JPG`]: file('twin', 'yes'),
  [`${OVER}/new.txt`]: file('new', 'no', NOW - 1000),
  [`${OVER}/link.jpg`]: { ...FOLDER, kind: 'link', content: '../secret.jpg' },
  [OPEN]: FOLDER,
  [`${OPEN}/open.jpg`]: file('open', 'yes'),
  [`${OPEN}/open-chat.txt`]: file('open-chat'),
  [`${OPEN}/open-old.txt`]: file('open-old'),
};

const BEFORE: State = {
  takenMs: NOW,
  root: ROOT,
  store: { [`${OVER}/main.jpg`]: file('main', 'yes') },
  outside: { 'canary.txt': file('canary') },
  shop: SHOP,
  rows: [
    row(1, 1, 1, 'main.jpg', { isMarked: true, size: 10, sha256: sha('main') }),
    row(2, 1, 3, 'done.jpg'),
    row(3, 1, 5, 'chat.jpg'),
    row(4, 1, 5, 'note.txt'),
  ],
  deletions: [],
  leases: [{ name: 'pull', isHeld: false }],
  catalog: [],
};

const TOLD: Told = { latestMs: NOW + 1000, keepTrashMs: 7 * DAY, written: {}, takenAway: [], changes: [] };

function without(tree: Tree, ...paths: string[]): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !paths.includes(name)));
}

function deletion(filename: string, thumb = 'made', folder = OVER, quarantine: string | null = null) {
  return { rule: 'backed-up', folder, filename, thumb, quarantine, doneMs: null, purgedMs: null };
}

/** What the oracle says of a state that differs from the one before in these parts. */
function judged(changes: Partial<State>, told: Partial<Told> = {}): string[] {
  return violations(BEFORE, { ...BEFORE, takenMs: NOW + 1000, ...changes }, { ...TOLD, ...told });
}

const MAIN = `${OVER}/main.jpg`;
const THUMB = { [`${OVER}/thumb`]: FOLDER, [`${OVER}/thumb/main.jpg`]: file('thumb', 'yes') };

test('a night in which nothing happens breaks nothing', () => {
  expect(judged({})).toEqual([]);
});

test('a file that the store holds may go, with its thumb and a word about it', () => {
  const root = { ...without(ROOT, MAIN), ...THUMB };
  expect(judged({ root, deletions: [deletion('main.jpg')] })).toEqual([]);
});

test.each<[string, string, Partial<State>]>([
  [
    'I1: a file that the store does not hold',
    'the store does not hold its bytes',
    { root: without(ROOT, `${OVER}/done.jpg`), deletions: [deletion('done.jpg')] },
  ],
  [
    'I1: a file that left without a word',
    'without a word in orderbak_deletion',
    { root: { ...without(ROOT, MAIN), ...THUMB } },
  ],
  [
    'I1: a file of an open order',
    'order 2 is not finished',
    {
      root: without(ROOT, `${OPEN}/open-chat.txt`),
      deletions: [deletion('open-chat.txt', 'not-picture', OPEN)],
    },
  ],
  [
    'I1: trash of an open order',
    'order 2 is not finished',
    { root: without(ROOT, `${OPEN}/open-old.txt`), deletions: [deletion('open-old.txt', '', OPEN)] },
  ],
  [
    'I1: trash that waits nowhere',
    'not in the quarantine',
    { root: without(ROOT, `${OVER}/old.txt`), deletions: [deletion('old.txt')] },
  ],
  [
    'I1: young trash',
    'younger than a day',
    { root: without(ROOT, `${OVER}/new.txt`), deletions: [deletion('new.txt')] },
  ],
  [
    'I1: a twin by case',
    'the store does not hold its bytes',
    { root: without(ROOT, `${OVER}/Main.JPG`), deletions: [deletion('Main.JPG')] },
  ],
  [
    'I1: a picture of a discussion without a thumb',
    'from a discussion without a thumb',
    { root: without(ROOT, `${OVER}/chat.jpg`), deletions: [deletion('chat.jpg')] },
  ],
  ['I1: the marker', 'the mark of the root', { root: without(ROOT, '.orderbak-root') }],
  ['I1: a link', 'the link', { root: without(ROOT, `${OVER}/link.jpg`) }],
  ['I1: a file that was written to', 'no longer the file', { root: { ...ROOT, [MAIN]: file('other') } }],
  [
    'I2: a mark without a copy',
    'the store does not hold its bytes',
    { rows: [row(2, 1, 3, 'done.jpg', { isMarked: true, size: 10, sha256: sha('done') })] },
  ],
  [
    'I2: a mark without a receipt',
    'has no receipt',
    { rows: [row(2, 1, 3, 'done.jpg', { isMarked: true })] },
  ],
  [
    'I2: a closed row of a file that is there',
    'but it is there',
    { rows: [row(4, 1, 5, 'note.txt', { isUnlinked: true })] },
  ],
  [
    'I2: a missing file that is there',
    'but it is there',
    { rows: [row(4, 1, 5, 'note.txt', { isMissing: true })] },
  ],
  [
    'I2: a removal that is called done',
    'is called done, but it is there',
    { deletions: [{ ...deletion('note.txt'), doneMs: NOW + 500 }] },
  ],
  [
    'I3: wrong bytes in the store',
    'the server never had',
    { store: { ...BEFORE.store, [`${OVER}/done.jpg`]: file('half') } },
  ],
  ['I3: a copy that is gone', 'no longer there', { store: {} }],
  [
    'I3: a catalog that lies',
    'the catalog says',
    {
      catalog: [
        { folder: OVER, filename: 'done.jpg', path: `${OVER}/done.jpg`, sha256: sha('done'), isMarked: true },
      ],
    },
  ],
  [
    'I4: no thumb and no reason',
    'left no thumb',
    { root: without(ROOT, MAIN), deletions: [deletion('main.jpg')] },
  ],
  [
    'I4: a thumb that does not decode',
    'left no thumb',
    {
      root: { ...without(ROOT, MAIN), [`${OVER}/thumb/main.jpg`]: file('thumb', 'broken') },
      deletions: [deletion('main.jpg')],
    },
  ],
  ['I5: a canary', 'outside the roots: canary.txt changed', { outside: { 'canary.txt': file('other') } }],
  [
    'I5: a stranger outside',
    'stray.txt is new',
    { outside: { ...BEFORE.outside, 'stray.txt': file('stray') } },
  ],
  [
    'I5: a stranger below the root',
    'appeared below the root',
    { root: { ...ROOT, [`${OVER}/stray.txt`]: file('stray') } },
  ],
])('%s is noticed', (name, words, changes) => {
  const found = judged(changes);
  expect(found.filter((line) => line.startsWith(name.slice(0, 3))).join('\n')).toContain(words);
});

test('a recorded reason stands for a thumb that could not be made', () => {
  const deletions = [deletion('main.jpg', 'no thumb can be made of it: damaged')];
  expect(judged({ root: without(ROOT, MAIN), deletions })).toEqual([]);
});

test('a thumb may be made anew where its picture was written to after it, and nowhere else', () => {
  const thumb = `${OVER}/thumb/main.jpg`;
  const pass = (writtenMs: number) => {
    const root = { ...ROOT, ...THUMB, [MAIN]: file('main', 'yes', writtenMs) };
    const after = { ...root, [thumb]: file('anew', 'yes', NOW) };
    return violations({ ...BEFORE, root }, { ...BEFORE, root: after, takenMs: NOW + 1000 }, TOLD);
  };
  expect(pass(NOW - 8 * DAY)).toEqual([]);
  expect(pass(NOW - 10 * DAY)).toEqual([`I1: ${thumb} is no longer the file that it was`]);
});

test('trash in the quarantine has left in order; when it may go for good, the clock decides', () => {
  const quarantine = `.orderbak-trash/7/${OVER}/old.txt`;
  const root = { ...without(ROOT, `${OVER}/old.txt`), [quarantine]: file('old') };
  const deletions = [deletion('old.txt', 'none: trash', OVER, quarantine)];
  expect(judged({ root, deletions })).toEqual([]);

  const purged = [
    { ...deletion('old.txt', 'none: trash', OVER, quarantine), doneMs: NOW, purgedMs: NOW + 9 },
  ];
  const gone = { root: without(root, quarantine), deletions: purged };
  expect(judged(gone).join()).toContain('not in the quarantine');
  expect(judged(gone, { latestMs: NOW + 8 * DAY })).toEqual([]);
});

test('a list that cannot be read keeps every file of its order', () => {
  const lists = SHOP.lists.map((list) => (list.type === 3 ? { ...list, text: '{"0":"done.jpg' } : list));
  const before = { ...BEFORE, shop: { ...SHOP, lists } };
  const after = { ...before, root: { ...without(ROOT, MAIN), ...THUMB }, deletions: [deletion('main.jpg')] };
  expect(violations(before, after, TOLD).join()).toContain('a list of order 1 cannot be read');
});

test('what a customer wrote last is what counts, and what the tables said before a removal', () => {
  const written = { [MAIN]: [sha('again')] };
  const root = { ...without(ROOT, MAIN), ...THUMB };
  const deletions = [deletion('main.jpg')];
  expect(judged({ root, deletions }, { written }).join()).toContain('does not hold its bytes');

  const orders = SHOP.orders.map((order) => ({ ...order, status: '5' }));
  const change = { shop: { ...SHOP, orders }, present: [MAIN] };
  expect(judged({ root, deletions }, { changes: [change] }).join()).toContain('order 1 is not finished');
  expect(judged({ root, deletions }, { changes: [{ ...change, present: null }] })).toEqual([]);
});

test('an end state that is not the twin’s is told line by line', () => {
  const after = { ...BEFORE, root: without(ROOT, MAIN), rows: [] };
  expect(differences(after, BEFORE)).toContainEqual(
    expect.stringContaining(`not as in the twin: server: file ${MAIN}`),
  );
  expect(differences(BEFORE, BEFORE)).toEqual([]);
  const more = { ...BEFORE, store: { ...BEFORE.store, [`${OVER}/main~1.jpg`]: file('older') } };
  expect(differences(more, BEFORE)).toHaveLength(1);
  expect(differences(more, BEFORE, true)).toEqual([]);
});

test('a held lease and a temporary file are left behind', () => {
  const after = {
    ...BEFORE,
    root: { ...ROOT, [`${OVER}/thumb/.orderbak-1.tmp`]: file('half') },
    store: { ...BEFORE.store, '.orderbak/part/3.part': file('half') },
    leases: [{ name: 'pull', isHeld: true }],
  };
  expect(leftovers(BEFORE, after)).toHaveLength(3);
  expect(leftovers(BEFORE, BEFORE)).toEqual([]);
});

test('a line of SHA256SUMS that is not true is noticed', () => {
  const store = mkdtempSync(path.join(tmpdir(), 'orderbak-oracle-'));
  mkdirSync(path.join(store, OVER));
  const list = `${OVER}/SHA256SUMS`;
  const after = { ...BEFORE, store: { ...BEFORE.store, [list]: file('sums') } };
  writeFileSync(path.join(store, list), `${'a'.repeat(64)}  main.jpg\n`);
  expect(wrongSums(after, store)).toHaveLength(1);
  rmSync(store, { recursive: true });
});

test('names and marks before bytes are durable are hasty', () => {
  const places = { folder: '/w', root: '/w/root', store: '/w/store', databaseUrl: '' };
  const part = '/w/store/.orderbak/part/1.part';
  const copy = '/w/store/f/a.jpg';
  const sound = [
    { kind: 'write', file: part },
    { kind: 'sync', file: part },
    { kind: 'rename', file: part, to: copy },
    { kind: 'sync', file: '/w/store/f' },
    { kind: 'mark' },
    { kind: 'rename', file: '/w/root/f/thumb/.tmp', to: '/w/root/f/thumb/a.jpg' },
    { kind: 'sync', file: '/w/root/f/thumb' },
    { kind: 'unlink', file: '/w/root/f/a.jpg' },
    { kind: 'sync', file: '/w/root/f' },
  ] as const;
  expect(hastyDeeds(sound, places)).toEqual([]);
  for (const at of [1, 3, 6, 8]) {
    expect(hastyDeeds(sound.toSpliced(at, 1), places)).toHaveLength(1);
  }
});
