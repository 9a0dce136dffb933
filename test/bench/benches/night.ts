import { closeSync, openSync, readdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { PROGRAM } from '../../support/run.js';
import { absent, type Bench, type Contestant, OURS, type Size } from '../bench.js';
import { plantLinks } from '../files.js';
import { measure } from '../measure.js';
import { PREVIEWS, writePhotos } from '../photos.js';
import { timesBest } from '../requirement.js';
import { serveNginx, serveOrderbak } from '../servers.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf, type ShopShape } from '../shop-rows.js';
import { tool } from '../tools.js';

const ORDERS: Record<Size, number> = { small: 20, full: 5000 };
const JOBS = 2;
const OLD = new Date('2024-01-01');
const PEERS = 'the peers, one after another';
const TRASH = 'left.tmp';

/** The five commands of a night, as cron starts them. */
const NIGHT = `"$@" insert -q && "$@" unlink-discuss -q && "$@" unlink-trash -q && "$@" pull -q && "$@" unlink-backed-up -q`;

/** What a shop would type instead, with nothing of a guard: $1 the root, $2 the URL, $3 the store, then the client. */
const TYPED = `set -e; export LC_ALL=C; root=$1; url=$2; store=$3; shift 3; cd "$root"
thumbs() { xargs -0 -P2 -n25 vipsthumbnail --size 300x300 -o ../thumbs/%s.jpg; }
path="CONCAT(UNIX_TIMESTAMP(order_create_time), '@', order_create_by, '/', filename)"
"$@" -e "INSERT IGNORE INTO tbl_bak_order (id_order, order_create_time, order_create_by, id_job, id_rework, id_discuss, filename, file_type)
  SELECT f.id_order, o.create_time, o.create_by, f.id_job, f.id_rework, f.id_discuss, f.filename, f.file_type
  FROM orderbak_order o JOIN orderbak_order_file f ON f.id_order = o.id_order WHERE o.status = 9 AND o.done_time < NOW() - INTERVAL 3 MONTH"
"$@" -N -r -e "SELECT $path FROM tbl_bak_order" | sort >../known
find . -mindepth 2 -maxdepth 2 -name '*-chat_*' -print0 | tee ../chats | thumbs; sync
xargs -0 rm <../chats; "$@" -e 'UPDATE tbl_bak_order SET unlink_time = NOW() WHERE file_type = 5'
find . -mindepth 2 -maxdepth 2 -type f -printf '%P\\n' | sort | comm -23 - ../known >../trash; xargs rm <../trash
find . -mindepth 2 -maxdepth 2 -type f -print0 | tee ../kept | xargs -0 -P2 -n500 sha256sum >../sums
sed "s|^[0-9a-f]*  ./\\(.*\\)|url=\\"$url/\\1\\"\\noutput=\\"$store/\\1\\"|" ../sums >../urls
curl -sS --fail --create-dirs --parallel --parallel-max 16 -K ../urls
(cd "$store" && sha256sum -c --quiet "$root/../sums"); sync
"$@" -e 'UPDATE tbl_bak_order SET bak_date_time = NOW() WHERE file_type < 5'
thumbs <../kept; sync; xargs -0 rm <../kept
"$@" -e 'UPDATE tbl_bak_order SET unlink_time = NOW() WHERE file_type < 5'`;

/** A whole night: recorded, thumbs made, trash found, copied to the office, the server freed. */
export const night: Bench = {
  name: 'night',
  async prepare(place, size) {
    const shape: ShopShape = { orders: ORDERS[size], jobs: JOBS, discusses: true };
    const orders = Array.from({ length: shape.orders }, (_, n) => n + 1);
    const paths = orders.flatMap((order) =>
      namesOf(order, shape).map((name) => `${folderOf(order)}/${name}`),
    );
    const corpus = await place.corpus(`night-${size}`, async (folder) => {
      await writePhotos(folder, paths, PREVIEWS);
      for (const order of orders) {
        const trash = path.join(folder, folderOf(order), TRASH);
        closeSync(openSync(trash, 'wx'));
        utimesSync(trash, OLD, OLD);
      }
    });
    const shop = await Shop.create(place, shape);
    const server = await serveOrderbak(shop);
    const store = path.join(place.folder, 'store');
    const photos = path.join(place.folder, 'photos', 'uploads');
    const copied = paths.filter((file) => !file.includes('-chat_'));

    const forget = async () => {
      await shop.ask((database) => database.run('TRUNCATE tbl_bak_order'));
      await shop.ask((database) => database.run('TRUNCATE orderbak_deletion'));
      place.empty('store');
    };
    const check = async (root: string) => {
      const left = orders.flatMap((order) =>
        readdirSync(path.join(root, folderOf(order))).filter((name) => name !== 'thumb'),
      );
      if (left.length > 0) throw new Error(`${left.length} files are left, such as ${left[0]}`);
      const copies = orders.flatMap((order) => readdirSync(path.join(store, folderOf(order))));
      const found = copies.filter((name) => name.endsWith('.jpg')).length;
      if (found !== copied.length) throw new Error(`${found} copies of ${copied.length}`);
      const closed = await shop.count('tbl_bak_order', 'unlink_time IS NOT NULL');
      if (closed !== paths.length) throw new Error(`${closed} rows of ${paths.length} are closed`);
    };

    const nginx = tool('nginx', 'nginx-light');
    const curl = tool('curl', 'curl');
    const vips = tool('vipsthumbnail', 'libvips-tools');
    place.empty('photos/uploads');
    const http = nginx && (await serveNginx(nginx, place.empty('peers'), photos));
    const peers: Contestant =
      !http || curl === undefined || vips === undefined
        ? absent(PEERS, 'nginx, curl or vipsthumbnail is missing')
        : {
            name: PEERS,
            command:
              'INSERT … SELECT; vipsthumbnail; find, sort, comm; curl, sha256sum -c; vipsthumbnail; sync after each',
            promises: 'compared and durable in the end; nothing asked again, trash gone for good',
            before: async () => {
              await forget();
              for (const name of ['uploads', 'thumbs']) place.empty(`photos/${name}`);
              plantLinks(corpus, photos);
            },
            run: () =>
              measure({
                argv: ['sh', '-c', TYPED, 'sh', photos, http.url, store, ...shop.client],
                services: [http.service, ...shop.services],
              }),
            check: () => check(photos),
          };
    const program = [process.execPath, PROGRAM];
    return {
      races: [
        {
          work: `a whole night, ${paths.length.toLocaleString('en-US')} files of 100 KB`,
          contestants: [
            {
              name: OURS,
              command: 'orderbak insert, unlink-discuss, unlink-trash, pull, unlink-backed-up',
              promises: 'all that orderbak promises',
              before: async () => {
                await forget();
                place.empty('shop/uploads/.orderbak-trash');
                plantLinks(corpus, shop.root);
              },
              run: () =>
                measure({
                  argv: ['sh', '-c', NIGHT, 'sh', ...program],
                  cwd: shop.folder,
                  env: {
                    ...shop.settings,
                    ORDERBAK_PULL_URL: server.url,
                    ORDERBAK_PULL_TOKEN: shop.token,
                    ORDERBAK_PULL_STORE: store,
                    // Each folder has one file that is trash, and is full of it once the others are gone.
                    ORDERBAK_DELETE_MAX: '100%',
                  },
                  services: [server.service, ...shop.services],
                }),
              check: () => check(shop.root),
            },
            peers,
          ],
          required: [timesBest(1, PEERS, [PEERS])],
        },
      ],
      async close() {
        if (http) await http.stop();
        await server.stop();
        await shop.close();
      },
    };
  },
};
