import { once } from 'node:events';
import { Chalk, type ChalkInstance } from 'chalk';

/** How a command may speak: what it was told by flags, and whether somebody looks on. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** A person watches stderr. */
  readonly watched: boolean;
  /** The colours of what is told on stderr, and of an answer, which may go into a file instead. */
  readonly paint: ChalkInstance;
  readonly answerPaint: ChalkInstance;
  /** The answer. */
  answer(text: string): void;
  /** The answer of a command that did something: an object for a script, else words, which `--quiet` spares. */
  done(command: string, told: object, words: string): void;
  /** Everything else. */
  tell(text: string): void;
}

/** The options about how a command may speak. */
export interface OutputFlags {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/** The output of a command. Colours only for a person, and not where `NO_COLOR` is set (no-color.org). */
export function openOutput({
  json = false,
  quiet = false,
  verbose = false,
  color = true,
}: OutputFlags): Output {
  const answer = (text: string) => {
    process.stdout.write(`${text}\n`);
  };
  return {
    json,
    quiet,
    verbose,
    watched: process.stderr.isTTY === true && !quiet,
    paint: paintOn(process.stderr, color),
    answerPaint: paintOn(process.stdout, color),
    answer,
    done(command, told, words) {
      if (json) answer(JSON.stringify({ ok: true, command, ...told }));
      else if (!quiet) answer(words);
    },
    tell: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Writes a part of a long answer; resolves when whoever reads it is ready for more. */
export async function writeAnswer(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

function paintOn({ isTTY }: NodeJS.WriteStream, color: boolean): ChalkInstance {
  const isColoured = color && isTTY === true && (process.env.NO_COLOR ?? '') === '';
  return new Chalk({ level: isColoured ? 1 : 0 });
}
