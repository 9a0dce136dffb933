import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import { diskNames, listedNames } from '../corpora/names.js';
import type { Fault } from '../fault.js';
import { type Hands, STEPS } from '../scene.js';
import { runToEnd } from '../to-end.js';

type Name = string | Buffer;

/** Old enough for trash. */
const OLD = new Date(Date.now() - 3 * 86_400_000);
const NAMES_A_ROUND = 30;
/** What every order here has besides, so that its folder is known for its own. */
const KNOWN = 'known.txt';
/** A file where the thumbs belong holds back all of its folder. */
const THUMBS = 'thumb';

/** Names that would leave their folder, be taken for another, or speak to whoever reads them. */
export const HOSTILE_NAMES: readonly Fault[] = [
  ofNames('hostile names on the disk', onDisk(), async (hands, names) => {
    const folder = await addOrder(hands, 0, []);
    await plant(
      hands,
      folder,
      names.filter((name) => name.toString() !== THUMBS),
    );
    if (names.some((name) => name.toString() === THUMBS))
      await plant(hands, await addOrder(hands, 1, []), [THUMBS, 'trash.txt']);
  }),

  ofNames('hostile names in the lists', inLists(), async (hands, names) => {
    // Each in an order of its own: one that holds its order back must not hide the next.
    for (const [index, name] of names.entries()) {
      await plant(hands, await addOrder(hands, index, [name.toString()]), ['trash.txt']);
    }
  }),

  ofNames('hostile names on the disk and in the lists', onDisk(), async (hands, names) => {
    const texts = names.map((name) => name.toString()).filter((name) => name !== THUMBS);
    const folder = await addOrder(hands, 0, texts);
    await plant(hands, folder, texts);
  }),
];

function onDisk(): Name[] {
  return diskNames().map(({ bytes }) => bytes);
}

/** With ways to files of nobody's that lie beside the root, and beside what holds it. */
function inLists(): Name[] {
  const names = [...listedNames('order-old/photo.jpg', 2), ...listedNames('canary.txt', 3)];
  return [...new Set(names.map(({ text }) => text))];
}

/** Each round has the names that come after those of the one before. */
function ofNames(
  name: string,
  names: readonly Name[],
  deed: (hands: Hands, names: readonly Name[]) => Promise<void>,
): Fault {
  return {
    name,
    engines: ENGINES,
    rounds: { quick: 0, full: Math.ceil(names.length / NAMES_A_ROUND) },
    async play(round) {
      const scene = await round.scene();
      const from = ((round.number - 1) * NAMES_A_ROUND) % names.length;
      await scene.change((hands) => deed(hands, names.slice(from, from + NAMES_A_ROUND)));
      for (const step of STEPS) {
        if (step === 'pull') await scene.serve();
        await runToEnd(scene, [step]);
      }
    },
  };
}

/** An order that is long over, with names in its lists; answers its folder. In a twin it is the very same. */
async function addOrder(hands: Hands, index: number, names: readonly string[]): Promise<string> {
  const order = await hands.world.addOrder({
    user: 'hostile',
    createTime: `2024-03-01 10:${String(index).padStart(2, '0')}:00`,
    doneTime: '2024-04-01 10:00:00',
    jobs: [{ image: KNOWN, attach: index % 2 === 0 ? names : [] }],
    discusses: index % 2 === 0 ? [] : [names],
    missing: 'all',
  });
  await plant(hands, order.folder, [KNOWN]);
  return order.folder;
}

async function plant({ world }: Hands, folder: string, names: readonly Name[]): Promise<void> {
  const place = path.join(world.root, folder);
  await mkdir(place, { recursive: true });
  for (const name of names) {
    const file = Buffer.concat([Buffer.from(`${place}/`), Buffer.from(name)]);
    await writeFile(file, Buffer.concat([Buffer.from('a file called '), Buffer.from(name)]));
    await utimes(file, OLD, OLD);
  }
}
