import { Argument, type Command } from 'commander';
import { EXIT } from '../../errors.js';
import { SHELLS, type Shell } from '../completion/shells.js';
import { placesOf } from '../completion/tree.js';
import { newCommand } from '../help.js';
import { manPage } from '../man-page.js';
import type { OutputFlags } from '../output.js';
import { VERSION } from '../version.js';

const CODES = [EXIT.done, EXIT.usage] as const;

/** What makes a shell complete the command line. */
export function completionCommand(): Command {
  const command = newCommand({
    name: 'completion',
    summary: 'print a script that makes a shell complete commands and options',
    description: `Prints the completion for a shell, made of the commands that this version has. Run it again after an update.`,
    examples: [
      ['orderbak completion bash > /etc/bash_completion.d/orderbak', 'for everybody on this machine'],
      ['orderbak completion fish > ~/.config/fish/completions/orderbak.fish', 'for oneself'],
      ['orderbak completion powershell | Out-String | Invoke-Expression', 'as a line of $PROFILE'],
    ],
    codes: CODES,
  }).addArgument(new Argument('<shell>', 'whose completion').choices(Object.keys(SHELLS)));
  return command.action(async (shell: string) => {
    // Commander has looked that it is one of them.
    print(SHELLS[shell as Shell](placesOf(await wholeProgram())), command);
  });
}

/** The manual page. */
export function manCommand(): Command {
  const command = newCommand({
    name: 'man',
    summary: 'print the manual page',
    description: `Prints the manual page, made of the commands that this version has, in roff.`,
    examples: [['orderbak man | man -l -', 'read it']],
    codes: CODES,
  });
  return command.action(async () => print(manPage(await wholeProgram(), VERSION), command));
}

function print(text: string, command: Command): void {
  const { json } = command.optsWithGlobals<OutputFlags>();
  process.stdout.write(json ? `${JSON.stringify({ ok: true, command: command.name(), text })}\n` : text);
}

async function wholeProgram(): Promise<Command> {
  const { buildProgram } = await import('../program.js');
  return buildProgram([]);
}
