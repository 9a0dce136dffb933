import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exposition } from '../src/domain/exposition.js';
import { ask, expectError, post } from './http/api.js';
import { openShop, type Shop } from './steps/shop.js';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';

/** Reads Prometheus' text format strictly: each sample under its own HELP and TYPE, none twice. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let head = '';
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const help = /^# HELP ([a-z_]+) \S/.exec(line);
    if (help !== null) head = help[1] ?? '';
    else if (line.startsWith('#')) expect(line).toBe(`# TYPE ${head} gauge`);
    else {
      const sample = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?\d+(?:\.\d+)?)$/.exec(line);
      expect(sample?.[1], line).toBe(head);
      const name = `${sample?.[1]}${sample?.[2] ?? ''}`;
      expect(samples.has(name), name).toBe(false);
      samples.set(name, Number(sample?.[3]));
    }
  }
  return samples;
}

describe('numbers for monitoring', () => {
  let shop: Shop;
  beforeAll(async () => {
    ({ shop } = await openShop('sqlite', [
      { jobs: [{ image: 'a.txt', attach: ['b.txt'] }], discusses: [['c.txt']] },
    ]));
  });
  afterAll(() => shop.close());

  const file = () => path.join(shop.world.folder, 'home', 'orderbak.prom');
  const run = (args: readonly string[], textfile = file()) =>
    askOrderbak(shop.world, args, { env: { ORDERBAK_METRICS_TEXTFILE: textfile } });
  const written = async () => parse(await readFile(file(), 'utf8'));

  test('are written after each run, whole or not at all, and not for a dry run', async () => {
    expect(await run(['insert', '--dry-run'])).toMatchObject({ code: 0, stderr: '' });
    await expect(readFile(file())).rejects.toThrow('ENOENT');
    const began = Math.floor(Date.now() / 1000);
    expect(await run(['insert'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const numbers = await written();
    expect(numbers.get('orderbak_backlog_files{state="recorded"}')).toBe(2);
    expect(numbers.get('orderbak_backlog_files{state="discuss"}')).toBe(1);
    expect(numbers.get('orderbak_last_run_files{step="insert",result="done"}')).toBe(3);
    expect(numbers.get('orderbak_last_success_timestamp_seconds{step="insert"}')).toBeGreaterThanOrEqual(
      began,
    );
    expect(numbers.get('orderbak_last_run_duration_seconds{step="insert"}')).toBeGreaterThan(0);
    expect(numbers.has('orderbak_last_success_timestamp_seconds{step="unlink-trash"}')).toBe(false);
    expect(await readdir(path.dirname(file()))).toEqual(['orderbak.prom']);
  });

  test('that cannot be written are said, and fail no run', async () => {
    const done = await run(['insert'], path.join(shop.world.folder, 'no/such/folder.prom'));
    expect(done.code).toBe(0);
    expect(done.stderr).toMatch(/the metrics could not be written: ENOENT/);
  });

  test('are answered by serve to whoever has the token', async () => {
    const serve = await keepServe(shop.world);
    expectError(shop.world, await ask(serve, '/metrics', { authorization: null }), 401);
    expectError(shop.world, await post(serve, '/metrics', {}), 405);
    const reply = await ask(serve, '/metrics');
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const numbers = parse(reply.body.toString('utf8'));
    expect(numbers.get('orderbak_backlog_files{state="recorded"}')).toBe(2);
    expect(numbers.get(`orderbak_needs{path="${shop.world.root}"}`)).toBe(0);
    // The whole table is not counted again for each look.
    await shop.world.ask((database) => database.run('DELETE FROM tbl_bak_order WHERE file_type = 5'));
    expect((await ask(serve, '/metrics')).body.equals(reply.body)).toBe(true);
  });

  test('of the office tell what its store holds', async () => {
    expect(await run(['pull'])).toMatchObject({ code: 0, stderr: '' });
    const numbers = await written();
    expect(numbers.get('orderbak_store_files')).toBe(2);
    expect(numbers.get('orderbak_unmarked_files')).toBe(0);
    expect(numbers.get('orderbak_last_run_files{step="pull",result="done"}')).toBe(2);
    expect([...numbers.keys()].filter((name) => name.startsWith('orderbak_backlog'))).toEqual([]);
  });
});

test('a label may hold anything, and gauges of one name stand under one head', () => {
  const gauge = (value: number, place: string) => ({
    name: 'x',
    help: 'X.',
    samples: [{ labels: { place }, value }],
  });
  const other = { name: 'y', help: 'Y.', samples: [] };
  expect(exposition([gauge(1, 'C:\\a "b"\n'), other, gauge(2.5, '')])).toBe(
    '# HELP x X.\n# TYPE x gauge\nx{place="C:\\\\a \\"b\\"\\n"} 1\nx{place=""} 2.5\n',
  );
});
