import type { Command } from 'commander';
import { everyCommand, pathOf } from './completion/tree.js';

/** The manual page of a program and its commands, in roff (man(7)). */
export function manPage(program: Command, version: string): string {
  const [, ...commands] = everyCommand(program);
  return [
    `.TH ORDERBAK 1 "" "orderbak ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    'orderbak \\- move the files of finished orders off a full web server, and lose none',
    '.SH SYNOPSIS',
    '.B orderbak',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    escaped(program.description()),
    '.SH OPTIONS OF EVERY COMMAND',
    ...optionLines(program),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    'The help of each command names those that it has.',
    '.SH FILES',
    '.TP',
    '.I orderbak.toml',
    'the configuration, in the folder of work, the user\\(cqs or the system\\(cqs configuration folder; see',
    '.B orderbak config show --origin',
    '',
  ].join('\n');
}

function commandLines(command: Command): string[] {
  const usage = `orderbak ${pathOf(command)} ${command.usage()}`.trimEnd();
  return [
    '.SS',
    `.B ${escaped(usage)}`,
    '.PP',
    escaped(command.description()),
    ...argumentLines(command),
    ...optionLines(command),
    ...tailLines(command),
  ];
}

function argumentLines({ registeredArguments }: Command): string[] {
  return registeredArguments.flatMap((argument) => {
    const choices = argument.argChoices === undefined ? '' : `: ${argument.argChoices.join(', ')}`;
    return ['.TP', `.I ${escaped(argument.name())}`, escaped(`${argument.description}${choices}`)];
  });
}

function optionLines({ options }: Command): string[] {
  return options.flatMap(({ flags, description }) => ['.TP', `.B ${escaped(flags)}`, escaped(description)]);
}

/** Examples and exit codes, as the help has them. */
function tailLines(command: Command): string[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  const tail = help.slice(help.indexOf('\nExamples:') + 1).trimEnd();
  return tail === '' ? [] : ['.PP', '.nf', ...tail.split('\n').map(escaped), '.fi'];
}

/** Text that roff takes as it is: hyphens stay hyphens, no line is a request. */
function escaped(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return plain.replace(/^(?=[.'])/gm, '\\&').replace(/[^\n\x20-\x7e]/gu, (char) => `\\[u${hex(char)}]`);
}

function hex(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
