import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBakRows } from './support/bak-rows.js';
import { freePort } from './support/ports.js';
import { type RunOptions, runOrderbak, start } from './support/run.js';
import { atTerminal, hasTerminal } from './support/terminal.js';
import { createWorld, type World } from './support/worlds.js';

const run = promisify(execFile);
const REPOSITORY = path.resolve(import.meta.dirname, '..');

describe.skipIf(!hasTerminal)('a newcomer', () => {
  let world: World;
  let program: string;
  beforeAll(async () => {
    world = await createWorld('sqlite', { pictures: 'small' });
    await world.addOrder({ jobs: [{ image: 'photo.jpg' }], discusses: [['chat.txt']], trash: ['junk.txt'] });
    program = await unpack(path.join(world.folder, 'installed'));
  });
  afterAll(() => world.remove());

  test('is told of an empty root before a file is written', async () => {
    const [config, root] = ['etc/early.toml', 'not mounted'].map((name) => path.join(world.folder, name));
    await mkdir(root ?? '');
    const flags = ['--database-url', world.databaseUrl, '--root', root ?? '', '--timezone', world.zone.name];
    const init = ['init', '--yes', '--role', 'server', ...flags, '--config', config ?? ''];
    const told = await runOrderbak(world, init, { bare: true, program, cwd: world.folder });
    expect(told).toMatchObject({ code: 75, stderr: expect.stringContaining('it is empty') });
    await expect(stat(config ?? '')).rejects.toThrow('ENOENT');
  });

  test('is told of a root that is one level too high', async () => {
    const config = path.join(world.folder, 'etc/high.toml');
    const high = await createWorld('sqlite', { pictures: 'small' });
    await high.addOrder({ jobs: [{ image: 'photo.jpg' }] });
    const flags = [
      '--database-url',
      high.databaseUrl,
      '--root',
      path.dirname(high.root),
      '--timezone',
      high.zone.name,
    ];
    const init = ['init', '--yes', '--role', 'server', ...flags, '--config', config];
    const told = await runOrderbak(high, init, { bare: true, program, cwd: high.folder });
    expect(told).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Is the root one level too high?'),
    });
    await high.remove();
  });

  test('goes from an empty folder to a night that begins by itself', async () => {
    const server = path.join(world.folder, 'etc/server.toml');
    const office = path.join(world.folder, 'etc/office.toml');
    const options: RunOptions = { bare: true, program, cwd: world.folder };
    const orderbak = (config: string, ...args: string[]) =>
      runOrderbak(world, [...args, '--config', config], options);

    // The first answers are wrong: each is told at once, and asked for again.
    const answers = [
      'sever',
      'server',
      'sqlite:nowhere.db',
      world.databaseUrl,
      '/nowhere',
      world.root,
      'Asia/Hanoy',
      world.zone.name,
      'n',
    ];
    const { said: typed } = await atTerminal(
      [process.execPath, program, 'init', '--config', server],
      answers.map((line) => `${line}\n`).join(''),
      { HOME: world.folder },
    );
    expect(typed).toContain('there is no SQLite database at');
    expect(typed).toContain('/nowhere: ENOENT');
    expect(typed).toContain('"Asia/Hanoy" is no time zone');
    expect(typed).toContain('the root is marked');
    expect((await stat(server)).mode & 0o777).toBe(0o600);
    const token = /^token = "([0-9a-f]{64})"$/m.exec(await readFile(server, 'utf8'))?.[1] ?? '';
    expect(typed).not.toContain(token);
    expect(await orderbak(server, 'init', '--yes', '--role', 'server')).toMatchObject({ code: 2 });
    expect(await orderbak(server, 'config', 'validate')).toMatchObject({ code: 0 });

    const port = await freePort();
    const env = { ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}` };
    const serving = start(world, ['serve', '--quiet', '--config', server], { ...options, env });
    try {
      const url = `http://127.0.0.1:${port}`;
      for (let n = 0; n < 200 && !(await answers200(url)); n += 1)
        await new Promise((done) => setTimeout(done, 100));
      const doctor = await runOrderbak(world, ['doctor', '--config', server], { ...options, env });
      expect(doctor.stdout + doctor.stderr).not.toContain('✖');
      expect(doctor.code).toBe(0);
      const flags = ['--url', url, '--store', world.store];
      const wrong = await orderbak(
        office,
        'init',
        '--yes',
        '--role',
        'office',
        ...flags,
        '--token',
        'x'.repeat(64),
      );
      expect(wrong.code).toBe(4);
      const init = ['init', '--yes', '--role', 'office', ...flags, '--config', office];
      const secret = { env: { ORDERBAK_PULL_TOKEN: token } };
      expect(await runOrderbak(world, init, { ...options, ...secret })).toMatchObject({ code: 0 });
      expect((await orderbak(office, 'doctor')).code).toBe(0);

      expect((await orderbak(server, 'schedule', 'list')).stdout).toContain('unlink-backed-up');
      for (const [config, entry] of [
        [server, 'insert'],
        [server, 'unlink-discuss'],
        [server, 'unlink-trash'],
        [office, 'pull'],
        [server, 'unlink-backed-up'],
      ] as const)
        expect(await orderbak(config, 'schedule', 'run', entry, '--now'), entry).toMatchObject({
          code: 0,
          stderr: '',
        });
      const rows = await world.ask(readBakRows);
      expect(rows.map(({ isUnlinked }) => isUnlinked)).toEqual([true, true]);
    } finally {
      serving.child.kill('SIGTERM');
      await serving.finished;
    }
  });
});

/** What the package has in it, as an installation lays it out. Its parts are the repository's. */
async function unpack(folder: string): Promise<string> {
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: REPOSITORY,
  });
  await run('sh', ['-c', 'tar -xzf *.tgz'], { cwd: folder });
  await symlink(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'package/node_modules'));
  return path.join(folder, 'package/bin/orderbak.js');
}

function answers200(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
