import type { Finished } from '../support/run.js';
import type { Scene, Step } from './scene.js';
import { type Passage, startSqlProxy, type Toll } from './sql-proxy.js';
import { runToEnd } from './to-end.js';

/** About how many statements each step makes in the small shop; of `pull` it is the server that makes them. */
const STATEMENTS: Readonly<Record<Step, number>> = {
  insert: 12,
  'unlink-discuss': 85,
  'unlink-trash': 95,
  pull: 12,
  'unlink-backed-up': 50,
};

/** A toll at which most statements go by, which it answers with null. */
type Trap = (statement: string) => Passage | null | Promise<Passage | null>;

/** Runs a step whose statements pass a toll; for `pull` it is the server's statements that do. */
export async function runByToll(
  scene: Scene,
  step: Step,
  toll: Trap,
  url = scene.world.databaseUrl,
): Promise<Finished> {
  const proxy = await startSqlProxy(url);
  const env = { ORDERBAK_DATABASE_URL: proxy.url };
  try {
    if (step === 'pull') await scene.serve({ env });
    scene.struck = false;
    proxy.toll = async (statement) => {
      const passage = await toll(statement);
      scene.struck ||= passage !== null;
      return passage ?? 'pass';
    };
    const finished = await runToEnd(scene, [step], { env });
    await scene.world.serving?.stop();
    return finished;
  } finally {
    proxy.close();
  }
}

/** The place of one statement among those that a step makes; a number from 0 up to 1 chooses it. */
export function someStatement(step: Step, random: number): number {
  return 1 + Math.floor(random * STATEMENTS[step]);
}

/** A toll at which something happens once, when so many statements of this kind have come. */
export function atStatement(place: number, happens: Toll, kind = /^/): Trap {
  let count = 0;
  return (statement) => {
    if (kind.test(statement)) count += 1;
    else return null;
    return count === place ? happens(statement) : null;
  };
}
