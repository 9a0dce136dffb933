import { Command, CommanderError } from 'commander';
import { EXIT } from '../errors.js';
import { commandsFor } from './commands.js';
import { everyCommand, pathOf } from './completion/tree.js';
import { growHeapSlowly } from './small-heap.js';
import { VERSION } from './version.js';

/** The command line as far as these arguments (without node and script) may mean it; without any, the whole. */
export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('orderbak')
    .description(
      "Moves the files of a shop's finished orders from the full web server to a machine in the office, and loses none.",
    )
    .version(VERSION, '-V, --version', 'print the version')
    .option(
      '--config <file>',
      'the configuration file (else ORDERBAK_CONFIG, ./orderbak.toml, the user’s, the system’s)',
    )
    .option('--json', 'answer with JSON on standard output')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colours')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nFirst steps:\n  $ orderbak demo      see a whole night on a small shop\n  $ orderbak init      set this machine up by a handful of questions\n  $ orderbak doctor    look whether it is ready',
    );
  for (const command of await commandsFor(args)) program.addCommand(command);
  for (const command of everyCommand(program)) {
    command
      .exitOverride()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '✖ orderbak: ')) })
      .showHelpAfterError(`  See \`${`orderbak ${pathOf(command)}`.trimEnd()} --help\`.`);
  }
  return program;
}

/** Words that people try, and what does that here. */
const INSTEAD = new Map([
  [
    'restore',
    '`orderbak quarantine restore` brings trash back; the README says how an original comes back from the office',
  ],
  ['verify', "`sha256sum -c SHA256SUMS` in an order's folder of the store compares its copies"],
]);

/** Ends with a usage error where the help of a command that is none is asked for: the parser would show another's. */
function mustBeCommands(program: Command, args: readonly string[]): void {
  let command = program;
  for (const word of program.parseOptions([...args]).operands) {
    if (command.commands.length === 0) return;
    const part = command.commands.find((one) => one.name() === word);
    command = part ?? command.error(`error: unknown command '${word}'`);
  }
}

/** Takes `-nv` apart: the parser would look for the v, which every command has, among the command's own options. */
function shortApart(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.flatMap((arg, at) =>
    at < end && /^-[hnqv]{2,}$/.test(arg) ? Array.from(arg.slice(1), (letter) => `-${letter}`) : arg,
  );
}

/** Parses the arguments (without node and script) and runs the command; sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  growHeapSlowly();
  // Where nobody reads it any more (a terminal that is closed, a log that is full) the work goes on all the same.
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO' && process.stdout.isTTY) return;
    // A reader that has seen enough (`orderbak list | head`) closes the pipe: nothing is wrong.
    const asItIs = error.code === 'EPIPE' ? EXIT.done : EXIT.failed;
    // How it ended is known already, and people may still have to be told.
    if (process.exitCode === undefined) process.exit(asItIs);
    process.exitCode ||= asItIs;
  });
  // The habit of other tools: `orderbak help pull`.
  const asked = shortApart(args[0] === 'help' ? [...args.slice(1), '--help'] : args);
  try {
    const program = await buildProgram(asked);
    if (asked.includes('--help') || asked.includes('-h')) mustBeCommands(program, asked);
    const instead = INSTEAD.get(args[0] ?? '');
    if (instead !== undefined) program.error(`error: unknown command '${args[0]}': ${instead}`);
    if (asked.length === 0) program.outputHelp();
    else await program.parseAsync(asked, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error.exitCode === 0 || !asked.includes('--json')) return;
    const message =
      error.code === 'commander.help' ? 'no command is named' : error.message.replace(/^error: /, '');
    process.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'usage', message } })}\n`);
  }
}
