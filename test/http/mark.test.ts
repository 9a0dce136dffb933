import { cp, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf, Shop, someBytes } from '../pull/office.js';
import { ask, BUNDLE, expectError, jsonOf, MARK, post } from './api.js';

interface Claim {
  readonly id: number;
  readonly size: number;
  readonly sha256: string;
}

const FILES = {
  jobs: ['a.jpg', 'b.jpg', 'c.jpg', 'gone.jpg'].map((image) => ({ image })),
  discusses: [['chat.jpg']],
};

describe('the call that marks', () => {
  let shop: Shop;
  beforeAll(async () => {
    const names = ['marked', 'alone', 'mismatch', 'mixed', 'again', 'refused', 'many', 'known', 'swapped'];
    shop = await Shop.open(Object.fromEntries(names.map((name) => [name, FILES])));
    for (const name of names) await rm(onServer(name, 'gone.jpg'));
  });
  afterAll(() => shop.close());

  function onServer(order: string, name: string): string {
    return path.join(shop.world.root, shop.order(order).folder, name);
  }

  async function idOf(order: string, name: string): Promise<number> {
    return (await shop.rows(shop.order(order))).find((row) => row.name === name)?.id ?? 0;
  }

  /** What an office would say that holds the file as it is. */
  async function claimOf(order: string, name: string): Promise<Claim> {
    const bytes = await readFile(onServer(order, name)).catch(() => Buffer.from('lost'));
    return { id: await idOf(order, name), size: bytes.length, sha256: hashOf(bytes) };
  }

  async function marked(order: string): Promise<string[]> {
    return (await shop.rows(shop.order(order))).filter((row) => row.isBackedUp).map((row) => row.name);
  }

  async function mark(files: readonly Claim[]): Promise<string[]> {
    const reply = await post(shop.serve, MARK, { files });
    expect(reply.status).toBe(200);
    const { results } = jsonOf<{ results: { id: number; status: string }[] }>(reply);
    expect(results.map(({ id }) => id)).toEqual(files.map(({ id }) => id));
    return results.map(({ status }) => status);
  }

  test('marks what equals the server\'s bytes, writes the receipt down, and says "already" the second time', async () => {
    const claims = [await claimOf('marked', 'a.jpg'), await claimOf('marked', 'b.jpg')];
    expect(await mark(claims)).toEqual(['marked', 'marked']);
    const rows = (await shop.rows(shop.order('marked'))).filter((row) => row.isBackedUp);
    expect(rows.map(({ id, size, sha256 }) => ({ id, size, sha256 }))).toEqual(claims);
    expect(String(rows[0]?.raw.bak_date_time)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(await mark(claims)).toEqual(['already', 'already']);
    expect((await shop.rows(shop.order('marked'))).filter((row) => row.isBackedUp)).toEqual(rows);
  });

  test('takes one file alone, and a hash in capitals', async () => {
    const { sha256, ...claim } = await claimOf('alone', 'a.jpg');
    const reply = await post(shop.serve, MARK, { ...claim, sha256: sha256.toUpperCase() });
    expect(jsonOf(reply)).toEqual({ results: [{ id: claim.id, status: 'marked' }] });
    const row = (await shop.rows(shop.order('alone'))).find(({ id }) => id === claim.id);
    expect(row).toMatchObject({ isBackedUp: true, sha256, size: claim.size });
  });

  test('marks nothing for other bytes, be they as many or not, or of another file', async () => {
    const a = await claimOf('mismatch', 'a.jpg');
    const b = await claimOf('mismatch', 'b.jpg');
    expect(await mark([{ ...a, sha256: b.sha256 }])).toEqual(['mismatch']);
    expect(await mark([{ ...a, size: a.size + 1 }])).toEqual(['mismatch']);
    expect(await mark([{ ...b, id: a.id }])).toEqual(['mismatch']);
    await writeFile(onServer('mismatch', 'a.jpg'), someBytes(a.size, 'changed since'));
    expect(await mark([a])).toEqual(['mismatch']);
    expect(await marked('mismatch')).toEqual([]);
  });

  test('what it has sent and hashed it does not believe to be the same when it was changed, replaced or swapped since', async () => {
    const names = ['a.jpg', 'b.jpg', 'c.jpg'];
    const claims = await Promise.all(
      ['known', 'swapped'].flatMap((order) => names.map((name) => claimOf(order, name))),
    );
    expect((await post(shop.serve, BUNDLE, { ids: claims.map(({ id }) => id) })).status).toBe(200);
    // As many bytes, and the times put back.
    const a = onServer('known', 'a.jpg');
    const { size, atime, mtime } = await stat(a);
    await writeFile(a, someBytes(size, 'others'));
    await utimes(a, atime, mtime);
    const b = onServer('known', 'b.jpg');
    await rename(b, `${b}.aside`);
    await symlink(`${b}.aside`, b);
    const folder = path.dirname(onServer('swapped', 'a.jpg'));
    await cp(folder, `${folder}.aside`, { recursive: true, preserveTimestamps: true });
    await rm(folder, { recursive: true });
    await symlink(`${folder}.aside`, folder);
    expect(await mark(claims)).toEqual(['mismatch', 'missing', 'marked', 'missing', 'missing', 'missing']);
    expect(await marked('known')).toEqual(['c.jpg']);
    expect(await marked('swapped')).toEqual([]);
    await rm(folder);
    await rename(`${folder}.aside`, folder);
  });

  test('tells apart what is unknown, missing and a chat, and marks the good ones among them', async () => {
    const good = await claimOf('mixed', 'a.jpg');
    const claims = [
      { ...good, id: 987_654 },
      await claimOf('mixed', 'gone.jpg'),
      await claimOf('mixed', 'chat.jpg'),
      good,
      { ...good, id: Number.MAX_SAFE_INTEGER },
    ];
    expect(await mark(claims)).toEqual(['unknown', 'missing', 'unknown', 'marked', 'unknown']);
    expect(await marked('mixed')).toEqual(['a.jpg']);
    const gone = (await shop.rows(shop.order('mixed'))).find((row) => row.name === 'gone.jpg');
    expect(gone).toMatchObject({ isMissing: true, isBackedUp: false });
    expect(await mark([])).toEqual([]);
  });

  test('names one file twice in one call, and a file that came back', async () => {
    const a = await claimOf('again', 'a.jpg');
    expect(await mark([a, a])).toEqual(['marked', 'marked']);
    const gone = await claimOf('again', 'gone.jpg');
    expect(await mark([gone])).toEqual(['missing']);
    await writeFile(onServer('again', 'gone.jpg'), 'it is back');
    expect(await mark([await claimOf('again', 'gone.jpg')])).toEqual(['marked']);
    const row = (await shop.rows(shop.order('again'))).find(({ name }) => name === 'gone.jpg');
    expect(row).toMatchObject({ isBackedUp: true, isMissing: false });
  });

  test('refuses a body that is not what it should be, and marks nothing of it', async () => {
    const good = await claimOf('refused', 'a.jpg');
    const text = JSON.stringify(good);
    const bad: readonly unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '17',
      '{}',
      `[${text}]`,
      { files: good },
      { files: null },
      { files: 'all' },
      { files: [good, null] },
      { files: [good, good.id] },
      { files: [good], ids: [good.id] },
      { files: [{ ...good, force: true }] },
      { files: [{ ...good, id: String(good.id) }] },
      { files: [good, { ...good, id: { $gt: 0 } }] },
      { files: [good, { ...good, id: [good.id] }] },
      { files: [good, { ...good, id: true }] },
      { files: [good, { ...good, id: 0 }] },
      { files: [good, { ...good, id: -1 }] },
      { files: [good, { ...good, id: 1.5 }] },
      { files: [good, { ...good, id: 2 ** 53 }] },
      { files: [good, { ...good, size: -1 }] },
      { files: [good, { ...good, size: '10' }] },
      { files: [good, { ...good, size: null }] },
      { files: [good, { ...good, sha256: good.sha256.slice(1) }] },
      { files: [good, { ...good, sha256: `${good.sha256}0` }] },
      { files: [good, { ...good, sha256: { toLowerCase: 1 } }] },
      { files: [good, { ...good, sha256: `${'g'.repeat(64)}` }] },
      { files: [good, { id: good.id }] },
      `{"files":[${text}],"files":17}`,
      `{"files":[${text.replace(/"size":\d+/, '"size":NaN')}]}`,
      `{"files":[${text.replace(/"size":\d+/, '"size":1e999')}]}`,
      `{"__proto__":{"files":[${text}]}}`,
      `{"files":[{"__proto__":${text}}]}`,
      `{"files":[${text.replace('{', '{"__proto__":{"x":1},')}]}`,
      `{"constructor":{"prototype":{"files":[]}}}`,
      `${'['.repeat(200_000)}`,
      `${text}${text}`,
      Buffer.from([0xff, 0xfe, 0x00]).toString('latin1'),
    ];
    for (const body of bad) {
      const reply = await post(shop.serve, MARK, body);
      expect(reply.status, JSON.stringify(body).slice(0, 200)).toBe(400);
      expectError(shop.world, reply, 400);
    }
    expect(await marked('refused')).toEqual([]);
  });

  test('refuses too many and too much, announced or not', async () => {
    const good = await claimOf('many', 'a.jpg');
    expectError(shop.world, await post(shop.serve, MARK, { files: Array(1001).fill(good) }), 400);
    const large = JSON.stringify({ files: [{ ...good, sha256: 'a'.repeat(5_000_000) }] });
    expectError(shop.world, await post(shop.serve, MARK, large), 413);
    const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: large };
    expectError(shop.world, await ask(shop.serve, MARK, chunked), 413);
    expect(await marked('many')).toEqual([]);
    const thousand = await mark(Array(1000).fill(good));
    expect(new Set(thousand)).toEqual(new Set(['marked']));
    expect(await marked('many')).toEqual(['a.jpg']);
  });
});
