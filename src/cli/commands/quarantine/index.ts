import type { Command } from 'commander';
import { newCommand, STEP_CODES } from '../../help.js';
import { listQuarantine } from './list.js';
import { purgeQuarantine } from './purge.js';
import { restoreQuarantine } from './restore.js';

/** What waits in the quarantine: look at it, bring it back, or delete it for good. */
export function quarantineCommand(): Command {
  const command = newCommand({
    name: 'quarantine',
    summary: 'look at trash that waits, bring it back, or delete it for good (server)',
    description: `What unlink-trash takes from the orders' folders waits in .orderbak-trash below the root, for as long as [trash] keep says. Nothing but what orderbak put there is listed, restored or purged.`,
    examples: [
      ['orderbak quarantine list', 'what waits, since when, and until when'],
      ['orderbak quarantine restore 17', 'bring one file back to where it lay'],
      ['orderbak quarantine purge --dry-run', 'what has waited long enough'],
    ],
    codes: STEP_CODES,
  })
    .helpCommand(false)
    .addCommand(listQuarantine())
    .addCommand(restoreQuarantine())
    .addCommand(purgeQuarantine());
  return command;
}
