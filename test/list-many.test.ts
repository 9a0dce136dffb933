import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { start } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

const FEW = 10_000;
const MANY: Readonly<Record<Engine, number>> = { sqlite: 200_000, mariadb: 100_000 };
/** Hundred thousands of rows held at once would be more. */
const SPREAD_MB = 100;
const MOST_MB = 300;

const NUMBERS: Readonly<Record<Engine, string>> = {
  sqlite: 'WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n',
  mariadb: `SELECT a.i + 1000 * b.i AS i FROM
    (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i FROM n) a,
    (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i FROM n) b
    WHERE a.i + 1000 * b.i BETWEEN ? AND ?`,
};

describe.for(ENGINES)('very many waiting files on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(engine, { pictures: 'small' });
    const jobs = [{ image: 'photo.jpg' }];
    // To look for files takes time; where there is no folder, there is nothing to look for.
    const plans = Array.from({ length: 20 }, (_, i) =>
      i < 2 ? { jobs } : { jobs, missing: 'all' as const },
    );
    await world.addOrders(plans);
    for (const command of ['migrate', 'insert']) {
      expect(await askOrderbak(world, [command])).toMatchObject({ code: 0, stderr: '' });
    }
  });
  afterAll(() => world.remove());

  /** Records so many more files, of a few of the orders each. */
  function record(from: number, to: number): Promise<void> {
    const [first] = world.orders;
    const name =
      engine === 'sqlite'
        ? `'a name as long as they are ' || i || '.jpg'`
        : `CONCAT('a name as long as they are ', i, '.jpg')`;
    return world.ask((database) =>
      database.run(
        `INSERT INTO tbl_bak_order (id_order, filename, file_type)
         SELECT ${first?.id} + i % 20, ${name}, 1 + i % 4 FROM (${NUMBERS[engine]}) numbers`,
        [from, to],
      ),
    );
  }

  /** The lines that `list` says and the most memory that it ever had, in MB. */
  async function listed(): Promise<{ lines: number; megabytes: number }> {
    const { child, finished } = start(world, ['list']);
    let megabytes = 0;
    const read = () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        megabytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024 || megabytes;
      } catch {
        // It has ended.
      }
    };
    while (child.exitCode === null && child.signalCode === null) {
      read();
      await sleep(10);
    }
    const { code, stdout, stderr } = await finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2)))).toMatchObject({
      size: null,
    });
    return { lines: stdout.split('\n').length - 1, megabytes };
  }

  test('ten or twenty times the files need no more memory', async () => {
    await record(1, FEW);
    const few = await listed();
    await record(FEW + 1, MANY[engine]);
    const many = await listed();
    expect(few.lines).toBe(FEW + 20);
    expect(many.lines).toBe(MANY[engine] + 20);
    // Where there is no /proc nothing was measured.
    if (process.platform === 'linux') expect(few.megabytes).toBeGreaterThan(10);
    expect(many.megabytes).toBeLessThan(MOST_MB);
    expect(many.megabytes - few.megabytes).toBeLessThan(SPREAD_MB);
  });

  test('nothing is left out where stretches of the rows are marked already', async () => {
    const stretches = 'id % 30000 < 12000 AND id % 50 <> 0';
    await world.ask((database) =>
      database.run(`UPDATE tbl_bak_order SET bak_date_time = '2026-01-01 00:00:00' WHERE ${stretches}`),
    );
    const waiting = await world.ask((database) =>
      database.all('SELECT id FROM tbl_bak_order WHERE bak_date_time IS NULL ORDER BY id'),
    );
    const { stdout } = await start(world, ['list']).finished;
    const listed = [...stdout.matchAll(/^\{"id":(\d+),/gm)].map(([, id]) => Number(id));
    expect(listed.length).toBeGreaterThan(FEW);
    expect(listed).toEqual(waiting.map(({ id }) => Number(id)));
  });
});
