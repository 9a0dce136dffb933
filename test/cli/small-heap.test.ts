import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Keeps pages of a megabyte for a moment, as lists and marks do; prints how large V8's space for what is new became, in MB. */
const PLAYED = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { keepHeapSmall } from '${DIST}cli/small-heap.js';
  import { Readers } from '${DIST}store/readers.js';
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
  };
  keepHeapSmall();
  const alone = play();
  const readers = new Readers();
  await Promise.all([readers.pack('/', [], 1), readers.pack('/', [], 1)]);
  console.log(JSON.stringify([alone, play()]));
  await readers.close();
`;

test('what is new gets 2 MB of a small heap, also once threads have begun', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'orderbak-heap-'));
  try {
    const program = path.join(folder, 'played.mjs');
    writeFileSync(program, PLAYED);
    const said = execFileSync(process.execPath, [program], { encoding: 'utf8' });
    const [alone, withThreads] = JSON.parse(said);
    expect(alone).toBeLessThanOrEqual(4);
    expect(withThreads).toBeLessThanOrEqual(4);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
