import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJobs } from '../../../src/app/jobs.js';
import { loadConfig } from '../../../src/config/load.js';
import { PROGRAM } from '../../support/run.js';
import { type Bench, OURS, type Size } from '../bench.js';
import type { Cost } from '../figures.js';
import { filesOf, writeFiles } from '../files.js';
import { atEndOf, type LinkKind } from '../link.js';
import { run } from '../measure.js';
import { within } from '../requirement.js';
import { serveOrderbak } from '../servers.js';
import { usageOf } from '../service.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf } from '../shop-rows.js';

const MIB = 1024 * 1024;
const BYTES: Record<Size, number> = { small: 64 * MIB, full: 512 * MIB };
const SHAPE = { orders: 1, jobs: 1 };
/** Bytes come all the time, and for long enough to be asked to stop. */
const LINE: LinkKind = { delay: 1, rate: 100e6 };
/** For so long nothing more may come, ms. */
const QUIET = 300;

/** How long after somebody asks for it the last byte of a large download is written. */
export const pause: Bench = {
  name: 'pause',
  async prepare(place, size) {
    const [name = ''] = namesOf(1, SHAPE);
    const corpus = await place.corpus(`pause-${size}`, (folder) =>
      writeFiles(folder, [`${folderOf(1)}/${name}`], () => BYTES[size]),
    );
    const shop = await Shop.create(place, SHAPE, filesOf(corpus));
    await run(shop.orderbak('insert', '--quiet'));
    await shop.ask((database) => database.run('DELETE FROM tbl_bak_order WHERE filename <> ?', [name]));
    const server = await atEndOf(await serveOrderbak(shop), LINE);
    const store = path.join(place.folder, 'store');
    const env = {
      ORDERBAK_CONFIG: '/dev/null',
      ORDERBAK_PULL_URL: server.url,
      ORDERBAK_PULL_TOKEN: shop.token,
      ORDERBAK_PULL_STORE: store,
    };
    return {
      races: [
        {
          work: `a download of ${BYTES[size] / MIB} MiB is held`,
          contestants: [
            {
              name: OURS,
              command: 'orderbak jobs pause pull, from the wish to the last byte',
              promises: 'keeps what has come, and its lease',
              before: async () => {
                place.empty('store');
              },
              run: () => holdOne(env, store),
              check: async () => {},
            },
          ],
          required: [within(0.2)],
        },
      ],
      async close() {
        await server.stop();
        await shop.close();
        place.empty('store');
      },
    };
  },
};

/** Begins a pull, holds it in its middle, and cancels it; answers the time that it went on for. */
async function holdOne(env: Readonly<Record<string, string>>, store: string): Promise<Cost> {
  const child = spawn(process.execPath, [PROGRAM, 'pull', '--quiet'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error('the pull does not start');
  while (halfOf(store) < 2 * MIB) {
    if (child.exitCode !== null) throw new Error('the pull ended before it was held');
    await sleep(5);
  }
  const jobs = await openJobs(loadConfig(null, env), 'pull');
  try {
    const pull = await jobs.find('pull');
    const asked = performance.now();
    const steering = jobs.steer(pull, null, 'pause');
    const wall = await lastGrowth(store, steering, asked);
    const { run: held } = await steering;
    if (held.status !== 'paused') throw new Error(`the run is ${held.status}`);
    const { cpu, memory } = usageOf({ pid, countsMemory: true });
    await jobs.steer(held, null, 'cancel');
    await ended;
    if (halfOf(store) > 0) throw new Error('half a file is left');
    return { wall, cpu, memory };
  } finally {
    await jobs.close();
  }
}

/** When the half file grew for the last time, in seconds after `asked`, once it has been quiet for a while. */
async function lastGrowth(store: string, until: Promise<unknown>, asked: number): Promise<number> {
  let heard = false;
  void until.then(() => {
    heard = true;
  });
  let size = halfOf(store);
  let grown = asked;
  while (!heard || performance.now() - grown < QUIET) {
    await sleep(2);
    const now = halfOf(store);
    if (now !== size) grown = performance.now();
    size = now;
  }
  return (grown - asked) / 1000;
}

function halfOf(store: string): number {
  const folder = path.join(store, '.orderbak/part');
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
