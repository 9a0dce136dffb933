import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BakRow, readBakRows } from './support/bak-rows.js';
import { ENGINES } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';
import type { OrderPlan } from './support/order-plan.js';
import { type Finished, runOrderbak } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

const FILES: OrderPlan = {
  jobs: ['a.jpg', 'b.txt', 'c\u2028d.png'].map((image) => ({ image })),
  discusses: [['chat.jpg']],
};
const ORDERS = ['words', 'receipts', 'input', 'mismatch', 'broken', 'old', 'gone', 'dry'] as const;
type OrderName = (typeof ORDERS)[number];

interface Receipt {
  readonly id: number;
  readonly size: number;
  readonly sha256: string;
}

/** Shared between the databases: they mean the same to both. */
const BAD_LINES = {
  sqlite: ['id: 17', '{"id":17,"size":', '[]'],
  mariadb: [
    '{"id":17,"size":5}',
    '{"id":17,"size":5,"sha256":"abc"}',
    `{"id":"17","size":5,"sha256":"${'a'.repeat(64)}"}`,
  ],
} as const;

const ndjson = (lines: readonly unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A shop in which each test has an order of its own. */
class Shop {
  constructor(readonly world: World) {}

  mark(args: readonly string[], input = ''): Promise<Finished> {
    const words = ['mark-backed-up', ...args];
    return input === '' ? askOrderbak(this.world, words) : runOrderbak(this.world, words, { input });
  }

  /** The lines in a file, as --from takes them. */
  async from(lines: string): Promise<string[]> {
    const file = path.join(this.world.folder, 'claims.ndjson');
    await writeFile(file, lines);
    return ['--from', file];
  }

  async markWell(args: readonly string[], input = ''): Promise<void> {
    expect(await this.mark(args, input)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  }

  async countsOf(args: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await this.mark([...args, '--json']);
    expect(stderr).toBe('');
    return (JSON.parse(stdout) as { counts: unknown }).counts;
  }

  async rows(name: OrderName): Promise<BakRow[]> {
    const order = this.world.orders[ORDERS.indexOf(name)];
    return (await this.world.ask(readBakRows)).filter((row) => row.order === order?.id && row.type !== 5);
  }

  onServer(name: OrderName, file: string): string {
    return path.join(this.world.root, this.world.orders[ORDERS.indexOf(name)]?.folder ?? '', file);
  }

  /** What is true of the order's files. */
  async receipts(name: OrderName): Promise<[Receipt, Receipt, Receipt]> {
    const [a, b, c] = await Promise.all(
      (await this.rows(name)).map(async (row) => {
        const bytes = await readFile(this.onServer(name, row.name));
        return { id: row.id, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      }),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error('three files were planted');
    return [a, b, c];
  }

  /** What is written down of them. */
  async written(name: OrderName): Promise<Receipt[]> {
    const marked = (await this.rows(name)).filter((row) => row.isBackedUp);
    return marked.map(({ id, size, sha256 }) => ({ id, size: size ?? -1, sha256: sha256 ?? '' }));
  }
}

describe('mark-backed-up on both databases', () => {
  let shops: readonly Shop[];
  beforeAll(async () => {
    const worlds = ENGINES.map(async (engine) => {
      const world = await createWorld(engine, { pictures: 'small' });
      await world.addOrders(ORDERS.map(() => FILES));
      for (const command of ['migrate', 'insert']) {
        expect(await askOrderbak(world, [command])).toMatchObject({ code: 0, stderr: '' });
      }
      return new Shop(world);
    });
    shops = await Promise.all(worlds);
  });
  afterAll(() => Promise.all(shops.map((shop) => shop.world.remove())));

  const onBoth = (play: (shop: Shop) => Promise<void>) => Promise.all(shops.map(play));

  test('ids are the word of a person: the own size and hash are written down; twice is a success', () =>
    onBoth(async (shop) => {
      const receipts = await shop.receipts('words');
      const [first = '', ...rest] = receipts.map(({ id }) => String(id));
      await shop.markWell([first, rest.join(',')]);
      expect(await shop.written('words')).toEqual(receipts);
      const before = await shop.rows('words');
      expect(await shop.countsOf([first, ...rest])).toMatchObject({
        planned: 3,
        done: 0,
        skipped: 3,
        failed: 0,
      });
      expect(await shop.rows('words')).toEqual(before);
    }));

  test('receipts from a file, as they are or as lines of list with a hash', () =>
    onBoth(async (shop) => {
      const receipts = await shop.receipts('receipts');
      const file = path.join(shop.world.folder, 'receipts.ndjson');
      const listed = await askOrderbak(shop.world, [
        'list',
        '--order',
        String((await shop.rows('receipts'))[0]?.order),
      ]);
      const lines = listed.stdout.trimEnd().split('\n');
      const withHash = lines.map((line, i) => ({
        ...(JSON.parse(line) as object),
        sha256: receipts[i]?.sha256,
      }));
      await writeFile(file, ndjson(withHash));
      await shop.markWell(['--from', file]);
      expect(await shop.written('receipts')).toEqual(receipts);
      expect(await shop.countsOf(['--from', file])).toMatchObject({ done: 0, skipped: 3 });
    }));

  test('receipts on standard input, with a byte order mark, blank lines, "\\r\\n" and no end of line at the end', () =>
    onBoth(async (shop) => {
      const receipts = await shop.receipts('input');
      const [a, b, c] = receipts.map((receipt) => JSON.stringify(receipt));
      await shop.markWell(
        ['--from', '-'],
        `\ufeff${a}\r\n\r\n  \n${b}\n${c?.replace('{', '{"note":"a\u2028b",')}`,
      );
      expect(await shop.written('input')).toEqual(receipts);
    }));

  test('a receipt of other bytes: exit 3, the good ones among them are marked', () =>
    onBoth(async (shop) => {
      const [a, b, c] = await shop.receipts('mismatch');
      const claims = [{ ...a, sha256: b.sha256 }, { ...b, size: b.size + 1 }, c, { ...c, id: 999_999 }];
      const finished = await shop.mark(await shop.from(ndjson(claims)));
      expect(finished).toMatchObject({ code: 3, stdout: '' });
      for (const words of ['a.jpg', 'b.txt', '999999', 'mismatch', 'unknown']) {
        expect(finished.stderr).toContain(words);
      }
      expect(await shop.written('mismatch')).toEqual([c]);
    }));

  test('a line that is no receipt: exit 2 with its number, and nothing is marked', () =>
    onBoth(async (shop) => {
      const [a, b] = await shop.receipts('broken');
      const bad = BAD_LINES[shop.world.engine];
      for (const line of bad) {
        const finished = await shop.mark(await shop.from(`${ndjson([a])}\n${line}\n${ndjson([b])}`));
        expect(finished, line).toMatchObject({ code: 2, stdout: '' });
        expect(finished.stderr, line).toMatch(/line 3 is (not JSON|no receipt: \S+( \S+)+);/);
        expect(finished.stderr).not.toMatch(/\n\s+at /);
      }
      expect(await shop.written('broken')).toEqual([]);
    }));

  test('what is neither ids nor a file: exit 2', async () => {
    const [shop] = shops;
    const wrong = [
      [],
      ['x'],
      ['0'],
      ['-5'],
      ['1.5'],
      ['1,,2'],
      ['1', '--from', '-'],
      ['--from', '/nowhere/receipts'],
    ];
    const finished = await Promise.all(wrong.map((args) => shop?.mark(args)));
    for (const [i, one] of finished.entries()) {
      expect(one, wrong[i]?.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(one?.stderr).not.toMatch(/\n\s+at /);
    }
  });

  test('a row that an old system marked without a receipt gets one on the word of a person', () =>
    onBoth(async (shop) => {
      const [a] = await shop.receipts('old');
      const old = "UPDATE tbl_bak_order SET bak_date_time = '2024-01-02 03:04:05' WHERE id = ?";
      await shop.world.ask((database) => database.run(old, [a.id]));
      expect(await shop.countsOf([String(a.id)])).toMatchObject({ done: 1, skipped: 0, failed: 0 });
      expect(await shop.written('old')).toEqual([a]);
    }));

  test('a file that is gone, a chat and an unknown id: exit 3, nothing is marked', () =>
    onBoth(async (shop) => {
      const [a] = await shop.receipts('gone');
      await rm(shop.onServer('gone', 'a.jpg'));
      const chat = (await shop.world.ask(readBakRows)).find((row) => row.type === 5);
      const finished = await shop.mark([String(a.id), String(chat?.id), '999999']);
      expect(finished).toMatchObject({ code: 3, stdout: '' });
      expect(finished.stderr).toContain("a.jpg: the file is not on the server's disk");
      expect(await shop.written('gone')).toEqual([]);
      const rows = await shop.world.ask(readBakRows);
      expect(rows.find((row) => row.id === chat?.id)?.isBackedUp).toBe(false);
    }));

  test('--dry-run: counts, and marks nothing', () =>
    onBoth(async (shop) => {
      const receipts = await shop.receipts('dry');
      expect(await shop.countsOf(['--dry-run', ...(await shop.from(ndjson(receipts)))])).toMatchObject({
        planned: 3,
        done: 0,
      });
      expect(await shop.written('dry')).toEqual([]);
    }));
});
