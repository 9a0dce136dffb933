import { type Command, Option } from 'commander';
import { parseDuration } from '../../../domain/duration.js';
import { newCommand, STEP_CODES } from '../../help.js';
import { dryRun, limit, maxDelete, ofRun, reject } from '../../options.js';
import type { StepFlags } from '../../run-step.js';
import { withServer } from '../../with-server.js';

/** Deletes for good what has waited long enough. */
export function purgeQuarantine(): Command {
  const command = newCommand({
    name: 'purge',
    summary: 'delete for good what has waited long enough',
    description: `Deletes files of the quarantine, and their thumbs, for good: those that have waited for longer than [trash] keep, or what the options say. The nightly unlink-trash does so by itself.`,
    examples: [
      ['orderbak quarantine purge --dry-run', 'count what would go'],
      ['orderbak quarantine purge --older-than "2 days"', 'sooner than usual: the disk is full'],
      ['orderbak quarantine purge --all', 'empty it'],
    ],
    codes: STEP_CODES,
  })
    .addOption(
      new Option('--older-than <age>', 'instead of [trash] keep, e.g. "2 days" or "12h"')
        .argParser((text: string) => parseDuration(text) ?? reject('write a time such as "2 days" or "12h"'))
        .conflicts(['run', 'all']),
    )
    .addOption(ofRun('everything that this run of unlink-trash took, however young').conflicts('all'))
    .addOption(new Option('--all', 'everything that waits'))
    .addOption(dryRun())
    .addOption(limit())
    .addOption(maxDelete());
  return command.action(async () => {
    const { olderThan, ...flags } = command.optsWithGlobals<
      Omit<StepFlags, 'olderThan'> & { olderThan?: number; run?: number; all?: true }
    >();
    const { runStep } = await import('../../run-step.js');
    await runStep('purge-trash', flags, (config, choices) =>
      withServer(config, (app) => {
        const age = flags.all || flags.run !== undefined ? 0 : (olderThan ?? app.trashKeep);
        return app.purgeTrash(age, flags.run ?? null, choices);
      }),
    );
  });
}
