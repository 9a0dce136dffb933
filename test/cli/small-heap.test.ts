import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { askOrderbak } from '../support/kept-orderbak.js';
import { PROGRAM, runOrderbak } from '../support/run.js';
import { createWorld } from '../support/worlds.js';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'orderbak-heap-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Keeps pages of a megabyte for a moment, as lists and marks do; answers how large V8's space for what is new became, in MB. */
const PLAY = `
  const play = () => {
    let most = 0;
    let page = [];
    for (let i = 0; i < 1_000_000; i++) {
      page.push({ i });
      if (page.length > 20_000) page = [];
      if (i % 10_000 > 0) continue;
      const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      most = Math.max(most, space.space_size);
    }
    return most / 1024 / 1024;
  };`;
const MOST_MB = 4;

test('what is new gets 2 MB of a small heap, also once threads have begun', () => {
  const program = path.join(folder, 'played.mjs');
  writeFileSync(
    program,
    `import { getHeapSpaceStatistics } from 'node:v8';
     import { keepHeapSmall } from '${DIST}cli/small-heap.js';
     import { Readers } from '${DIST}store/readers.js';
     ${PLAY}
     keepHeapSmall();
     const alone = play();
     const readers = new Readers();
     await Promise.all([readers.pack('/', [], 1), readers.pack('/', [], 1)]);
     console.log(JSON.stringify([alone, play()]));
     await readers.close();`,
  );
  const [alone, withThreads] = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
  expect(alone).toBeLessThanOrEqual(MOST_MB);
  expect(withThreads).toBeLessThanOrEqual(MOST_MB);
});

/** Has a command tell at its end how large that space becomes: what to start Node with, and what it told. */
function listenTo(command: string) {
  const listener = path.join(folder, `${command}.cjs`);
  const told = path.join(folder, `${command}.txt`);
  writeFileSync(
    listener,
    `const { getHeapSpaceStatistics } = require('node:v8');
     ${PLAY}
     process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(told)}, String(play())));`,
  );
  return { listener, told: () => Number(readFileSync(told, 'utf8')) };
}

test.each(['serve', 'pull', 'run', 'unlink-discuss', 'unlink-backed-up'])(
  '%s keeps what is new small from its start',
  (command) => {
    const { listener, told } = listenTo(command);
    // It has no configuration: what it does before it looks for one is what is asked.
    const env = { PATH: process.env.PATH, HOME: folder };
    spawnSync(process.execPath, ['--require', listener, PROGRAM, command], { env, cwd: folder });
    expect(told()).toBeLessThanOrEqual(MOST_MB);
  },
);

test.each(['resume', 'retry'])('jobs %s keeps it as small as the command of the step does', async (verb) => {
  const world = await createWorld('sqlite');
  try {
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    await world.ask(async (database) => {
      await database.run(
        `INSERT INTO orderbak_run (step, status, dry_run, origin, host, pid, version, started_ms)
         VALUES ('unlink-discuss', 'failed', 0, 'cron', 'x', 1, '1', 1)`,
      );
      await database.run(
        `INSERT INTO orderbak_run_failure (run_id, item_id, path, code, message, step)
         VALUES (1, 1, 'x/y.jpg', 'broken', 'broken', 'unlink-discuss')`,
      );
    });
    const { listener, told } = listenTo(verb);
    const env = { NODE_OPTIONS: `--require ${listener}` };
    expect(await runOrderbak(world, ['jobs', verb, '1'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(told()).toBeLessThanOrEqual(MOST_MB);
  } finally {
    await world.remove();
  }
});
