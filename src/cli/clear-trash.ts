import { openNotifier } from '../app/notifier.js';
import type { Config } from '../config/schema.js';
import type { Summary } from '../jobs/summary.js';
import type { CommonFlags } from './config.js';
import { exitAfter, watchInterrupts } from './interrupts.js';
import type { Output } from './output.js';
import { noticeText } from './render.js';
import { choicesOf, tellFaults, tellTrouble } from './run-step.js';
import { withServer } from './with-server.js';

/**
 * Deletes for good what has waited in the quarantine for `age` ms and for as long as [trash] keep promises; its exit code
 * becomes the process's. Null where nothing has, and on a machine without orders' folders.
 */
export async function clearTrash(
  config: Config,
  age: number,
  flags: CommonFlags,
  output: Output,
): Promise<Summary | null> {
  if (config.database.url === null || config.orders.root === null) return null;
  const interrupts = watchInterrupts(() => {});
  try {
    const choices = choicesOf(config, flags, output, interrupts.signal);
    const summary = await withServer(config, (app) => app.clearTrash(age, choices));
    if (summary === null) return null;
    process.exitCode = exitAfter(interrupts, summary);
    tellTrouble(summary, output);
    const faults = await openNotifier(config, summary.command, false).step(summary, noticeText(summary));
    tellFaults('jobs clear', faults, output);
    return summary;
  } finally {
    interrupts.dispose();
  }
}
