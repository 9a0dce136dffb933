import { Argument, type Command, Option } from 'commander';
import { NIGHT, type NightStep } from '../../../domain/night.js';
import { EXIT } from '../../../errors.js';
import { setAction } from '../../action.js';
import { type CommonFlags, loadedConfigOf } from '../../config.js';
import { newCommand, PULL_CODES } from '../../help.js';
import { watchInterrupts } from '../../interrupts.js';

interface RunFlags extends CommonFlags {
  readonly now?: true;
  readonly log?: string;
}

/** The argument that names an entry of the schedule: a step. */
export const entryArgument = () => new Argument('<entry>', 'one of the entries').choices(NIGHT);

/** What the installed lines call. */
export function runEntryCommand(): Command {
  const command = newCommand({
    name: 'run',
    summary: 'run an entry if it is due; what the scheduler calls',
    description: `Runs an entry's step if its last due time has not been begun yet, here or on another machine with the same database; else it does nothing. So it does not matter how often it is called, and a start that comes late is none too late.`,
    examples: [
      ['orderbak schedule run insert', 'what an installed line calls'],
      ['orderbak schedule run insert --now', 'with the timeout and the log of [schedule], due or not'],
    ],
    codes: PULL_CODES,
  })
    .addArgument(entryArgument())
    .addOption(new Option('--now', 'whether it is due or not'))
    .addOption(new Option('--log <file>', 'append what it prints to a file'));
  return setAction<RunFlags>(command, async (flags, output, name: string) => {
    const app = await import('../../../app/schedule.js');
    const { tellOfSkips } = await import('../../../app/skips.js');
    const { entryNamed } = await import('../../../app/entries.js');
    const { tellWoken } = await import('../../woken-text.js');
    const loaded = await loadedConfigOf(flags);
    // Commander has looked that it is one of them.
    const named = entryNamed(loaded.config, name as NightStep);
    const entry = { ...named, log: flags.log ?? named.log };
    const interrupts = watchInterrupts(() => {});
    const { signal } = interrupts;
    try {
      const woken = flags.now
        ? { kind: 'ran' as const, due: Date.now(), end: await app.startNow(loaded, entry, signal) }
        : await app.wake(loaded, entry, signal);
      const exit = tellWoken(entry, woken, output, 'schedule run');
      process.exitCode = woken.kind === 'ended' ? (interrupts.exitCode() ?? exit) : exit;
      for (const fault of await tellOfSkips(loaded.config, entry.name, woken)) output.tell(fault);
    } finally {
      interrupts.dispose();
    }
  });
}

/** What was missed while the machine was off. */
export function catchUpCommand(): Command {
  const command = newCommand({
    name: 'catch-up',
    summary: 'run once what was due and did not run',
    description: `Runs each entry of this machine whose last due time nobody has begun, or whose run died or was ended with the machine: one after the other, in the order in which they were due. Installed to run after each start of the machine.`,
    examples: [['orderbak schedule catch-up', 'after a night without power']],
    codes: PULL_CODES,
  }).addOption(new Option('--log <file>', 'append what entries without a log of their own print to a file'));
  return setAction<CommonFlags & { log?: string }>(command, async (flags, output) => {
    const { catchUp } = await import('../../../app/catch-up.js');
    const { tellOfSkips } = await import('../../../app/skips.js');
    const { tellWoken } = await import('../../woken-text.js');
    const loaded = await loadedConfigOf(flags);
    const interrupts = watchInterrupts(() => {});
    try {
      let worst: number = EXIT.done;
      for await (const { entry, woken } of catchUp(loaded, flags.log ?? null, interrupts.signal)) {
        if (woken === null) continue;
        const exit = tellWoken(entry, woken, output, 'schedule catch-up');
        for (const fault of await tellOfSkips(loaded.config, entry.name, woken)) output.tell(fault);
        if (worst === EXIT.done) worst = exit;
      }
      process.exitCode = interrupts.exitCode() ?? worst;
    } finally {
      interrupts.dispose();
    }
  });
}
