import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownTarget } from '../../src/schedule/choose.js';
import { falseClock, whyNoFalseClock } from '../chaos/false-clock.js';
import { onHost, whyNoOtherHost } from '../chaos/other-host.js';
import type { Database } from '../support/database.js';
import { holdInsert } from '../support/held-lease.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { runOrderbak, start } from '../support/run.js';
import { openWebSink } from '../support/sinks.js';
import { createWorld, type World } from '../support/worlds.js';

const MINUTE = 60_000;
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** An entry was due so long ago (ms), and this came of it. */
function wasDue(
  database: Database,
  entry: string,
  ago: number,
  result = 'done',
  exitCode = 0,
): Promise<void> {
  return database.run(
    "INSERT INTO orderbak_schedule (entry, scope, due_ms, host, pid, begun_ms, ended_ms, result, exit_code) VALUES (?, '', ?, 'x', 1, 0, 0, ?, ?)",
    [entry, Date.now() - ago, result, exitCode],
  );
}

async function configure(world: World, schedule: string): Promise<string> {
  const file = path.join(world.folder, 'orderbak.toml');
  const toml = `
[database]
url = "${world.databaseUrl.replace(/^mariadb:/, 'mysql:')}"
[orders]
root = "${world.root}"
[shop]
timezone = "${world.zone.name}"
[schedule]
timezone = "UTC"
${schedule}
`;
  await writeFile(file, toml);
  return file;
}

describe('the commands of the schedule', () => {
  let world: World;
  const bare = { bare: true } as const;
  beforeAll(async () => {
    world = await createWorld('sqlite');
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
  });
  afterAll(() => world.remove());

  test('a user who cannot read the configuration is told before the night, and gets no schedule', async (context) => {
    context.skip(process.getuid?.() !== 0, 'only root lets somebody else run it');
    const config = await configure(world, '');
    const refused = `orderbak: nobody cannot read ${config}`;
    const words = ['--target', 'cron', '--run-as', 'nobody', '--config', config];
    const print = () => askOrderbak(world, ['schedule', 'print', ...words], bare);
    await chmod(config, 0o644);
    await chmod(world.folder, 0o711);
    expect(await print()).toMatchObject({ code: 0, stderr: '' });
    for (const close of [() => chmod(world.folder, 0o700), () => chmod(config, 0o640)]) {
      await close();
      expect(await print()).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(refused),
      });
      await chmod(world.folder, 0o711);
    }
    // Instead of the machine's own, which is not the test's.
    const bin = path.join(world.folder, 'bin');
    await mkdir(bin);
    await writeFile(path.join(bin, 'crontab'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    for (const dry of [['--dry-run'], []]) {
      const install = ['schedule', 'install', ...dry, ...words];
      const { code, stderr } = await askOrderbak(world, install, { ...bare, env });
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(refused) });
      expect(stderr).toMatch(/Let nobody read it .* --run-as who can\.$/m);
    }
    await chown(config, 0, Number(execFileSync('id', ['-g', 'nobody'])));
    expect(await print()).toMatchObject({ code: 0, stderr: '' });
  });

  test('doctor counts what is installed', async (context) => {
    context.skip(ownTarget() !== 'cron', 'a crontab is told by a program that can be put in its place');
    const [bin, crontab] = [path.join(world.folder, 'cron'), path.join(world.folder, 'crontab')];
    await mkdir(bin);
    const program = `#!/bin/sh\n[ "$1" = -l ] && exec cat ${crontab}\nexec cat >${crontab}\n`;
    await writeFile(path.join(bin, 'crontab'), program, { mode: 0o755 });
    await writeFile(crontab, '');
    const env = { PATH: `${bin}:${process.env.PATH}` };
    for (const [off, counted] of [
      ['unlink_trash = "off"', '3 entries'],
      ['unlink_trash = "off"\nunlink_discuss = "off"\nunlink_backed_up = "off"', '1 entry'],
    ] as const) {
      const config = await configure(world, off);
      const orderbak = (...words: string[]) =>
        askOrderbak(world, [...words, '--config', config], { ...bare, env });
      expect(await orderbak('schedule', 'install')).toMatchObject({ code: 0 });
      expect((await orderbak('doctor')).stdout).toMatch(
        new RegExp(`^✔ schedule +as configured, ${counted}$`, 'm'),
      );
    }
  });

  const forget = (entry: string) =>
    world.ask((database) => database.run('DELETE FROM orderbak_schedule WHERE entry = ?', [entry]));

  test('a due entry runs once; a machine that is paused holds it, and says so', async () => {
    const config = await configure(world, 'insert = "*/5 * * * *"\nunlink_trash = "off"');
    const schedule = (...args: string[]) =>
      askOrderbak(world, ['schedule', ...args, '--config', config], bare);
    const woken = async () =>
      JSON.parse((await schedule('run', 'insert', '--json')).stdout) as Record<string, string>;
    const outcome = async () => (await woken()).outcome;
    await forget('insert');
    expect((await schedule('pause')).stdout).toContain('are held');
    expect(await woken()).toMatchObject({ outcome: 'held', since: expect.stringMatching(ISO) });
    expect(await schedule('run', 'insert')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const held = JSON.parse((await schedule('list', '--json')).stdout) as {
      heldSince: string;
      role: string;
      entries: { name: string }[];
    };
    expect(Date.parse(held.heldSince)).toBeGreaterThan(0);
    expect(held.role).toBe('server');
    expect(held.entries.map(({ name }) => name)).toEqual(['insert', 'unlink-discuss', 'unlink-backed-up']);
    expect((await schedule('continue')).stdout).toContain('go on');
    const now = JSON.parse((await schedule('run', 'insert', '--now', '--json')).stdout) as unknown;
    expect(now).toMatchObject({ outcome: 'ran', due: expect.stringMatching(ISO) });
    // Five minutes may end between two of these.
    expect(
      [await outcome(), await outcome(), await outcome()].filter((one) => one === 'ran').length,
    ).toBeLessThan(3);
    const listed = (await schedule('list')).stdout;
    expect(listed).toContain('every 5 minutes (*/5 * * * *)');
    expect(listed).toMatch(/insert .* completed .* done, exit code 0/);
    expect(await schedule('run', 'unlink-trash')).toMatchObject({ code: 2 });
  });

  test('a step at work is skipped without a word, and told of at the third time', async () => {
    const config = await configure(
      world,
      `insert = { at = "*/5 * * * *", log = "${world.folder}/log/insert.log" }`,
    );
    const web = await openWebSink();
    const env = { ORDERBAK_NOTIFY_WEBHOOK: web.url };
    const run = (...words: string[]) =>
      askOrderbak(world, ['schedule', 'run', 'insert', '--config', config, ...words], { ...bare, env });
    const told = () => web.heard.map(({ body }) => JSON.parse(body) as { event: string; text: string });
    await holdInsert(world, 'elsewhere', 1, 600);
    const skips = (count: number) =>
      world.ask(async (database) => {
        await database.run("DELETE FROM orderbak_schedule WHERE entry = 'insert'");
        for (let n = 1; n <= count; n += 1) await wasDue(database, 'insert', n * 10 * MINUTE, 'skipped', 11);
      });
    await skips(1);
    expect(await run()).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(told()).toEqual([]);
    await skips(2);
    const { code, stderr } = await run();
    const words = 'insert: it was due 3 times in a row while it was still at work';
    expect(code).toBe(11);
    expect(stderr).toContain(words);
    expect(await readFile(`${world.folder}/log/insert.log`, 'utf8')).toContain('already running');
    expect(told()).toMatchObject([{ event: 'failure', text: expect.stringContaining(words) }]);
    const other = `${world.folder}/log/other.log`;
    const now = await run('--now', '--log', other);
    expect(now).toMatchObject({ code: 11, stderr: expect.stringContaining(`exit code 11; see ${other}`) });
    await holdInsert(world, 'elsewhere', 1, -1);
    await skips(2);
    expect(await run()).toMatchObject({ code: 0 });
    expect(told().map(({ event }) => event)).toEqual(['failure', 'recovery']);
    await web.close();
  });

  test('what was missed for days is caught up with once, and has ended with it in the background too', async () => {
    const rest = 'unlink_trash = "off"\nunlink_backed_up = "off"';
    const config = await configure(world, `unlink_discuss = { in_background = true }\n${rest}`);
    await world.ask(async (database) => {
      await database.run('DELETE FROM orderbak_schedule');
      for (const entry of ['insert', 'unlink-discuss']) await wasDue(database, entry, 5 * 24 * 60 * MINUTE);
    });
    const log = path.join(world.folder, 'catch-up.log');
    const catchUp = async (...words: string[]) => {
      const { stdout, stderr } = await askOrderbak(
        world,
        ['schedule', 'catch-up', '--json', '--config', config, ...words],
        bare,
      );
      expect(stderr).toBe('');
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { entry: string; outcome: string });
      return lines.map(({ entry, outcome }) => `${entry} ${outcome}`);
    };
    expect(await catchUp('--log', log)).toEqual(['insert ran']);
    // A run that went well prints nothing.
    expect(await readFile(log, 'utf8')).toBe('');
    const done = () =>
      world.ask((database) =>
        database.all(
          "SELECT entry FROM orderbak_schedule WHERE due_ms > 0 AND begun_ms > 0 AND result = 'done'",
        ),
      );
    expect((await done()).map(({ entry }) => entry).sort()).toEqual(['insert', 'unlink-discuss']);
    expect(await catchUp()).toEqual(['insert not-due']);
    expect(await done()).toHaveLength(2);
  });

  test('what an entry in the background has to say goes into the log of the catch-up too', async () => {
    const rest = 'unlink_discuss = "off"\nunlink_trash = "off"\nunlink_backed_up = "off"';
    const config = await configure(world, `insert = { in_background = true }\n${rest}`);
    await world.ask(async (database) => {
      await database.run('DELETE FROM orderbak_schedule');
      await wasDue(database, 'insert', 5 * 24 * 60 * MINUTE);
    });
    await holdInsert(world, 'elsewhere', 1, 600);
    const log = path.join(world.folder, 'background.log');
    await askOrderbak(world, ['schedule', 'catch-up', '--config', config, '--log', log], bare);
    expect(await readFile(log, 'utf8')).toContain('already running');
    await holdInsert(world, 'elsewhere', 1, -1);
  });

  test('a catch-up that waits for its database ends at once when it is told to', async () => {
    const dumb = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => dumb.once('listening', resolve));
    const { port } = dumb.address() as AddressInfo;
    const { child, finished } = start(world, ['schedule', 'catch-up', '--json'], {
      env: { ORDERBAK_DATABASE_URL: `mysql://u:p@127.0.0.1:${port}/shop` },
    });
    dumb.once('connection', () => child.kill('SIGTERM'));
    expect(await finished).toMatchObject({ code: 143, stdout: '', stderr: '' });
    dumb.close();
  });

  test('a schedule with other times makes up for none of them that is over; installed again it forgets none', async () => {
    const bin = path.join(world.folder, 'bin-of-cron');
    await mkdir(bin);
    const crontab = `#!/bin/sh
cd '${bin}'
case "$*" in *-l) cat table 2>&- || { echo no crontab for you >&2; exit 1; };; *) cat > table;; esac
`;
    await writeFile(path.join(bin, 'crontab'), crontab, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const missed = new Date(Date.now() - 30 * MINUTE).toISOString().slice(11, 16);
    const rest = 'unlink_discuss = "off"\nunlink_trash = "off"\nunlink_backed_up = "off"';
    const config = await configure(world, `insert = "daily at ${missed}"\n${rest}`);
    const woken = async () => {
      await world.ask(async (database) => {
        await database.run('DELETE FROM orderbak_schedule');
        await wasDue(database, 'insert', 24 * 60 * MINUTE);
      });
      const install = ['schedule', 'install', '--target', 'cron', '--config', config];
      expect(await askOrderbak(world, install, { ...bare, env })).toMatchObject({ code: 0, stderr: '' });
      const run = ['schedule', 'run', 'insert', '--json', '--config', config];
      return (JSON.parse((await askOrderbak(world, run, bare)).stdout) as { outcome: string }).outcome;
    };
    expect(await woken()).toBe('not-due');
    expect(await woken()).toBe('ran');
  });

  // As Debian's cron says it, as BusyBox does, and what neither means by it.
  test.each([
    ['no crontab for shop', 0],
    ["crontab: can't open 'shop': No such file or directory", 0],
    ["crontab: can't open 'shop': Permission denied", 1],
  ])('of a user who has no crontab yet, cron says: %s', async (words, exit) => {
    const bin = await mkdtemp(path.join(world.folder, 'bin-'));
    const crontab = `#!/bin/sh
case "$*" in *-l) echo "${words}" >&2; exit 1;; *) cat > '${bin}/table';; esac
`;
    await writeFile(path.join(bin, 'crontab'), crontab, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const config = await configure(world, '');
    const install = ['schedule', 'install', '--target', 'cron', '--config', config];
    const { code, stderr } = await askOrderbak(world, install, { ...bare, env });
    expect(code).toBe(exit);
    if (exit === 0) expect(await readFile(`${bin}/table`, 'utf8')).toContain('schedule run insert');
    else expect(stderr).toContain(words);
    expect((await readdir(bin)).includes('table')).toBe(exit === 0);
  });

  test('one that takes too long is asked to end', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    const config = path.join(world.folder, 'office.toml');
    const pull = `[pull]\nurl = "http://127.0.0.1:${address.port}"\ntoken = "${world.token}"\nstore = "${world.store}"\nwait_online = "0s"\n`;
    await writeFile(config, `${pull}[schedule.pull]\ntimeout = "3s"\n`);
    const { code, stderr } = await askOrderbak(
      world,
      ['schedule', 'run', 'pull', '--now', '--config', config],
      bare,
    );
    silent.close();
    expect(stderr).toContain('pull: it took longer than 3s and was ended');
    expect(code).toBe(143);
  });

  test('test runs it as the scheduler would: no terminal, the paths that are installed, hardly any variables', async () => {
    const config = await configure(world, '');
    const env = { ORDERBAK_ORDERS_ROOT: '/nowhere', PATH: '/nowhere', HOME: world.folder };
    const tested = await askOrderbak(world, ['schedule', 'test', 'insert', '--config', config], {
      bare: true,
      env,
    });
    expect(tested.stderr).toBe('');
    expect(tested.stdout).toMatch(/insert: exit code 0 after [\d.]+ s, and no output/);
    await writeFile(config, (await readFile(config, 'utf8')).replace('shop.db', 'gone.db'));
    const failed = await askOrderbak(world, ['schedule', 'test', 'insert', '--config', config], bare);
    expect(failed).toMatchObject({ code: 75 });
    expect(failed.stderr).toContain('there is no SQLite database');
  });

  test('test says that the home folder is missing, and not that Node were', async (context) => {
    context.skip(ownTarget() !== 'cron', 'only cron begins there');
    const config = await configure(world, '');
    const words = ['schedule', 'test', 'insert', '--config', config];
    const { code, stderr } = await askOrderbak(world, words, { bare: true, env: { HOME: '/no/home' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the home folder of \S+, \/no\/home, is not there\n {2}Make it /);
  });
});

const whyNot = (await whyNoOtherHost()) ?? (await whyNoFalseClock());
if (whyNot !== null) console.warn(`two servers: not played: ${whyNot}`);

describe.skipIf(whyNot !== null)('two servers with one MariaDB and clocks 40 seconds apart', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('mariadb');
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
  });
  afterAll(() => world.remove());

  test('run what is due once: one after the other, and in the same moment', async () => {
    const due = Math.ceil(Date.now() / MINUTE + 2) * MINUTE;
    const at = new Date(due).toISOString().slice(11, 16);
    const config = await configure(world, `insert = "daily at ${at}"\nunlink_discuss = "daily at ${at}"`);
    const outcome = async (host: string, entry: string, clock: number) => {
      const args = ['schedule', 'run', entry, '--json', '--config', config];
      const env = { ...falseClock(0), FAKETIME: `+${Math.round((clock - Date.now()) / 1000)}s` };
      const { stdout, stderr } = await runOrderbak(world, args, { bare: true, env, wrap: onHost(host) });
      expect(stderr).toBe('');
      return (JSON.parse(stdout) as { outcome: string }).outcome;
    };
    // Under load the start of a process takes seconds: the fast clock is well past the minute, the slow one well before it.
    expect(await outcome('fast', 'insert', due + 5000)).toBe('ran');
    expect(await outcome('slow', 'insert', due - 35_000)).toBe('not-due');
    expect(await outcome('slow', 'insert', due + 10_000)).toBe('not-due');
    const both = [
      outcome('fast', 'unlink-discuss', due + 45_000),
      outcome('slow', 'unlink-discuss', due + 5000),
    ];
    expect((await Promise.all(both)).filter((one) => one === 'ran')).toEqual(['ran']);
    const turns = await world.ask((database) => database.all('SELECT host, result FROM orderbak_schedule'));
    expect(turns.map(({ result }) => result)).toEqual(['done', 'done']);
    expect(turns.map(({ host }) => host)).not.toContain(hostname());
  });
});
