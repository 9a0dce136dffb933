import path from 'node:path';
import { PROGRAM } from '../../support/run.js';
import { type Bench, type Contestant, OURS, type Prepared, type Size } from '../bench.js';
import { checkCopy, filesOf, readSums, scattered, sumsOf, writeFiles } from '../files.js';
import { type CopyPeers, copyPeers } from '../http-peers.js';
import { atEndOf, type LinkKind } from '../link.js';
import { measure, run } from '../measure.js';
import type { Place } from '../place.js';
import { ofLine, type Requirement, timesBest } from '../requirement.js';
import { type Address, serveOrderbak } from '../servers.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf, type ShopShape } from '../shop-rows.js';

const HASH_ALONE = 'SHA-256 alone';

/** A corpus and what orderbak must reach with it. */
interface Load {
  readonly name: string;
  readonly work: Record<Size, string>;
  readonly shape: Record<Size, ShopShape>;
  /** How many files there are; more than these the shop's tables may name. */
  readonly files: Record<Size, number>;
  sizeOf(n: number, size: Size): number;
  required(peers: CopyPeers, bytes: number): Requirement[];
  /** What lies between the two machines; left out = nothing. */
  readonly line?: LinkKind;
  /** What is run besides the peers, to know what is possible. */
  readonly alone?: (corpus: string) => Contestant;
}

const KB = 1000;
const MIB = 1024 * 1024;

const SMALL_FILES: Load = {
  name: 'small-files',
  work: { small: 'pull, 400 files of 20-300 KB', full: 'pull, 20,000 files of 20-300 KB' },
  shape: { small: { orders: 20, jobs: 4 }, full: { orders: 1000, jobs: 4 } },
  files: { small: 400, full: 20_000 },
  // Most are small, as previews and logos are among photos: 2 GB of 20,000.
  sizeOf: (n) => Math.round((20 + 280 * scattered(n) ** 2.5) * KB),
  required: ({ bare, same }) => [
    timesBest(0.8, 'the best peer bare', bare),
    timesBest(0.65, 'the best peer + sha256sum -c + sync', same),
  ],
};

const LARGE_FILES: Load = {
  name: 'large-files',
  work: { small: 'pull, 8 files of 4 MiB', full: 'pull, 8 files of 256 MiB' },
  shape: { small: { orders: 2, jobs: 1 }, full: { orders: 2, jobs: 1 } },
  files: { small: 8, full: 8 },
  sizeOf: (_, size) => (size === 'full' ? 256 : 4) * MIB,
  required: ({ same }) => [
    timesBest(0.8, 'the best peer + sha256sum -c + sync', same),
    timesBest(1.2, HASH_ALONE, [HASH_ALONE]),
  ],
  alone: hashAlone,
};

/** 200 Mbit/s, and 20 ms there and back. */
const LINE: LinkKind = { delay: 10, rate: 25e6 };
/** wget and aria2c would need minutes. */
const FAR_PEERS = ['curl', 'rclone', 'rsync'];
const BY_LINE = 'over 20 ms and 200 Mbit/s';

const SMALL_FAR: Load = {
  ...SMALL_FILES,
  work: {
    small: `pull, 400 files of 20-300 KB ${BY_LINE}`,
    full: `pull, 20,000 files of 20-300 KB ${BY_LINE}`,
  },
  required: (_, bytes) => [ofLine(0.95, bytes, LINE.rate)],
  line: LINE,
};

const LARGE_FAR: Load = {
  name: 'large-files-far',
  work: { small: `pull, 2 files of 4 MiB ${BY_LINE}`, full: `pull, 2 files of 256 MiB ${BY_LINE}` },
  shape: { small: { orders: 1, jobs: 1 }, full: { orders: 1, jobs: 1 } },
  files: { small: 2, full: 2 },
  sizeOf: LARGE_FILES.sizeOf,
  required: (_, bytes) => [ofLine(0.95, bytes, LINE.rate)],
  line: LINE,
};

/** Many small files, and some very large ones, copied on one machine from one program to another, and over a long line. */
export const pulls: readonly Bench[] = [
  { name: 'pull-small', prepare: (place, size) => prepare(SMALL_FILES, place, size) },
  { name: 'pull-large', prepare: (place, size) => prepare(LARGE_FILES, place, size) },
  { name: 'pull-small-far', prepare: (place, size) => prepare(SMALL_FAR, place, size) },
  { name: 'pull-large-far', prepare: (place, size) => prepare(LARGE_FAR, place, size) },
];

async function prepare(load: Load, place: Place, size: Size): Promise<Prepared> {
  const shape = load.shape[size];
  const count = load.files[size];
  const corpus = await place.corpus(`${load.name}-${size}`, (folder) => {
    const orders = Array.from({ length: shape.orders }, (_, n) => n + 1);
    const paths = orders.flatMap((order) =>
      namesOf(order, shape).map((name) => `${folderOf(order)}/${name}`),
    );
    writeFiles(folder, paths.slice(0, count), (n) => load.sizeOf(n, size));
  });
  const shop = await Shop.create(place, shape, filesOf(corpus));
  await run(shop.orderbak('insert', '--quiet'));
  await forgetOthers(shop, corpus);
  await shop.remember();
  const { line } = load;
  const reach = async (near: Address) => (line === undefined ? near : await atEndOf(near, line));
  const server = await reach(await serveOrderbak(shop));
  const peers = await copyPeers(place, corpus, line === undefined ? { reach } : { reach, only: FAR_PEERS });
  const bytes = Array.from({ length: count }, (_, n) => load.sizeOf(n, size)).reduce((sum, n) => sum + n, 0);
  const store = path.join(place.folder, 'store');
  const ours: Contestant = {
    name: OURS,
    command: 'orderbak pull',
    promises: 'compared at both ends, durable, marked',
    before: async () => {
      place.empty('store');
      await shop.recall();
    },
    run: () =>
      measure({
        argv: [process.execPath, PROGRAM, 'pull', '--quiet'],
        cwd: shop.folder,
        env: { ORDERBAK_PULL_URL: server.url, ORDERBAK_PULL_TOKEN: shop.token, ORDERBAK_PULL_STORE: store },
        services: [server.service, ...shop.services],
      }),
    check: async () => {
      checkCopy(corpus, store);
      const marked = await shop.count(
        'tbl_bak_order',
        'bak_date_time IS NOT NULL AND LENGTH(file_sha256) = 64',
      );
      if (marked !== count) throw new Error(`${marked} rows of ${count} are marked`);
    },
  };
  const alone = load.alone === undefined ? [] : [load.alone(corpus)];
  return {
    races: [
      {
        work: load.work[size],
        contestants: [ours, ...peers.contestants, ...alone],
        required: load.required(peers, bytes),
      },
    ],
    async close() {
      await peers.close();
      await server.stop();
      await shop.close();
      place.empty('store');
      place.empty('copied');
    },
  };
}

/** Takes the rows away whose files the corpus has not. */
async function forgetOthers(shop: Shop, corpus: string): Promise<void> {
  const there = readSums(corpus);
  const others = (await shop.recorded()).filter(({ path: file }) => !there.has(file));
  for (const { id } of others) {
    await shop.ask((database) => database.run('DELETE FROM tbl_bak_order WHERE id = ?', [id]));
  }
}

/** The same bytes hashed twice, once for each end, two files at a time: less is not possible with two processors. */
function hashAlone(corpus: string): Contestant {
  const typed = `xargs -P2 -n1 sha256sum`;
  const argv = ['sh', '-c', `cut -c67- "$1" | ${typed} >/dev/null && cut -c67- "$1" | ${typed} >/dev/null`];
  return {
    name: HASH_ALONE,
    command: `${typed}, twice`,
    promises: 'reads and hashes what is there, for both ends',
    run: () => measure({ argv: [...argv, 'sh', sumsOf(corpus)], cwd: filesOf(corpus) }),
    check: async () => {},
  };
}
