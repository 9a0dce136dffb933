import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jumpingClock, whyNoFalseClock } from '../chaos/false-clock.js';
import { readBakRows } from '../support/bak-rows.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { freePort } from '../support/ports.js';
import { PROGRAM } from '../support/run.js';
import { createWorld, type World } from '../support/worlds.js';

const run = promisify(execFile);

/** Why Debian's cron cannot be run here by itself; its package is installed where that is allowed. */
async function whyNoCron(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root can give a cron a machine of its own';
  const has = () =>
    run('sh', ['-c', 'command -v cron crontab']).then(
      () => true,
      () => false,
    );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!(await has())) await run('apt-get', ['install', '-y', '-qq', 'cron'], { env }).catch(() => null);
  if (!(await has())) return 'the package cron is not installed';
  const mounts = 'mount -t tmpfs none /run';
  const alone = await run('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c', mounts]).then(
    () => true,
    () => false,
  );
  return alone ? whyNoFalseClock() : 'no mounts of its own can be made here';
}

const why = await whyNoCron();
if (why !== null) console.warn(`cron: not played: ${why}`);

/** How long after its start cron's clock comes to the minute of the night, seconds: enough for its start. */
const LEAD = 3;

/**
 * A machine with a cron of its own: its crontabs, its pid file and its processes are nobody else's, and all of it is gone when
 * the script ends. `$1` = the world's folder, `$2` = Node, `$3` = the program, `$4` = when the night is, in seconds since 1970.
 * cron's clock is set to shortly before; the lines that it starts have the same clock by the crontab's own variables.
 */
const MACHINE = `
set -eu
cd "$1"
mount -t tmpfs none /run
mount -t tmpfs -o mode=1730 none /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
mount -t tmpfs none /etc/cron.d
mount --bind /dev/null /etc/crontab
crontab foreign
crontab -l > before
orderbak() { "$node" "$program" schedule "$1" --config "$PWD/both.toml" --target cron; }
node=$2 program=$3
orderbak install > said
crontab -l > installed
orderbak install > said-again
crontab -l > again
orderbak list > listed
echo "+$(($4 - ${LEAD} - $(date +%s)))s" > clock
env $(cat variables) cron -f &
n=0
while [ ! -e all-done ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
kill $!
orderbak uninstall > said-last
crontab -l > after
`;

describe.skipIf(why !== null)('a machine with Debian’s cron', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('sqlite', { pictures: 'small' });
  });
  afterAll(() => world.remove());
  const text = (name: string) => readFile(path.join(world.folder, name), 'latin1');

  test('plays the night by the crontab that was installed, and has its own lines back afterwards', async () => {
    await world.addOrders([
      { user: 'held', jobs: [{ image: 'held.txt' }] },
      { user: 'waits', jobs: [{ image: 'waits.txt' }], discusses: [['chat.txt']], trash: ['junk.txt'] },
    ]);
    for (const args of [['migrate'], ['insert']])
      expect(await askOrderbak(world, args)).toMatchObject({ code: 0 });
    const rows = await world.ask(readBakRows);
    const held = String(rows.find(({ name }) => name === 'held.txt')?.id);
    expect(await askOrderbak(world, ['mark-backed-up', held])).toMatchObject({ code: 0 });
    await world.addOrder({ user: 'new', jobs: [{ image: 'new.txt' }] });

    // A minute that is still to come when all is installed.
    const due = new Date(Math.ceil(Date.now() / 60_000 + 2) * 60_000);
    const clock = jumpingClock(path.join(world.folder, 'clock'));
    const at = `${due.getUTCHours()}:${String(due.getUTCMinutes()).padStart(2, '0')}`;
    const port = await freePort();
    await writeFile(path.join(world.folder, 'both.toml'), configuration(world, at, port));
    const variables = Object.entries(clock).map(([name, value]) => `${name}=${value}`);
    await writeFile(path.join(world.folder, 'variables'), variables.join(' '));
    const foreign = `# somebody else's caf\xe9 100%\n\n${variables.join('\n')}\nMAILTO=""\n17 3 * * 0\ttrue % x\n`;
    await writeFile(path.join(world.folder, 'foreign'), foreign, 'latin1');

    const own = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const ask = (sql: string) => world.ask((database) => database.all(sql));
    const turns = () =>
      ask(`SELECT entry, result, begun_ms FROM orderbak_schedule WHERE due_ms = ${due.getTime()}`);
    const isOver = async () =>
      (await turns()).filter(({ result }) => result !== 'running').length === 4 &&
      (await ask("SELECT id FROM tbl_bak_order WHERE filename = 'waits.txt' AND bak_date_time IS NOT NULL"))
        .length === 1;
    const watch = async () => {
      for (let n = 0; n < 300 && !(await isOver()); n += 1) await sleep(200);
      await writeFile(path.join(world.folder, 'all-done'), '');
    };
    const words = [world.folder, process.execPath, PROGRAM, String(due.getTime() / 1000)];
    const env = { PATH: process.env.PATH, HOME: world.folder, TZ: 'UTC' };
    const [{ stderr }] = await Promise.all([
      run('unshare', [...own, 'sh', '-c', MACHINE, 'sh', ...words], { env }),
      watch(),
    ]);
    expect(stderr).toBe('');

    expect(await text('said')).toContain('lines of orderbak');
    expect(await text('said')).toContain("what has @reboot begins with the machine's next start");
    expect(await text('said-again')).toContain('nothing was changed');
    expect(await text('again')).toBe(await text('installed'));
    expect(await text('listed')).toContain('cron: as configured');
    expect((await text('installed')).startsWith(await text('before'))).toBe(true);
    expect(await text('after')).toBe(await text('before'));

    const night = await turns();
    expect(night.map(({ entry, result }) => [entry, result]).sort()).toEqual([
      ['insert', 'done'],
      ['unlink-backed-up', 'done'],
      ['unlink-discuss', 'done'],
      ['unlink-trash', 'done'],
    ]);
    const after = new Map((await world.ask(readBakRows)).map((row) => [row.name, row]));
    expect(after.get('held.txt')).toMatchObject({ isUnlinked: true });
    expect(after.get('chat.txt')).toMatchObject({ isUnlinked: true });
    expect(after.get('waits.txt')).toMatchObject({ isBackedUp: true });
    expect(after.get('new.txt')).toBeDefined();
  });
});

function configuration(world: World, at: string, port: number): string {
  const entries = ['insert', 'unlink_discuss', 'unlink_trash', 'pull', 'unlink_backed_up'];
  return `
[database]
url = "${world.databaseUrl}"
[orders]
root = "${world.root}"
[shop]
timezone = "${world.zone.name}"
[server]
listen = "127.0.0.1:${port}"
token = "${world.token}"
[pull]
url = "http://127.0.0.1:${port}"
token = "${world.token}"
store = "${world.store}"
[schedule]
timezone = "UTC"
${entries.map((entry) => `${entry} = "daily at ${at}"`).join('\n')}
`;
}
