import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { ENGINES, type Engine } from '../support/database.js';
import { startMariadb } from '../support/mariadb.js';
import { PROGRAM } from '../support/run.js';
import type { Fault } from './fault.js';
import { FAULTS } from './faults/index.js';
import { MUTANTS } from './mutants.js';
import { hunt } from './mutate.js';
import { Playground } from './play.js';
import { Score } from './score.js';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    engine: { type: 'string' },
    rounds: { type: 'string' },
    round: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

const engines = ENGINES.filter((engine) => values.engine === undefined || values.engine === engine);
const seed = Number(values.seed);
const isAsked = (name: string) => values.only.length === 0 || values.only.some((word) => name.includes(word));
const faults = FAULTS.filter((fault) => isAsked(fault.name));

/** The numbers of a fault's rounds; one alone is played again. */
function roundsOf({ rounds }: Fault): number[] {
  if (values.round !== undefined) return [Number(values.round)];
  const count = Number(values.rounds ?? rounds[values.full ? 'full' : 'quick']);
  return Array.from({ length: count }, (_, index) => index + 1);
}

const mariadb = await startMariadb();
const playground = new Playground(mariadb.url, PROGRAM);
const score = new Score(process.stderr.isTTY === true);
/** More than processors: a round waits for disks, and for its own processes. */
const together = pLimit(2 * availableParallelism());
const alone = pLimit(1);

async function playOne(fault: Fault, engine: Engine, number: number): Promise<void> {
  const replay = `--only '${fault.name}' --engine ${engine} --round ${number} --seed ${seed}`;
  try {
    const verdict = await playground.play(fault, { engine, number, seed, program: PROGRAM });
    score.add(fault, verdict, replay);
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    score.add(
      fault,
      { violations: [`the round broke: ${words}`], removals: 0, struck: false, nights: 0 },
      replay,
    );
  }
}

async function playFaults(): Promise<void> {
  for (const fault of faults) {
    const reason = (await fault.unavailable?.()) ?? null;
    if (reason !== null) {
      // This machine lacks what the fault is made with (strace, say): it is not played, and the table says why.
      score.skip(fault, reason);
      continue;
    }
    const turns = fault.engines
      .filter((engine) => engines.includes(engine))
      .flatMap((engine) => roundsOf(fault).map((number) => ({ engine, number })));
    score.expect(fault, turns.length);
    const limit = fault.alone === true ? alone : together;
    await Promise.all(turns.map(({ engine, number }) => limit(() => playOne(fault, engine, number))));
    score.finish(fault);
  }
}

/** Breaks the product on purpose; each time the faults must notice it. */
async function huntMutants(): Promise<void> {
  const hunted = MUTANTS.filter((mutant) => !values.mutants || isAsked(mutant.name));
  await Promise.all(
    hunted.map((mutant) =>
      together(async () => {
        const caught = await hunt(mutant, FAULTS, playground, seed).catch((error: unknown) => String(error));
        score.mutant(mutant.name, caught);
      }),
    ),
  );
}

try {
  if (!values.mutants) await playFaults();
  if (values.mutants || (values.full && values.only.length === 0)) await huntMutants();
} finally {
  await playground.close();
  await mariadb.stop();
}
process.stdout.write(`${[score.table(), score.mutantTable()].filter(Boolean).join('\n')}\n`);
process.exitCode = score.isClean ? 0 : 1;
