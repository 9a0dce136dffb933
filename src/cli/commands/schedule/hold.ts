import type { Command } from 'commander';
import { EXIT } from '../../../errors.js';
import { setAction } from '../../action.js';
import { type CommonFlags, configOf } from '../../config.js';
import { newCommand } from '../../help.js';

const CODES = [EXIT.done, EXIT.failed, EXIT.usage, EXIT.away] as const;

/** Holding the entries of this machine, and letting them go on. */
export const holdCommands = { pause: () => holdCommand('pause'), continue: () => holdCommand('continue') };

const TEXTS = {
  pause: {
    summary: 'hold all entries of this machine',
    description: `Nothing of this machine's schedule begins until \`schedule continue\`, for an evening of maintenance. What runs goes on, and commands that somebody types run as ever; of several servers the others go on.`,
    example: 'nothing begins tonight',
    done: 'all entries of this machine are held',
    already: 'they were held already',
  },
  continue: {
    summary: 'let the entries of this machine go on',
    description: `Ends \`schedule pause\`. What was due meanwhile is not run by itself: \`schedule catch-up\` does that.`,
    example: 'the night begins again by itself',
    done: 'the entries of this machine go on; `orderbak schedule catch-up` runs what was missed',
    already: 'they were not held',
  },
} as const;

function holdCommand(name: 'pause' | 'continue'): Command {
  const { summary, description, example, done, already } = TEXTS[name];
  const command = newCommand({
    name: name,
    summary: summary,
    description: description,
    examples: [[`orderbak schedule ${name}`, example]],
    codes: CODES,
  });
  return setAction<CommonFlags>(command, async (flags, output) => {
    const { holdEntries } = await import('../../../app/schedule.js');
    const changed = await holdEntries(await configOf(flags), name === 'pause');
    output.done(`schedule ${name}`, { changed }, changed ? done : already);
  });
}
