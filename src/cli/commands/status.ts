import type { Command } from 'commander';
import { printable } from '../../domain/file-name.js';
import { EXIT } from '../../errors.js';
import { setAction } from '../action.js';
import { type CommonFlags, configOf } from '../config.js';
import { newCommand, QUESTION_CODES } from '../help.js';
import type { Output } from '../output.js';
import { terminalColumns } from '../width.js';

/** How a machine stands, on one screen. */
export function statusCommand(): Command {
  const command = newCommand({
    name: 'status',
    summary: 'tell on one screen how this machine stands (either machine)',
    description: `On the server: what is recorded, backed up, unlinked, missing and held back, since when the oldest file waits, the last run of each step, and the disk. In the office: what the store holds, what is not marked, the last contact, the last pull, and the disk. Exit 0 when all is well, 1 when a person should look, so that monitoring can call it.`,
    examples: [
      ['orderbak status', 'is all well?'],
      ['orderbak status --quiet', 'only what a person should look at'],
      ['orderbak status --json', 'for monitoring'],
    ],
    codes: QUESTION_CODES,
  });
  return setAction(command, tellStatus);
}

async function tellStatus(flags: CommonFlags, output: Output): Promise<void> {
  const { machineZone } = await import('../../app/entries.js');
  const { readStatus } = await import('../../app/status.js');
  const { localMinute } = await import('../../domain/local-time.js');
  const { statusObject } = await import('../status-object.js');
  const { statusText } = await import('../status-text.js');
  const config = await configOf(flags);
  const status = await readStatus(config);
  const told = statusObject(status);
  const zone = config.shop.timezone ?? machineZone();
  const localTime = (ms: number) => localMinute(ms, zone);
  const wall = { now: Date.now(), localTime, zone, columns: terminalColumns(process.stdout) };
  if (output.json) output.answer(JSON.stringify(told));
  else if (!output.quiet) output.answer(statusText(status, wall, output.answerPaint));
  else if (!told.ok) output.answer(told.needs.map(({ message }) => printable(message)).join('\n'));
  if (!told.ok) process.exitCode = EXIT.failed;
}
