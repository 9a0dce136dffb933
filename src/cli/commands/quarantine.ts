import { Command, Option } from 'commander';
import { parseDuration } from '../../domain/duration.js';
import { printable } from '../../domain/file-name.js';
import type { QuarantinedFile } from '../../reports/quarantined-files.js';
import { answering } from '../answering.js';
import { helpTail, QUESTION_CODES, STEP_CODES } from '../help.js';
import { type FormatFlags, format, type Listing, printListing, sizeText } from '../listing.js';
import { dryRun, limit, maxDelete, order, reject, wholeNumber } from '../options.js';
import type { CommonFlags, StepFlags } from '../run-step.js';
import { usage } from '../usage.js';

/** What waits in the quarantine: look at it, bring it back, or delete it for good. */
export function quarantineCommand(): Command {
  const command = new Command('quarantine')
    .summary('look at trash that waits, bring it back, or delete it for good (server)')
    .description(
      `What unlink-trash takes from the orders' folders waits in .orderbak-trash below the root, for as long as [trash] keep says. Nothing but what orderbak put there is listed, restored or purged.`,
    )
    .helpCommand(false)
    .addCommand(listQuarantine())
    .addCommand(restoreQuarantine())
    .addCommand(purgeQuarantine())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak quarantine list', 'what waits, since when, and until when'],
          ['orderbak quarantine restore 17', 'bring one file back to where it lay'],
          ['orderbak quarantine purge --dry-run', 'what has waited long enough'],
        ],
        STEP_CODES,
      ),
    );
  return command;
}

const ofRun = (words: string) => new Option('--run <n>', words).argParser(wholeNumber);

function listQuarantine(): Command {
  const command = new Command('list')
    .summary('list what waits in the quarantine')
    .description(
      `Lists the files that wait, in the order of their ids, with their sizes, since when they wait, and when the purge may take them. A file that is not there any more has no size.`,
    )
    .addOption(format())
    .addOption(ofRun('only what this run of unlink-trash took'))
    .addOption(order())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak quarantine list', 'a table, for looking'],
          ['orderbak quarantine list --order 142 --format ndjson', 'one object a line, for scripts'],
        ],
        QUESTION_CODES,
      ),
    );
  return command.action(() => {
    const flags = command.optsWithGlobals<CommonFlags & FormatFlags & { run?: number; order?: number[] }>();
    return answering(flags, async () => {
      const [{ openServerApp }, { loadConfig }] = await Promise.all([
        import('../../app/server.js'),
        import('../../config/load.js'),
      ]);
      const app = await openServerApp(loadConfig(flags.config ?? null, process.env));
      try {
        const files = app.quarantined(flags.run ?? null, flags.order ?? null);
        await printListing(listing(app.trashKeep, app.localTime, app.strangers), files, flags);
      } finally {
        await app.close();
      }
    });
  });
}

function listing(
  keep: number,
  localTime: (ms: number) => string,
  strangers: () => Promise<number>,
): Listing<QuarantinedFile> {
  return {
    command: 'quarantine list',
    columns: [
      ['id', 'right'],
      ['run', 'right'],
      ['size', 'right'],
      ['until', 'left'],
      ['file', 'left'],
    ],
    line: ({ id, run, folder, filename, size, since, restoring }) => {
      const times = { since: new Date(since).toISOString(), until: new Date(since + keep).toISOString() };
      return JSON.stringify({ id, run, folder, filename, size, ...times, restoring: restoring !== null });
    },
    cells: ({ id, run, folder, filename, size, since, restoring }) => [
      String(id),
      String(run),
      sizeText(size),
      restoring === null ? localTime(since + keep).slice(0, 16) : 'half restored; restore it again',
      printable(`${folder}/${filename}`),
    ],
    sizeOf: ({ size }) => size,
    nothing: 'Nothing waits in the quarantine.',
    end: async () => {
      const count = await strangers();
      const files = count === 1 ? '1 file lies' : `${count} files lie`;
      const line = `${files} there that orderbak did not put there; it does not touch them.`;
      return { json: { strangers: count }, line: count === 0 ? null : line };
    },
  };
}

function restoreQuarantine(): Command {
  const command = new Command('restore')
    .summary('bring files back to where they lay')
    .description(
      `Moves files, and their thumbs, back into their orders' folders. Nothing is replaced: where a file of that name is there again, the one in the quarantine stays. A restored file is not taken for trash again.`,
    )
    .argument(
      '[what...]',
      'ids as `orderbak quarantine list` shows them, or paths (<order folder>/<filename>)',
    )
    .addOption(ofRun('everything that this run of unlink-trash took'))
    .addOption(dryRun())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak quarantine restore 17 18', 'two files by their ids'],
          ['orderbak quarantine restore 1693526400@lan/plan.pdf', 'one by where it lay'],
          ['orderbak quarantine restore --run 12', 'a whole night was wrong'],
        ],
        STEP_CODES,
      ),
    );
  return command.action(async (what: string[]) => {
    const flags = command.optsWithGlobals<StepFlags & { run?: number }>();
    const { runStep } = await import('../run-step.js');
    await runStep('restore-trash', flags, async (config, choices) => {
      if (what.length > 0 === (flags.run !== undefined))
        throw usage('quarantine restore', 'name either ids or paths, or --run N');
      const { openServerApp } = await import('../../app/server.js');
      const app = await openServerApp(config);
      try {
        const isId = (word: string) => /^\d+$/.test(word);
        const ids = what.filter(isId).map(Number);
        const typed = what.filter((word) => !isId(word));
        const paths = await Promise.all(typed.map((path) => app.placeOf(path, process.cwd())));
        return await app.restoreTrash({ ids, paths, run: flags.run ?? null }, choices);
      } finally {
        await app.close();
      }
    });
  });
}

function purgeQuarantine(): Command {
  const command = new Command('purge')
    .summary('delete for good what has waited long enough')
    .description(
      `Deletes files of the quarantine, and their thumbs, for good: those that have waited for longer than [trash] keep, or what the options say. The nightly unlink-trash does so by itself.`,
    )
    .addOption(
      new Option('--older-than <age>', 'instead of [trash] keep, e.g. "2 days" or "12h"')
        .argParser((text: string) => parseDuration(text) ?? reject('write a time such as "2 days" or "12h"'))
        .conflicts(['run', 'all']),
    )
    .addOption(ofRun('everything that this run of unlink-trash took, however young').conflicts('all'))
    .addOption(new Option('--all', 'everything that waits'))
    .addOption(dryRun())
    .addOption(limit())
    .addOption(maxDelete())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak quarantine purge --dry-run', 'count what would go'],
          ['orderbak quarantine purge --older-than "2 days"', 'sooner than usual: the disk is full'],
          ['orderbak quarantine purge --all', 'empty it'],
        ],
        STEP_CODES,
      ),
    );
  return command.action(async () => {
    const { olderThan, ...flags } = command.optsWithGlobals<
      Omit<StepFlags, 'olderThan'> & { olderThan?: number; run?: number; all?: true }
    >();
    const { runStep } = await import('../run-step.js');
    await runStep('purge-trash', flags, async (config, choices) => {
      const { openServerApp } = await import('../../app/server.js');
      const app = await openServerApp(config);
      const age = flags.all || flags.run !== undefined ? 0 : (olderThan ?? app.trashKeep);
      return app.purgeTrash(age, flags.run ?? null, choices).finally(() => app.close());
    });
  });
}
