import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { PROGRAM } from '../support/run.js';

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

test.each(['serve', 'pull', 'run', 'unlink-discuss', 'unlink-backed-up'])(
  '%s keeps what is new small from its start',
  (command) => {
    const listener = path.join(folder, `${command}.cjs`);
    const told = path.join(folder, `${command}.txt`);
    writeFileSync(
      listener,
      `const { getHeapSpaceStatistics } = require('node:v8');
       ${PLAY}
       process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(told)}, String(play())));`,
    );
    // It has no configuration: what it does before it looks for one is what is asked.
    const env = { PATH: process.env.PATH, HOME: folder };
    spawnSync(process.execPath, ['--require', listener, PROGRAM, command], { env, cwd: folder });
    expect(Number(readFileSync(told, 'utf8'))).toBeLessThanOrEqual(MOST_MB);
  },
);
