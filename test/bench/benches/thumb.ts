import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { absent, type Bench, type Contestant, OURS, type Size } from '../bench.js';
import { plantLinks } from '../files.js';
import { measure, run } from '../measure.js';
import { photosFor, writePhotos } from '../photos.js';
import { timesBest } from '../requirement.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf, type ShopShape } from '../shop-rows.js';
import { tool } from '../tools.js';

/** Two or three photos of a discussion for each order. */
const ORDERS: Record<Size, number> = { small: 16, full: 160 };
const JOBS = 1;
const VIPS = 'vipsthumbnail';
const DECODE = 'decode alone';
const IS_CHAT = /-chat_\d\.jpg$/;

/** Makes thumbs of photos, and lets the photos go. */
export const thumb: Bench = {
  name: 'thumb',
  async prepare(place, size) {
    const shape: ShopShape = { orders: ORDERS[size], jobs: JOBS, discusses: true };
    const orders = Array.from({ length: shape.orders }, (_, n) => n + 1);
    const chats = orders.flatMap((order) =>
      namesOf(order, shape)
        .filter((name) => IS_CHAT.test(name))
        .map((name) => `${folderOf(order)}/${name}`),
    );
    const corpus = await place.corpus(`photos-${size}`, (folder) =>
      writePhotos(folder, chats, photosFor(size)),
    );
    const shop = await Shop.create(place, shape);
    await run(shop.orderbak('insert', '--quiet'));
    await shop.remember();
    const photos = path.join(place.folder, 'photos');
    const thumbs = path.join(place.folder, 'thumbs');

    const peer = (name: string, debianPackage: string, words: string, promises: string): Contestant => {
      const program = name === DECODE ? 'djpeg' : name;
      if (tool(program, debianPackage) === undefined) return absent(name, `${program} is missing`);
      const typed = `find . -name '*.jpg' -print0 | xargs -0 -P2 ${words}`;
      return {
        name,
        command: typed,
        promises,
        before: async () => {
          plantLinks(corpus, place.empty('photos'));
          place.empty('thumbs');
        },
        run: () => measure({ argv: ['sh', '-c', typed], cwd: photos }),
        check: async () => {
          if (name !== DECODE) await checkThumbs([thumbs], chats.length);
        },
      };
    };
    return {
      races: [
        {
          work: `thumb, ${chats.length} photos of ${size === 'full' ? '12-24' : '0.2-0.4'} MP`,
          contestants: [
            {
              name: OURS,
              command: 'orderbak unlink-discuss',
              promises: 'decoded apart, thumb durable, asked again, written down, photo removed, row closed',
              before: async () => {
                plantLinks(corpus, shop.root);
                await shop.recall();
                await shop.ask((database) => database.run('TRUNCATE orderbak_deletion'));
              },
              run: () => measure(shop.orderbak('unlink-discuss', '--quiet')),
              check: async () => {
                const folders = orders.map((order) => path.join(shop.root, folderOf(order)));
                const left = folders.flatMap((folder) =>
                  readdirSync(folder).filter((name) => IS_CHAT.test(name)),
                );
                if (left.length > 0) throw new Error(`${left.length} photos are still there`);
                await checkThumbs(
                  folders.map((folder) => path.join(folder, 'thumb')),
                  chats.length,
                );
                const closed = await shop.count('tbl_bak_order', 'unlink_time IS NOT NULL');
                if (closed !== chats.length) throw new Error(`${closed} rows of ${chats.length} are closed`);
              },
            },
            peer(VIPS, 'libvips-tools', `-n25 vipsthumbnail --size 300x300 -o '${thumbs}/%s.jpg'`, 'thumbs'),
            peer(
              'mogrify',
              'imagemagick',
              `-n25 mogrify -define jpeg:size=600x600 -thumbnail 300x300 -path '${thumbs}'`,
              'thumbs',
            ),
            peer(DECODE, 'libjpeg-turbo-progs', '-n1 djpeg -scale 1/8 -outfile /dev/null', 'nothing'),
          ],
          required: [timesBest(0.85, VIPS, [VIPS]), timesBest(1.35, DECODE, [DECODE])],
        },
      ],
      close: () => shop.close(),
    };
  },
};

const LOOKS = 20;

/** Counts the thumbs in these folders, and decodes some. */
async function checkThumbs(folders: readonly string[], expected: number): Promise<void> {
  const found = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  if (found.length !== expected) throw new Error(`${found.length} thumbs of ${expected}`);
  const step = Math.ceil(found.length / LOOKS);
  for (const file of found.filter((_, n) => n % step === 0)) {
    const { info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    if (Math.max(info.width, info.height) !== 300) throw new Error(`${file} is ${info.width}×${info.height}`);
  }
}
