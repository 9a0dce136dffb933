import type { Config } from '../config/schema.js';
import { SKIPS_TO_TELL, skipsText } from '../domain/schedule/skips.js';
import type { Woken } from '../schedule/run-entry.js';
import { alarm } from './alarms.js';

/**
 * Tells by webhook and mail of an entry that was due too many times in a row while its step was at work, and once when it has
 * run again. Answers what did not get through.
 */
export async function tellOfSkips(
  config: Pick<Config, 'notify'>,
  name: string,
  woken: Woken,
): Promise<string[]> {
  const inARow = woken.kind === 'skipped' ? woken.inARow : 0;
  if (woken.kind !== 'ran' && inARow < SKIPS_TO_TELL) return [];
  const stopped = inARow > 0 ? { code: 'skipped', isAway: false } : null;
  return alarm(config, {
    ended: { step: `schedule run ${name}`, stopped, failed: [], held: 0 },
    summary: { ok: inARow === 0, command: 'schedule run', entry: name, outcome: woken.kind, inARow },
    text: inARow > 0 ? skipsText(name, inARow) : `${name}: it has run`,
  });
}
