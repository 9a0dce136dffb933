import type { Command, Option } from 'commander';

/** A word that somebody may type next. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** An option that wants a value. */
export interface ValueOption {
  readonly word: string;
  /** What it may be; null = anything, such as a file. */
  readonly choices: readonly string[] | null;
}

/** What may follow once some commands have been typed. */
export interface Place {
  /** The commands so far, e.g. `schedule run`; empty at the beginning. */
  readonly path: string;
  readonly candidates: readonly Candidate[];
  readonly values: readonly ValueOption[];
}

/** Every place of the command line of a program, from its beginning on. */
export function placesOf(program: Command): Place[] {
  return everyCommand(program).map((command) => {
    const options = [...command.options, ...(command === program ? [] : program.options)].filter(
      ({ hidden }) => !hidden,
    );
    const parts = command.commands.map((part) => ({ word: part.name(), about: part.summary() }));
    const choices = command.registeredArguments.flatMap(({ argChoices, description }) =>
      (argChoices ?? []).map((word) => ({ word, about: description })),
    );
    const flags = options.map((option) => ({ word: wordOf(option), about: option.description }));
    return {
      path: pathOf(command),
      candidates: [
        ...parts,
        ...choices,
        ...flags,
        { word: '--help', about: 'show what it does, with examples' },
      ],
      values: options
        .filter(({ required, optional }) => required || optional)
        .map((option) => ({ word: wordOf(option), choices: option.argChoices ?? null })),
    };
  });
}

/** A program and all its commands, each before its parts. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** The words by which a command is reached, without the program's own name. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

function wordOf({ long, short }: Option): string {
  return long ?? short ?? '';
}
