import { PROGRAM } from '../../support/run.js';
import { type Bench, OURS } from '../bench.js';
import type { Cost } from '../figures.js';
import { median } from '../figures.js';
import { measure } from '../measure.js';
import { timesBest } from '../requirement.js';

const STARTS = 15;
const EMPTY = 'node -e 0';

/** How long one waits for the shortest command there is. */
export const startUp: Bench = {
  name: 'start-up',
  prepare: async () => ({
    races: [
      {
        work: 'start-up',
        contestants: [
          {
            name: OURS,
            command: 'orderbak --version',
            promises: 'says its version',
            run: () => usual([process.execPath, PROGRAM, '--version']),
            check: async () => {},
          },
          {
            name: EMPTY,
            command: EMPTY,
            promises: 'nothing',
            run: () => usual([process.execPath, '-e', '0']),
            check: async () => {},
          },
        ],
        required: [timesBest(1.5, EMPTY, [EMPTY], 0.05)],
      },
    ],
    close: async () => {},
  }),
};

/** The median of many starts; one alone says little of something so short. */
async function usual(argv: readonly string[]): Promise<Cost> {
  const costs: Cost[] = [];
  for (let i = 0; i < STARTS; i++) costs.push(await measure({ argv }));
  return {
    wall: median(costs.map(({ wall }) => wall)),
    cpu: median(costs.map(({ cpu }) => cpu)),
    memory: Math.max(...costs.map(({ memory }) => memory)),
  };
}
