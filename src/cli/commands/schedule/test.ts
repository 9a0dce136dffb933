import type { Command } from 'commander';
import type { NightStep } from '../../../domain/night.js';
import { setAction } from '../../action.js';
import { type CommonFlags, loadedConfigOf } from '../../config.js';
import { newCommand, PULL_CODES } from '../../help.js';
import { entryArgument } from './run.js';

/** Runs an entry as the scheduler would. */
export function testCommand(): Command {
  const command = newCommand({
    name: 'test',
    summary: 'run an entry now, exactly as the scheduler would',
    description: `Runs an entry's step now, for real, in the scheduler's environment: the paths that are installed, hardly any variables, no terminal. Shows its output and its exit code, and ends with that. When the entry is due next stays as it was. It runs as whoever calls it, root as root.`,
    examples: [
      ['orderbak schedule test insert', 'finds out what fails only in the night'],
      ['sudo -u www-data orderbak schedule test insert', 'as the user whose schedule it is'],
    ],
    codes: PULL_CODES,
  }).addArgument(entryArgument());
  return setAction<CommonFlags>(command, async (flags, output, name: string) => {
    const { testEntry } = await import('../../../app/test-entry.js');
    // Commander has looked that it is one of them.
    const tested = await testEntry(await loadedConfigOf(flags), name as NightStep);
    const { exit, elapsedMs, stdout, stderr } = tested;
    if (output.json)
      output.answer(JSON.stringify({ ok: exit === 0, command: 'schedule test', entry: name, ...tested }));
    else {
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      output.answer(
        `${name}: exit code ${exit} after ${(elapsedMs / 1000).toFixed(1)} s${stdout + stderr === '' ? ', and no output' : ''}`,
      );
    }
    process.exitCode = exit;
  });
}
