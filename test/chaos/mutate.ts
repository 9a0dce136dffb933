import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ENGINES } from '../support/database.js';
import type { Fault } from './fault.js';
import type { Mutant, Patch } from './mutants.js';
import type { Playground } from './play.js';

const HOME = path.resolve(import.meta.dirname, '../..');
const PARTS = ['src', 'sql', 'bin', 'package.json', 'tsconfig.json'];
/** A fault that has not noticed a mutant in so many rounds does not notice it. */
const MOST_ROUNDS = 14;

/** A text with the patch in it. Throws where the place is not there, or not there alone. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const places = text.split(find).length - 1;
  if (places !== 1)
    throw new Error(`a mutant's patch fits in ${places} places of src/${file}, not in one: ${find}`);
  return text.replace(find, () => replace);
}

/** Builds the broken product in a folder of its own; answers that folder. */
async function build(mutant: Mutant): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'orderbak-mutant-')));
  for (const part of PARTS) await cp(path.join(HOME, part), path.join(folder, part), { recursive: true });
  await symlink(await realpath(path.join(HOME, 'node_modules')), path.join(folder, 'node_modules'));
  for (const patch of mutant.patches) {
    const file = path.join(folder, 'src', patch.file);
    await writeFile(file, patched(await readFile(file, 'utf8'), patch));
  }
  const tsc = path.join(folder, 'node_modules/.bin/tsc');
  // A patch need not please the compiler's checks.
  await promisify(execFile)(tsc, ['-p', folder, '--noCheck']);
  await promisify(execFile)('npm', ['run', '-s', 'join'], { cwd: folder });
  return folder;
}

/** How a mutant was noticed. */
export interface Caught {
  readonly fault: string;
  readonly rounds: number;
  readonly violation: string;
}

/** Plays the faults that must notice a mutant until one does; null when it survives them all. */
export async function hunt(
  mutant: Mutant,
  faults: readonly Fault[],
  playground: Playground,
  seed: number,
): Promise<Caught | null> {
  const folder = await build(mutant);
  try {
    const program = path.join(folder, 'bin/orderbak.js');
    let rounds = 0;
    for (const name of mutant.caughtBy) {
      const fault = faults.find((each) => each.name === name);
      if (fault === undefined) throw new Error(`there is no fault "${name}" to catch "${mutant.name}"`);
      for (let number = 1; number <= MOST_ROUNDS; number++) {
        rounds += 1;
        const [engine = 'sqlite'] = ENGINES.filter((each) => fault.engines.includes(each));
        const { violations } = await playground.play(fault, { engine, number, seed, program });
        const [violation] = violations;
        if (violation !== undefined) return { fault: name, rounds, violation };
      }
    }
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
