import { createInterface } from 'node:readline';
import { EXIT, OrderbakError } from '../errors.js';
import { INTERRUPTED } from './interrupts.js';

/** Questions to somebody at a terminal. */
export interface Asking {
  /** Answers what was typed, without the space around it; `otherwise` for an empty line. */
  ask(question: string, otherwise: string | null): Promise<string>;
  close(): void;
}

/**
 * Asks on standard error and reads standard input. Throws with exit 2 where the answers end; Ctrl-C ends the process (130).
 * `soFar` says what has been done by then.
 */
export function openAsking(soFar: () => string): Asking {
  const lines: string[] = [];
  let wake = () => {};
  let over = false;
  // Lines are kept as they come: somebody may type ahead.
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.on('SIGINT', () => {
    reader.close();
    process.stderr.write(`\n✖ orderbak: interrupted; ${soFar()}\n`);
    process.exit(INTERRUPTED);
  });
  reader.on('close', () => {
    over = true;
    wake();
  });
  return {
    async ask(question, otherwise) {
      process.stderr.write(`${question}${otherwise === null ? '' : ` [${otherwise}]`} `);
      while (lines.length === 0) {
        if (over) throw noAnswer(soFar());
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // In quotes is how Windows' Explorer copies a path.
      const line = (lines.shift() ?? '').trim().replace(/^"(.+)"$/, '$1');
      return line === '' && otherwise !== null ? otherwise : line;
    },
    close: () => reader.close(),
  };
}

function noAnswer(soFar: string): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'no-answer',
    `the answers ended before the questions; ${soFar}`,
    'Start again, or give the answers as flags with --yes: see `orderbak init --help`.',
  );
}
