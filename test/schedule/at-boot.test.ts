import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OwnMariadb } from '../chaos/own-mariadb.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { freePort } from '../support/ports.js';
import { PROGRAM, placeOf } from '../support/run.js';
import { createWorld } from '../support/worlds.js';

const LIMIT_MS = 60_000;

test.skipIf(process.platform === 'win32')(
  'the @reboot line of crontab.example serves as soon as a database is up that came later than it',
  async () => {
    const database = await OwnMariadb.start();
    const world = await createWorld('mariadb', { pictures: 'small', mysqlUrl: database.url });
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    await database.kill();

    const example = readFileSync(path.resolve(import.meta.dirname, '../../crontab.example'), 'utf8');
    const line = /^@reboot (.*)$/m.exec(example)?.[1] ?? '';
    const command = line
      .replace('/usr/local/bin/orderbak', `'${process.execPath}' '${PROGRAM}'`)
      .replace('/etc/orderbak/orderbak.toml', '/dev/null');
    // The shell's half minutes are short here, and counted.
    const bin = path.join(world.folder, 'bin');
    const naps = path.join(world.folder, 'naps');
    await mkdir(bin);
    await writeFile(path.join(bin, 'sleep'), `#!/bin/sh\necho "$@" >> '${naps}'\nexec /bin/sleep 0.1\n`);
    await chmod(path.join(bin, 'sleep'), 0o755);
    const { cwd, env } = placeOf(world, ['serve'], {});
    const port = await freePort();
    const shell = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: { ...env, PATH: `${bin}:${env.PATH}`, ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}` },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
    const until = async (isSo: () => Promise<boolean> | boolean) => {
      for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(50)) if (await isSo()) return;
      throw new Error(`it does not come to it: ${said}`);
    };
    const isServing = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    try {
      await until(() => existsSync(naps));
      expect(readFileSync(naps, 'utf8')).toMatch(/^30$/m);
      expect(said).toContain('the database does not answer');
      expect(await isServing()).toBe(false);
      await database.begin();
      await until(isServing);
      expect(shell.exitCode).toBeNull();
    } finally {
      // All of the shell's, as when the machine is switched off.
      process.kill(-(shell.pid ?? 0), 'SIGTERM');
      await ended;
      await world.remove();
      await database.kill();
    }
  },
);
