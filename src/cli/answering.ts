import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { errorBlock } from './error-block.js';
import { type OutputFlags, openOutput } from './output.js';

/** Runs a command that is no step: an error becomes one block on stderr, an object on stdout under `--json`, and the exit code. */
export async function answering(flags: OutputFlags, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const output = openOutput(flags);
    const known = error instanceof OrderbakError ? error : null;
    if (output.json)
      output.answer(
        JSON.stringify({ ok: false, error: { code: known?.code ?? 'failed', message: messageOf(error) } }),
      );
    output.tell(errorBlock(error, output));
    process.exitCode = known?.exit ?? EXIT.failed;
  }
}
