import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SIZES } from './bench.js';
import { BENCHES } from './benches/index.js';
import { describeMachine } from './machine.js';
import { Place } from './place.js';
import { play } from './play.js';
import { markdown, plainText, type Result } from './report.js';

const USAGE = `npm run bench [-- NAME…] [--size ${SIZES.join('|')}] [--rounds N] [--keep] [--folder DIR] [--markdown]
Benchmarks: ${BENCHES.map(({ name }) => name).join(', ')}.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: 'full' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
    folder: { type: 'string', default: path.join(tmpdir(), 'orderbak-bench') },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const size = SIZES.find((candidate) => candidate === values.size);
const rounds = Number(values.rounds);
const chosen = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
const wrong = size === undefined || !(rounds >= 1) || unknown.length > 0;

// By way of `exit` the servers that were started end too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

async function playAll(place: Place, playedSize: (typeof SIZES)[number]): Promise<Result[]> {
  const say = (words: string) => process.stderr.write(`${words}\n`);
  const results: Result[] = [];
  for (const bench of chosen) {
    say(`${bench.name}: preparing`);
    const { races, close } = await bench.prepare(place, playedSize);
    try {
      for (const race of races) {
        say(race.work);
        results.push({ race, rows: await play(race, rounds, say) });
      }
    } finally {
      await close();
    }
  }
  return results;
}

if (values.help || wrong || size === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  const place = Place.open(values.folder);
  try {
    const machine = describeMachine(place.folder);
    const results = await playAll(place, size);
    const print = values.markdown ? markdown : plainText;
    process.stdout.write(`${print(results, [...machine, `size ${size}, medians of ${rounds} rounds`])}\n`);
  } finally {
    await place.close(values.keep);
  }
}
