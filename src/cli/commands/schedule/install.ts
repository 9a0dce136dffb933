import type { Command } from 'commander';
import { EXIT } from '../../../errors.js';
import { answering } from '../../answering.js';
import { newCommand } from '../../help.js';
import { dryRun } from '../../options.js';
import { openOutput } from '../../output.js';
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
  return command.action(() => {
    const flags = command.optsWithGlobals<InstallFlags>();
    return answering(flags, async () => {
      const [{ loaded, user, scheduler }, { installSchedule, wantedOf }, { agree }] = await Promise.all([
        openTarget(flags),
        import('../../../app/install-schedule.js'),
        import('../../../schedule/scheduler.js'),
      ]);
      const lost = lostVariables(loaded.given);
      const notes =
        lost.length === 0 ? [] : [`the scheduler will not have these variables: ${lost.join(', ')}`];
      if (!flags.dryRun)
        return tell(
          flags,
          'schedule install',
          [...(await installSchedule(loaded, scheduler, user)), ...notes],
          scheduler.showCommand,
        );
      const wanted = await wantedOf(loaded, scheduler, user);
      const names = wanted.map(({ name }) => name).join(', ');
      const same = agree(wanted, await scheduler.installed());
      const would = same ? 'nothing: all is as it should be' : `${scheduler.target}: would write ${names}`;
      return tell(flags, 'schedule install', [would, ...notes], scheduler.showCommand);
    });
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
  return command.action(() => {
    const flags = command.optsWithGlobals<InstallFlags>();
    return answering(flags, async () => {
      const { scheduler } = await openTarget(flags);
      if (!flags.dryRun)
        return tell(flags, 'schedule uninstall', await scheduler.uninstall(), scheduler.showCommand);
      const names = (await scheduler.installed()).map(({ name }) => name);
      const would =
        names.length === 0
          ? 'nothing is installed'
          : `${scheduler.target}: would take out ${names.join(', ')}`;
      return tell(flags, 'schedule uninstall', [would], scheduler.showCommand);
    });
  });
}

function tell(flags: InstallFlags, command: string, done: readonly string[], showCommand: string): void {
  const output = openOutput(flags);
  if (output.json)
    output.answer(
      JSON.stringify({ ok: true, command, dryRun: flags.dryRun ?? false, done, look: showCommand }),
    );
  else if (!output.quiet) output.answer([...done, `See it: ${showCommand}`].join('\n'));
}
