import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Whether commands can be run at a terminal here. */
export const hasTerminal = await promisify(execFile)('script', ['--version']).then(
  () => true,
  () => false,
);

export interface Seen {
  readonly code: number;
  /** What stood on the screen, of both outputs. */
  readonly said: string;
}

/** Runs a command at a terminal of its own, so wide, and types: all at once, or (`when` = what must stand there before) later. */
export function atTerminal(
  argv: readonly string[],
  typed: string,
  env: Readonly<Record<string, string | undefined>>,
  { when = '', columns = 80 }: { when?: string; columns?: number } = {},
): Promise<Seen> {
  const command = argv.map((word) => `'${word}'`).join(' ');
  return new Promise((resolve) => {
    const child = execFile(
      'script',
      ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'],
      { env: { PATH: process.env.PATH, TERM: 'xterm', ...env }, encoding: 'utf8' },
      (error, said) => resolve({ code: error === null ? 0 : Number(error.code), said }),
    );
    let said = '';
    let isTyped = false;
    const type = () => {
      if (!isTyped && said.includes(when)) isTyped = child.stdin?.write(typed) !== undefined;
    };
    child.stdout?.on('data', (text: string) => {
      said += text;
      type();
    });
    type();
  });
}
