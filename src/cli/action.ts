import { type Command, CommanderError } from 'commander';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { errorBlock } from './error-block.js';
import { type Output, type OutputFlags, openOutput } from './output.js';

/**
 * Gives a command that is no step its work, which is handed the flags and the words that were typed. What it throws becomes one
 * block on stderr, an object on stdout under `--json`, and the exit code.
 */
export function setAction<Flags extends OutputFlags>(
  command: Command,
  work: (flags: Flags, output: Output, ...words: string[]) => Promise<void>,
): Command {
  return command.action(async () => {
    const flags = command.optsWithGlobals<Flags>();
    const output = openOutput(flags);
    try {
      await work(flags, output, ...command.args);
    } catch (error) {
      // The parser's own errors are answered by `main`.
      if (error instanceof CommanderError) throw error;
      const known = error instanceof OrderbakError ? error : null;
      if (output.json)
        output.answer(
          JSON.stringify({ ok: false, error: { code: known?.code ?? 'failed', message: messageOf(error) } }),
        );
      output.tell(errorBlock(error, output));
      process.exitCode = known?.exit ?? EXIT.failed;
    }
  });
}
