import type { Command } from 'commander';
import type { Rendered } from '../../../domain/schedule/item.js';
import { EXIT } from '../../../errors.js';
import type { Scheduler } from '../../../schedule/scheduler.js';
import { setAction } from '../../action.js';
import { newCommand } from '../../help.js';
import { dryRun } from '../../options.js';
import type { Output } from '../../output.js';
import { lostVariables, openTarget, runAsOption, type TargetFlags, targetOption } from './target.js';

interface InstallFlags extends TargetFlags {
  readonly dryRun?: true;
}

const CODES = [EXIT.done, EXIT.failed, EXIT.usage] as const;

/** Puts the schedule into the machine's own scheduler. */
export function installCommand(): Command {
  const command = newCommand({
    name: 'install',
    summary: "put the schedule into the machine's scheduler",
    description: `Writes this machine's entries into its scheduler, with the absolute paths of Node, the program and the configuration file. What is there already is replaced; nothing of anybody else's is touched. Run it again after each change of [schedule], and after Node has moved.`,
    examples: [
      ['orderbak schedule install', "into the user's own scheduler, or as root into the machine's"],
      ['orderbak schedule install --target cron --run-as www-data', "as root: into that user's crontab"],
      ['orderbak schedule install --dry-run', 'say what would be done'],
    ],
    codes: CODES,
  })
    .addOption(targetOption())
    .addOption(runAsOption())
    .addOption(dryRun());
  return setAction<InstallFlags>(command, async (flags, output) => {
    const { loaded, user, scheduler } = await openTarget(flags);
    const { installSchedule, wantedOf } = await import('../../../app/install-schedule.js');
    const { agree } = await import('../../../schedule/scheduler.js');
    const lost = lostVariables(loaded.given);
    const notes =
      lost.length === 0 ? [] : [`the scheduler will not have these variables: ${lost.join(', ')}`];
    const would = async () => {
      const wanted = await wantedOf(loaded, scheduler, user);
      if (agree(wanted, await scheduler.installed())) return 'nothing: all is as it should be';
      return `${scheduler.target}: would write ${namesOf(wanted)}`;
    };
    const done = flags.dryRun ? [await would()] : await installSchedule(loaded, scheduler, user);
    tellDone('install', [...done, ...notes], scheduler, flags, output);
  });
}

/** Takes it out again. */
export function uninstallCommand(): Command {
  const command = newCommand({
    name: 'uninstall',
    summary: "take the schedule out of the machine's scheduler",
    description: `Takes out what \`schedule install\` put in, and nothing else.`,
    examples: [
      ['orderbak schedule uninstall', 'the night does not begin by itself any more'],
      ['orderbak schedule uninstall --dry-run', 'say what would be taken out'],
    ],
    codes: CODES,
  })
    .addOption(targetOption())
    .addOption(runAsOption())
    .addOption(dryRun());
  return setAction<InstallFlags>(command, async (flags, output) => {
    const { scheduler } = await openTarget(flags);
    const would = async () => {
      const installed = await scheduler.installed();
      if (installed.length === 0) return 'nothing is installed';
      return `${scheduler.target}: would take out ${namesOf(installed)}`;
    };
    const done = flags.dryRun ? [await would()] : await scheduler.uninstall();
    tellDone('uninstall', done, scheduler, flags, output);
  });
}

function namesOf(files: readonly Rendered[]): string {
  return files.map(({ name }) => name).join(', ');
}

function tellDone(
  name: 'install' | 'uninstall',
  done: readonly string[],
  { showCommand: look }: Scheduler,
  flags: InstallFlags,
  output: Output,
): void {
  output.done(
    `schedule ${name}`,
    { dryRun: flags.dryRun ?? false, done, look },
    [...done, `See it: ${look}`].join('\n'),
  );
}
