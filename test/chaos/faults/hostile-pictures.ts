import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hostilePictures } from '../corpora/pictures.js';
import type { Fault, Round } from '../fault.js';
import { seededRandom } from '../random.js';
import { type Hands, type Scene, STEPS, type Step } from '../scene.js';

const PICTURES_A_ROUND = 14;
const PICTURES = hostilePictures(seededRandom('pictures'));

const OLD = new Date(Date.now() - 3 * 86_400_000);
/** The process that asks for thumbs decodes nothing itself: at rest it has half of this. */
const MOST_MEMORY_KB = 200 * 1024;
const LOOK_MS = 20;

/** Files that have no end, for whoever opens them. */
const ENDLESS: Readonly<Record<string, (place: string) => Promise<unknown>>> = {
  'a pipe.jpg': (place) => promisify(execFile)('mkfifo', [place]),
  'a link to zeros.jpg': (place) => symlink('/dev/zero', place),
  // Where nobody may make a device, none has to be feared.
  'zeros.jpg': (place) => promisify(execFile)('mknod', [place, 'c', '1', '5']).catch(() => {}),
};

/** Pictures that lie, end early, never end or unpack into more than there is room for, as chats and as backed-up files. */
export const HOSTILE_PICTURES: readonly Fault[] = [
  {
    name: 'hostile pictures',
    engines: ['sqlite'],
    rounds: { quick: 0, full: Math.ceil(PICTURES.length / PICTURES_A_ROUND) },
    async play(round) {
      const scene = await round.scene();
      const pictures = await picturesOf(round);
      await scene.change((hands) => plant(hands, pictures));
      for (const step of STEPS) {
        if (step === 'pull') await scene.serve();
        await runInLittleMemory(scene, step);
      }
    },
  },
];

/** Made once: a picture with noise in it is never made the same way again, and a twin needs the same. */
async function picturesOf({ number }: Round): Promise<ReadonlyMap<string, Buffer>> {
  const from = ((number - 1) * PICTURES_A_ROUND) % PICTURES.length;
  const made = new Map<string, Buffer>();
  for (const [index, picture] of PICTURES.slice(from, from + PICTURES_A_ROUND).entries())
    made.set(`${index} ${picture.trouble}.${picture.extension}`, await picture.make());
  return made;
}

async function plant(hands: Hands, pictures: ReadonlyMap<string, Buffer>): Promise<void> {
  const names = [...pictures.keys(), ...Object.keys(ENDLESS)];
  for (const [index, kind] of ['attach', 'discusses'].entries()) {
    const { folder } = await hands.world.addOrder({
      user: 'hostile',
      createTime: `2024-03-01 10:00:0${index}`,
      doneTime: '2024-04-01 10:00:00',
      ...(kind === 'attach' ? { jobs: [{ attach: names }] } : { discusses: [names] }),
      missing: 'all',
    });
    const place = path.join(hands.world.root, folder);
    await mkdir(place);
    for (const [name, bytes] of pictures) {
      await writeFile(path.join(place, name), bytes);
      await utimes(path.join(place, name), OLD, OLD);
    }
    for (const [name, make] of Object.entries(ENDLESS)) await make(path.join(place, name));
  }
}

async function runInLittleMemory(scene: Scene, step: Step): Promise<void> {
  const { child, finished } = await scene.start([step]);
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, peakOf(child.pid));
  }, LOOK_MS);
  const { signal } = await finished;
  clearInterval(timer);
  if (signal !== null) scene.found.push(`I7: ${step} did not end by itself`);
  if (most > MOST_MEMORY_KB) scene.found.push(`I8: ${step} grew to ${Math.round(most / 1024)} MiB`);
}

/** The most memory that a process ever had, KiB; 0 when it has gone. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
