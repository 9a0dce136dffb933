import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { openScheduleBook } from '../../src/db/schedule-book.js';
import type { Database } from '../../src/db/tables.js';
import { EXIT } from '../../src/errors.js';
import { type EntryPorts, runEntry, type Woken } from '../../src/schedule/run-entry.js';
import { entry } from '../domain/schedule/items.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld, type World } from '../support/worlds.js';

const DAY = 86_400_000;
/** 01:00 in Berlin, in winter; the clock is set forward within the next 50 nights. */
const FIRST = Date.parse('2026-02-10T00:00:00Z');
const BERLIN = 'Europe/Berlin';
const INSERT = entry('insert', 'daily at 01:00');

/** A server as the schedule sees it: a clock of its own, a process for each wake, and steps that it began. */
interface Server {
  readonly host: string;
  readonly aheadMs: number;
  readonly begun: number[];
}

describe.for(ENGINES)('servers that share one database on %s', (engine) => {
  let world: World;
  let database: Database;
  const dead = new Set<number>();
  let pids = 1000;
  beforeAll(async () => {
    world = await createWorld(engine);
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    database = await openDatabase(world.databaseUrl.replace(/^mariadb:/, 'mysql:'));
  });
  beforeEach(async () => {
    await world.ask((asked) => asked.run('DELETE FROM orderbak_schedule'));
    await world.ask((asked) => asked.run('DELETE FROM orderbak_hold'));
  });
  afterAll(async () => {
    await database.close();
    await world.remove();
  });

  const server = (host: string, aheadMs = 0): Server => ({ host, aheadMs, begun: [] });

  /** Wakes an entry at a true time; the step ends with `exit`. */
  function wake(
    on: Server,
    at: number,
    exit = 0,
    given: Partial<EntryPorts> = {},
    which = INSERT,
  ): Promise<Woken> {
    pids += 1;
    return runEntry(which, {
      withBook: (work) => work(openScheduleBook(database)),
      start: async () => {
        on.begun.push(at);
        return { exit, timedOut: false, stdout: '', stderr: '' };
      },
      clock: () => at + on.aheadMs,
      self: { host: on.host, pid: pids, isAlive: (pid) => !dead.has(pid), booted: 0 },
      zone: BERLIN,
      chance: () => 0,
      stop: new AbortController().signal,
      ...given,
    });
  }

  test('run each due time once, over 50 nights, although their clocks differ by 40 seconds', async () => {
    const [slow, fast] = [server('one'), server('two', 40_000)];
    for (let night = 0; night < 50; night += 1) {
      // Two nights before the last the clock is set forward: one o’clock is an hour earlier from then on.
      const due =
        FIRST + night * DAY - (FIRST + night * DAY > Date.parse('2026-03-29T01:00Z') ? 3_600_000 : 0);
      // Each is woken when its own clock shows the time: the fast one first, and its run is over long before the other's.
      await wake(fast, due - 40_000);
      await wake(slow, due);
      expect(slow.begun.length + fast.begun.length, `night ${night}`).toBe(night + 1);
    }
  });

  test('woken in the same moment, one of them runs', async () => {
    const servers = ['one', 'two', 'three', 'four'].map((host) => server(host));
    let looked = 0;
    let go = () => {};
    const all = new Promise<void>((resolve) => {
      go = resolve;
    });
    // Nobody begins before everybody has seen that nobody has begun.
    const withBook: EntryPorts['withBook'] = async (work) => {
      const answer = await work(openScheduleBook(database));
      looked += 1;
      if (looked === servers.length) go();
      await all;
      return answer;
    };
    const woken = await Promise.all(servers.map((one) => wake(one, FIRST, 0, { withBook })));
    expect(woken.map(({ kind }) => kind).sort()).toEqual(['ran', 'taken', 'taken', 'taken']);
    expect(servers.flatMap(({ begun }) => begun)).toHaveLength(1);
  });

  test('each run it where on_one_server is off', async () => {
    const own = entry('insert', 'daily at 01:00', { onOneServer: false });
    const servers = [server('one'), server('two', 40_000)];
    for (const one of servers) await wake(one, FIRST, 0, {}, own);
    for (const one of servers) await wake(one, FIRST + 60_000, 0, {}, own);
    expect(servers.map(({ begun }) => begun.length)).toEqual([1, 1]);
  });

  test('a server that dies at work is followed by the other at the next due time, and itself makes up for it after its start', async () => {
    const [one, two] = [server('one'), server('two')];
    const never = wake(one, FIRST, 0, { start: () => Promise.reject(new Error('the power is gone')) });
    await expect(never).rejects.toThrow('the power is gone');
    expect((await wake(two, FIRST + 60_000)).kind).toBe('not-due');
    dead.add(pids - 1);
    // What another host's process does cannot be seen from here.
    expect((await wake(two, FIRST + 120_000)).kind).toBe('not-due');
    expect((await wake(two, FIRST + DAY)).kind).toBe('ran');
    expect((await wake(one, FIRST + DAY + 1000)).kind).toBe('not-due');

    await expect(
      wake(one, FIRST + 2 * DAY, 0, { start: () => Promise.reject(new Error('again')) }),
    ).rejects.toThrow();
    dead.add(pids);
    expect((await wake(one, FIRST + 2 * DAY + 3_600_000)).kind).toBe('ran');
    expect((await wake(one, FIRST + 2 * DAY + 3_600_001)).kind).toBe('not-due');
  });

  test('what a machine ended as it went down is made up for after its start, once; what took too long is not', async () => {
    const one = server('one');
    const later = (booted: number) => ({
      self: { host: 'one', pid: 1, isAlive: () => false, booted },
    });
    await wake(one, FIRST, 143);
    expect((await wake(one, FIRST + 60_000)).kind).toBe('not-due');
    expect((await wake(one, FIRST + 120_000, 0, later(FIRST + 90_000))).kind).toBe('ran');
    expect((await wake(one, FIRST + 180_000, 0, later(FIRST + 150_000))).kind).toBe('not-due');

    let now = FIRST + DAY;
    const takes = (ms: number) => ({
      clock: () => now,
      start: async () => {
        now += ms;
        return { exit: 143, timedOut: true, stdout: '', stderr: '' };
      },
    });
    expect((await wake(one, now, 143, takes(INSERT.timeout))).kind).toBe('ran');
    expect((await wake(one, now + 60_000, 0, later(now + 30_000))).kind).toBe('not-due');
  });

  test('nights without power are made up for once', async () => {
    const one = server('one');
    await wake(one, FIRST);
    expect((await wake(one, FIRST + 5 * DAY + 7_200_000)).kind).toBe('ran');
    expect((await wake(one, FIRST + 5 * DAY + 7_200_001)).kind).toBe('not-due');
    expect(one.begun).toHaveLength(2);
  });

  test('a step that is at work is skipped, counted, and told of after three times in a row', async () => {
    const one = server('one');
    const inARow = async (night: number, exit: number) => {
      const woken = await wake(one, FIRST + night * DAY, exit);
      return woken.kind === 'skipped' ? woken.inARow : woken.kind;
    };
    expect(await inARow(0, EXIT.busy)).toBe(1);
    expect(await inARow(1, EXIT.busy)).toBe(2);
    expect(await inARow(2, 0)).toBe('ran');
    expect(await inARow(3, EXIT.busy)).toBe(1);
    expect(await inARow(4, EXIT.busy)).toBe(2);
    expect(await inARow(5, EXIT.busy)).toBe(3);
    const loud = entry('insert', 'daily at 01:00', { withoutOverlapping: false });
    expect((await wake(one, FIRST + 6 * DAY, EXIT.busy, {}, loud)).kind).toBe('ran');
  });

  test('one that is held begins nothing, and the others go on', async () => {
    const [one, two] = [server('one'), server('two')];
    const book = openScheduleBook(database);
    expect(await book.hold('one', 5)).toBe(true);
    expect(await book.hold('one', 6)).toBe(false);
    expect(await wake(one, FIRST)).toEqual({ kind: 'held', since: 5 });
    expect((await wake(two, FIRST)).kind).toBe('ran');
    expect(await book.letGo('one')).toBe(true);
    expect(await book.letGo('one')).toBe(false);
    expect((await wake(one, FIRST + DAY)).kind).toBe('ran');
  });

  test('what was due is forgotten after a hundred days', async () => {
    const one = server('one');
    await wake(one, FIRST);
    await wake(one, FIRST + 90 * DAY);
    await wake(one, FIRST + 101 * DAY);
    const left = await openScheduleBook(database).lastTurns('insert', '', 10);
    expect(left.map(({ due }) => Math.round((due - FIRST) / DAY))).toEqual([101, 90]);
  });
});
