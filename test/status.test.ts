import { rename } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, openShop, type Shop } from './steps/shop.js';
import { ENGINES } from './support/database.js';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';
import { PROGRAM, placeOf, type RunOptions } from './support/run.js';
import { atTerminal, hasTerminal } from './support/terminal.js';

interface Pile {
  readonly files: number;
  readonly bytes: number | null;
}

interface Told {
  readonly ok: boolean;
  readonly needs: readonly { readonly code: string; readonly message: string }[];
  readonly server: {
    readonly backlog: Readonly<Record<string, Pile>>;
    readonly held: Readonly<Record<string, number>>;
    readonly oldest: { id: number; id_order: number; recorded: string; recordedEarlier: boolean } | null;
    readonly steps: readonly {
      step: string;
      next: string | null;
      lastGood: string | null;
      last: { status: string } | null;
    }[];
    readonly disk: { free: number | null; fault: string | null };
    readonly heldSince: string | null;
  } | null;
  readonly office: {
    readonly store: Pile;
    readonly unmarked: Pile;
    readonly lastContact: string | null;
    readonly steps: readonly { step: string; last: { status: string } | null }[];
  } | null;
}

const DAY_MS = 86_400_000;

describe.for(ENGINES)('status on %s', (engine) => {
  let shop: Shop;
  let size: (name: string) => number;
  let ids: number[];
  beforeAll(async () => {
    const opened = await openShop(engine, [
      {
        jobs: [{ image: 'a.jpg', attach: ['b.txt', 'gone.txt'] }],
        discusses: [['chat.txt']],
        missing: ['gone.txt'],
      },
      { jobs: [{ image: 'c.png' }], trash: ['t.zip'] },
    ]);
    shop = opened.shop;
    ids = opened.orders.map((order) => order.id);
    const sizes = [...opened.before].map(([path, entry]) => [path.split('/').at(-1), entry.size] as const);
    size = (name) => sizes.find(([file]) => file === name)?.[1] ?? Number.NaN;
  });
  afterAll(() => shop.close());

  async function status(options: RunOptions = {}): Promise<Told> {
    const { code, stdout, stderr } = await askOrderbak(shop.world, ['status', '--json'], options);
    expect(stderr).toBe('');
    const told = JSON.parse(stdout) as Told;
    expect(code).toBe(told.ok ? 0 : 1);
    return told;
  }
  const change = (statement: string) => shop.world.ask((database) => database.run(statement));

  test('before the first night, a person should look', async () => {
    const { needs, server } = await status();
    expect(needs).toEqual([{ code: 'never', message: 'insert has never run' }]);
    const soon = (next: string | null) => Date.parse(next ?? '') - Date.now() <= DAY_MS;
    expect(server?.steps.every(({ next }) => soon(next))).toBe(true);
    expect(server?.steps.map(({ step, last }) => [step, last])).toEqual([
      ['insert', null],
      ['unlink-discuss', null],
      ['unlink-trash', null],
      ['unlink-backed-up', null],
    ]);
  });

  test('what is recorded is counted with what lies on the disk, and the oldest is named', async () => {
    await shop.run('insert');
    const { ok, server } = await status();
    expect(ok).toBe(true);
    const age = (days: number) => `UPDATE orderbak_run SET started_ms = started_ms + ${days * DAY_MS}`;
    await change(age(-3));
    const forgotten = await status({ env: { ORDERBAK_SCHEDULE_UNLINK_TRASH: 'off' } });
    expect(forgotten.needs.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([
      ['never', 'unlink-discuss'],
      ['never', 'unlink-backed-up'],
      ['waiting', 'files'],
    ]);
    await change(age(3));
    const bytes = size('a.jpg') + size('b.txt') + size('c.png');
    expect(server?.backlog).toMatchObject({
      recorded: { files: 4, bytes },
      discuss: { files: 1, bytes: size('chat.txt') },
      'backed-up': { files: 0, bytes: 0 },
    });
    expect(server?.oldest).toMatchObject({ id_order: at(ids, 0), recordedEarlier: false });
    expect(Date.now() - Date.parse(server?.oldest?.recorded ?? '')).toBeLessThan(DAY_MS);
  });

  test('each file is counted where the night has brought it, on both machines', async () => {
    await keepServe(shop.world);
    const pull = await askOrderbak(shop.world, ['pull']);
    expect(pull.code).toBe(0);
    const between = await status();
    expect(between.server?.backlog['backed-up']).toMatchObject({ files: 3 });
    for (const step of ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const) await shop.run(step);
    const { ok, server } = await status();
    expect(ok).toBe(true);
    const bytes = size('a.jpg') + size('b.txt') + size('c.png');
    expect(server?.backlog).toMatchObject({
      recorded: { files: 1 },
      discuss: { files: 0 },
      'backed-up': { files: 0 },
      unlinked: { files: 4, bytes: bytes + size('chat.txt') },
      quarantine: { files: 1, bytes: size('t.zip') },
    });
    expect(server?.steps.map(({ last }) => last?.status)).toEqual(Array(5).fill('completed'));
    expect(server?.disk.free).toBeGreaterThan(0);

    const office = await status({ machine: 'office' });
    expect(office).toMatchObject({ ok: true, server: null });
    expect(office.office).toMatchObject({ store: { files: 3, bytes }, unmarked: { files: 0 } });
    expect(Date.now() - Date.parse(office.office?.lastContact ?? '')).toBeLessThan(DAY_MS);
  });

  test('a file that has waited for days needs a person, and so does a run that failed or is gone', async () => {
    await change(`UPDATE orderbak_run SET started_ms = ${Date.now() - 3 * DAY_MS} WHERE step = 'insert'`);
    await change(
      `UPDATE orderbak_run SET status = 'failed', error = 'the disk broke' WHERE step = 'unlink-trash'`,
    );
    // A process that nobody has heard of for an hour, on a machine that cannot be looked at.
    await change(
      `UPDATE orderbak_run SET status = 'running', host = 'elsewhere', heard_ms = ${Date.now() - DAY_MS / 24} WHERE step = 'unlink-discuss'`,
    );
    const { needs } = await status();
    expect(needs.map(({ code }) => code)).toEqual(['lost', 'failed', 'waiting']);
    expect(needs[1]?.message).toBe('unlink-trash failed: the disk broke');
    const { code, stdout, stderr } = await askOrderbak(shop.world, ['status', '--quiet']);
    expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({
      code: 1,
      stderr: '',
      lines: needs.map(({ message }) => message),
    });
  });

  test('a root that is away is told, and the records are counted all the same', async () => {
    await rename(shop.world.root, `${shop.world.root}.away`);
    const { needs, server } = await status();
    await rename(`${shop.world.root}.away`, shop.world.root);
    expect(needs[0]).toMatchObject({ code: 'disk-away', message: expect.stringContaining('does not exist') });
    expect(server?.backlog).toMatchObject({ recorded: { files: 1, bytes: null }, unlinked: { files: 4 } });
  });

  test('on a terminal or not, a person reads one screen', async () => {
    const { code, stdout } = await askOrderbak(shop.world, ['status']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^✖ unlink-discuss was lost: .*\n✖ unlink-trash failed: the disk broke\n✖ files wait/,
    );
    expect(stdout).toMatch(/^unlinked +4 /m);
    expect(stdout).toMatch(/^unlink-trash +2\d{3}-.*(ago|now)\) +2\d{3}-.* failed: 1 done/m);
    expect(stdout.trim().split('\n').length).toBeLessThan(25);
    // Others than those of `schedule list`, where the machine's zone is not the shop's.
    expect(stdout.trim().split('\n').at(-1)).toBe('times are those of Asia/Ho_Chi_Minh');
    expect(stdout).not.toContain('the schedule is held');
  });

  test.skipIf(!hasTerminal)('no line is wider than a narrow terminal', async () => {
    const { env } = placeOf(shop.world, ['status'], {});
    const orderbak = `${process.execPath} ${PROGRAM}`;
    const argv = ['sh', '-c', `${orderbak} status; ${orderbak} schedule list; ${orderbak} report`];
    const { said } = await atTerminal(argv, '', env);
    const seen = stripVTControlCharacters(said).split('\r\n');
    expect(seen.filter((line) => line.length > 80 && !/^✖|disk/.test(line))).toEqual([]);
    expect(seen).toContainEqual(expect.stringMatching(/^ +(completed|failed): \d+ done/));
    expect(seen).toContainEqual(expect.stringMatching(/^ +\d.* failed +none yet$/));
    expect(seen).toContainEqual(expect.stringMatching(/^night +step /));
  });

  test('that the schedule is held is told, and what a whole night held back is counted once', async () => {
    await askOrderbak(shop.world, ['schedule', 'pause']);
    await change("UPDATE orderbak_run SET held = 3 WHERE step = 'unlink-trash'");
    await change("UPDATE orderbak_run SET step = 'run', held = 3 WHERE step = 'purge-trash'");
    const { server } = await status();
    expect(Date.parse(server?.heldSince ?? '')).toBeGreaterThan(Date.now() - DAY_MS);
    expect(server?.held).toEqual({ 'unlink-trash': 3 });
    const { stdout } = await askOrderbak(shop.world, ['status']);
    expect(stdout).toMatch(
      /^the schedule is held since 2\d{3}-.*`orderbak schedule continue` lets it go on$/m,
    );
    expect(stdout).toMatch(/^held back +3 +by the last runs, as told below$/m);
  });
});
