import type { Command } from 'commander';
import type { NightStep } from '../../../domain/night.js';
import { answering } from '../../answering.js';
import { newCommand, PULL_CODES } from '../../help.js';
import { openOutput } from '../../output.js';
import type { CommonFlags } from '../../run-step.js';
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
  return command.action((name: string) => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return answering(flags, async () => {
      const [{ testEntry }, { readConfig }] = await Promise.all([
        import('../../../app/test-entry.js'),
        import('../../../config/load.js'),
      ]);
      // Commander has looked that it is one of them.
      const tested = await testEntry(readConfig(flags.config ?? null, process.env), name as NightStep);
      const { exit, elapsedMs, stdout, stderr } = tested;
      const output = openOutput(flags);
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
  });
}
