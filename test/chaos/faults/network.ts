import { LIST, MARK, type ProxyServer, startProxy, type Weather } from '../../pull/proxy.js';
import { SPOILERS, spoiling } from '../../pull/spoilers.js';
import type { Serve } from '../../support/serve.js';
import type { Fault, Round } from '../fault.js';
import { type Forecast, startLine, type Trouble } from '../line.js';
import { pick } from '../random.js';
import type { Scene } from '../scene.js';
import { runToEnd } from '../to-end.js';

/** Somewhat more than an answer with the shop's largest file. */
const LONGEST_ANSWER = 1_400_000;
/** A question with all marks of the shop. */
const LONGEST_QUESTION = 2500;
/** Whoever stalls for ever must not stall in the headers, for which the office waits for minutes. */
const BEHIND_HEADERS = 1000;

/** Between office and server: bytes are lost, changed and late; answers are somebody else's; marks are lost or repeated. */
export const NETWORK: readonly Fault[] = [
  ofBytes('cut at a byte', 'cut', 20),
  ofBytes('reset at a byte', 'reset', 12),
  ofBytes('a flipped bit', 'flip', 30),
  ofBytes('dripping', 'drip', 5),
  ofBytes('a stall without end', 'stall', 1),
  {
    name: 'network: cut at every k-th byte',
    engines: ['sqlite'],
    rounds: { quick: 0, full: 5 },
    async play(round) {
      const at = Math.floor(LONGEST_ANSWER * round.random() ** 2) + BEHIND_HEADERS;
      await pullByLine(await round.scene(), () => ({ kind: 'cut', way: 'answer', at }));
    },
  },
  ofAnswers('answers 502 with a page', () => spoiling(() => SPOILERS['answers 502'])),
  ofAnswers('some answers are 502', ({ random }) =>
    spoiling(() => (random() < 0.4 ? SPOILERS['answers 502'] : undefined)),
  ),
  ofAnswers('some answers are spoiled', ({ random }) =>
    spoiling(() => (random() < 0.3 ? pick(Object.values(SPOILERS), random()) : undefined)),
  ),
  ofAnswers('a mark is lost', () => once(MARK, async () => 'drop')),
  ofAnswers('the answer to a mark is lost', () =>
    once(MARK, async (_, forward) => {
      await forward();
      return 'drop';
    }),
  ),
  ofAnswers('marks are repeated', () => always(MARK, twice)),
  ofAnswers('lists are repeated', () => always(LIST, twice)),
];

/** Troubles at a byte of some connections, now of the first ones, now of any. */
function ofBytes(name: string, kind: Trouble['kind'], full: number): Fault {
  return {
    name: `network: ${name}`,
    engines: ['sqlite'],
    rounds: { quick: name.startsWith('cut') ? 1 : 0, full },
    async play(round) {
      const scene = await round.scene();
      const share = round.random();
      await pullByLine(scene, (connection) => {
        // The office waits a minute on each line that stalls: one of them is enough.
        if (connection > 1 && (kind === 'stall' || round.random() > share)) return undefined;
        return troubleOf(kind, round);
      });
    },
  };
}

function troubleOf(kind: Trouble['kind'], { random }: Round): Trouble {
  if (kind !== 'stall' && random() < 0.25)
    return { kind, way: 'question', at: Math.floor(random() * LONGEST_QUESTION) };
  const from = kind === 'stall' ? BEHIND_HEADERS : 1;
  // As many troubles among the first hundred bytes as among the last hundred thousand.
  return { kind, way: 'answer', at: Math.floor(from * (LONGEST_ANSWER / from) ** random()) };
}

async function pullByLine(scene: Scene, forecast: Forecast): Promise<void> {
  const serve = await serveAll(scene);
  const line = await startLine(serve.url, forecast);
  try {
    await runToEnd(scene, ['pull'], { env: { ORDERBAK_PULL_URL: line.url } });
    scene.struck = line.troubles > 0;
  } finally {
    line.close();
  }
}

/** Something between office and server that understands what they say. */
function ofAnswers(name: string, weatherOf: (round: Round) => Weather): Fault {
  return {
    name: `network: ${name}`,
    engines: ['sqlite'],
    rounds: { quick: 0, full: 5 },
    async play(round) {
      const scene = await round.scene();
      const serve = await serveAll(scene);
      const proxy: ProxyServer = await startProxy(serve.url, weatherOf(round));
      try {
        await runToEnd(scene, ['pull'], { env: { ORDERBAK_PULL_URL: proxy.url } });
      } finally {
        proxy.close();
      }
    },
  };
}

/** The server, with the large file on its list too. */
async function serveAll(scene: Scene): Promise<Serve> {
  await scene.run(['insert', '--verbose']);
  return await scene.serve();
}

function always(path: string, weather: Weather): Weather {
  return (asked, forward) => (asked.path.startsWith(path) ? weather(asked, forward) : forward());
}

function once(path: string, weather: Weather): Weather {
  let isOver = false;
  return always(path, (asked, forward) => {
    if (isOver) return forward();
    isOver = true;
    return weather(asked, forward);
  });
}

const twice: Weather = async (_, forward) => {
  await forward();
  return await forward();
};
