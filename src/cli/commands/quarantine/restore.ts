import type { Command } from 'commander';
import { newCommand, STEP_CODES } from '../../help.js';
import { dryRun, ofRun } from '../../options.js';
import type { StepFlags } from '../../run-step.js';
import { usage } from '../../usage.js';
import { withServer } from '../../with-server.js';

/** Brings files back. */
export function restoreQuarantine(): Command {
  const command = newCommand({
    name: 'restore',
    summary: 'bring files back to where they lay',
    description: `Moves files, and their thumbs, back into their orders' folders. Nothing is replaced: where a file of that name is there again, the one in the quarantine stays (exit 3, as wherever not all came back). A restored file is not taken for trash again.`,
    examples: [
      ['orderbak quarantine restore 17 18', 'two files by their ids'],
      ['orderbak quarantine restore 1693526400@lan/plan.pdf', 'one by where it lay'],
      ['orderbak quarantine restore --run 12', 'a whole night was wrong'],
    ],
    codes: STEP_CODES,
  })
    .argument(
      '[what...]',
      'ids as `orderbak quarantine list` shows them, or paths (<order folder>/<filename>)',
    )
    .addOption(ofRun('everything that this run of unlink-trash took'))
    .addOption(dryRun());
  return command.action(async (what: string[]) => {
    const flags = command.optsWithGlobals<StepFlags & { run?: number }>();
    const { runStep } = await import('../../run-step.js');
    await runStep('restore-trash', flags, async (config, choices) => {
      if (what.length > 0 === (flags.run !== undefined))
        throw usage('quarantine restore', 'name either ids or paths, or --run N');
      return withServer(config, async (app) => {
        const isId = (word: string) => /^\d+$/.test(word);
        const ids = what.filter(isId).map(Number);
        const typed = what.filter((word) => !isId(word));
        const paths = await Promise.all(typed.map((path) => app.placeOf(path, process.cwd())));
        return app.restoreTrash({ ids, paths, run: flags.run ?? null }, choices);
      });
    });
  });
}
