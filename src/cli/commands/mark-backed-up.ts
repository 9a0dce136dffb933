import { type Command, Option } from 'commander';
import { newCommand, STEP_CODES } from '../help.js';
import { dryRun } from '../options.js';
import type { StepFlags } from '../run-step.js';
import { withServer } from '../with-server.js';

/** The second server question of task 4, by hand. */
export function markBackedUpCommand(): Command {
  const command = newCommand({
    name: 'mark-backed-up',
    summary: 'tell the server that files are backed up (server, by hand)',
    description: `With receipts (--from), a row is marked only if size and SHA-256 equal the server's own bytes. With ids alone it is your word that a copy exists: the server's own size and hash are recorded. Marking twice is a success.`,
    examples: [
      ['orderbak mark-backed-up 17 18', 'you know that copies of these exist'],
      ['orderbak mark-backed-up --from receipts.ndjson', 'each is checked against the server'],
    ],
    codes: STEP_CODES,
  })
    .argument('[id...]', 'rows of tbl_bak_order, as `orderbak list` shows them')
    .addOption(
      new Option(
        '--from <file>',
        'receipts as NDJSON, {"id":…,"size":…,"sha256":"…"} a line; - reads standard input',
      ),
    )
    .addOption(dryRun());
  return command.action(async (ids: string[]) => {
    const flags = command.optsWithGlobals<StepFlags & { from?: string }>();
    const { runStep } = await import('../run-step.js');
    await runStep('mark-backed-up', flags, async (config, choices) => {
      const { readClaims } = await import('../claims.js');
      const claims = readClaims(ids, flags.from ?? null);
      return withServer(config, (app) => app.markBackedUp(claims, choices));
    });
  });
}
