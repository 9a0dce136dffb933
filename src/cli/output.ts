import { once } from 'node:events';
import { Chalk, type ChalkInstance } from 'chalk';

/** How a command may speak: what it was told by flags, and whether somebody looks on. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** A person watches stderr. */
  readonly watched: boolean;
  readonly paint: ChalkInstance;
  /** The answer. */
  answer(text: string): void;
  /** Everything else. */
  tell(text: string): void;
}

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
  const watched = process.stderr.isTTY === true && !quiet;
  const colours = color && process.stderr.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  return {
    json,
    quiet,
    verbose,
    watched,
    paint: new Chalk({ level: colours ? 1 : 0 }),
    answer: (text) => process.stdout.write(`${text}\n`),
    tell: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Writes a part of a long answer; resolves when whoever reads it is ready for more. */
export async function writeAnswer(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** The colours of an answer that is for looking at: it is standard output that decides about them. */
export function answerPaint({ color = true }: OutputFlags): ChalkInstance {
  const isColoured = color && process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  return new Chalk({ level: isColoured ? 1 : 0 });
}
