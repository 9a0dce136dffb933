import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';
import { PROGRAM, placeOf } from './support/run.js';
import { atTerminal, hasTerminal, type Seen } from './support/terminal.js';
import { createWorld, type World } from './support/worlds.js';

describe.skipIf(!hasTerminal).concurrent('somebody at a terminal', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('sqlite');
  });
  afterAll(() => world.remove());

  function type(args: readonly string[], typed = '', when = ''): Promise<Seen> {
    return atTerminal([process.execPath, PROGRAM, ...args], typed, placeOf(world, args, {}).env, { when });
  }

  test('hears that a server that is away is asked again, and in the end what to look at', async () => {
    const { code, said } = await type(['pull', '--no-color']);
    expect(code).toBe(75);
    expect(said.match(/127\.0\.0\.1:9 does not answer: .*; trying again/g)).toHaveLength(1);
    expect(said).toMatch(/See that `orderbak serve` runs there/);
  });

  test('is told what to type next as it works, with the configuration file that was typed', async () => {
    const config = path.join(world.folder, 'a file.toml');
    await writeFile(
      config,
      `[database]\nurl = "${world.databaseUrl}"\n[orders]\nroot = "${world.root}"\n[shop]\ntimezone = "UTC"\n`,
    );
    expect(await type(['migrate', '--config', config])).toMatchObject({ code: 0 });
    const { said } = await type(['insert', '--no-color', '--config', config]);
    expect(said).toContain(`Next: orderbak unlink-discuss --dry-run --config "${config}"\r\n`);
  });

  test('who has an answer written to a file finds no colours in it, and sees them on the terminal', async () => {
    const shop = await createWorld('sqlite');
    try {
      for (const command of ['migrate', 'insert'])
        expect(await askOrderbak(shop, [command])).toMatchObject({ code: 0 });
      const { env } = placeOf(shop, [], {});
      for (const words of ['jobs', 'jobs show insert', 'insert --dry-run', 'status']) {
        const file = path.join(shop.folder, 'answer.txt');
        const command = `${process.execPath} ${PROGRAM} ${words}`;
        await atTerminal(['sh', '-c', `${command} > ${file}`], '', env);
        const written = await readFile(file, 'utf8');
        expect(written, words).not.toBe('');
        expect(written, words).not.toContain('\x1b');
        expect((await atTerminal(['sh', '-c', command], '', env)).said, words).toContain('\x1b[3');
      }
    } finally {
      await shop.remove();
    }
  });

  test('who presses Ctrl-C in init hears that nothing was written', async () => {
    const config = path.join(world.folder, 'never.toml');
    const { code, said } = await type(['init', '--config', config], '\x03', 'office, both)?');
    expect(code).toBe(130);
    expect(said).toContain('interrupted; nothing was written');
    expect(existsSync(config)).toBe(false);
  });

  test('init asks for the address again when only the token shows that it is the wrong one, and takes a path in quotes', async () => {
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    const { url, token } = await keepServe(world);
    const config = path.join(world.folder, 'office.toml');
    const answers = ['office', `${url}/admin/backup`, token, url, token, `"${world.store}"`, 'n'];
    const { code, said } = await type(
      ['init', '--config', config],
      answers.map((line) => `${line}\n`).join(''),
    );
    expect(said).toContain('Check [pull] url: it ends where /admin/backup begins.');
    expect(code).toBe(0);
    const text = await readFile(config, 'utf8');
    expect(text).toContain(`url = "${url}"\n`);
    expect(text).toContain(`store = "${world.store}"\n`);
  });
});
