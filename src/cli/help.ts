import { Command } from 'commander';
import { EXIT, type ExitCode } from '../errors.js';

/** What the help of a command says of it, besides its arguments and options. */
export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly Example[];
  readonly codes: readonly ExitCode[];
}

type Example = readonly [command: string, meaning: string];

/** A command with its help; arguments, options and the action are added by the caller. */
export function newCommand({ name, summary, description, examples, codes }: CommandHelp): Command {
  return new Command(name)
    .summary(summary)
    .description(description)
    .addHelpText('after', helpTail(examples, codes));
}

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: 'done, also when there was nothing to do',
  [EXIT.failed]: 'failed',
  [EXIT.usage]: 'usage or configuration',
  [EXIT.partial]: 'done, but some files failed',
  [EXIT.refused]: 'refused by the server',
  [EXIT.stopped]: 'stopped by a ceiling or guard, nothing removed',
  [EXIT.busy]: 'already running',
  [EXIT.away]: 'database, network or mount away, try later',
};

/** As wide as the rest of the help is made where nobody says how wide a terminal is. */
const WIDTH = 80;

/** The end of a command's help: examples, each with what it does beside it, or else below, and the exit codes that it has. */
function helpTail(examples: readonly Example[], codes: readonly ExitCode[]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const beside = examples.map(([command, meaning]) => `  $ ${command.padEnd(width)}   ${meaning}`);
  const below = examples.flatMap(([command, meaning]) => [`  $ ${command}`, `      ${meaning}`]);
  const shown = beside.some((line) => line.length > WIDTH) ? below : beside;
  const exits = [...codes]
    .sort((a, b) => a - b)
    .map((code) => `  ${String(code).padStart(3)}   ${MEANINGS[code]}`);
  return [
    '',
    'Examples:',
    ...shown,
    '',
    'Exit codes:',
    ...exits,
    '  129, 130, 143   interrupted, state saved',
  ].join('\n');
}

const { done, failed, usage, partial, refused, stopped, busy, away } = EXIT;

/** The codes of a step. */
export const STEP_CODES = [done, failed, usage, partial, stopped, busy, away] as const;
/** Of a step that asks the server, which may refuse. */
export const PULL_CODES = [done, failed, usage, partial, refused, stopped, busy, away] as const;
/** Of the command that unlocks steps. */
export const UNLOCK_CODES = [done, failed, usage, busy, away] as const;
/** Of a question, which changes nothing. */
export const QUESTION_CODES = [done, failed, usage, stopped, away] as const;
/** Of a command that speaks to runs, and touches no file. */
export const JOBS_CODES = [done, failed, usage, away] as const;
