import prettyMs from 'pretty-ms';
import type { ScheduleEntry } from '../domain/schedule/entry.js';
import { SKIPS_TO_TELL, skipsText } from '../domain/schedule/skips.js';
import { EXIT } from '../errors.js';
import type { Woken } from '../schedule/run-entry.js';
import { isoOf } from './iso-of.js';
import type { Output } from './output.js';

/** Tells what came of waking an entry, and answers the exit code. A person or cron hears only what is worth hearing. */
export function tellWoken(entry: ScheduleEntry, woken: Woken, output: Output, command: string): number {
  const exit = exitOf(woken);
  if (output.json) {
    const { kind, ...rest } = woken;
    const times = {
      ...('due' in rest && { due: isoOf(rest.due) }),
      ...('since' in rest && { since: isoOf(rest.since) }),
    };
    const told = {
      ok: exit === EXIT.done,
      command,
      entry: entry.name,
      outcome: kind,
      ...rest,
      ...times,
      exit,
    };
    output.answer(JSON.stringify(told));
    return exit;
  }
  if (woken.kind === 'ran') {
    process.stdout.write(woken.end.stdout);
    process.stderr.write(woken.end.stderr);
    if (woken.end.timedOut)
      output.tell(`✖ ${entry.name}: it took longer than ${prettyMs(entry.timeout)} and was ended`);
    else if (exit !== EXIT.done && woken.end.stderr === '')
      output.tell(`✖ ${entry.name}: exit code ${exit}${seeLog(entry)}`);
  } else if (exit !== EXIT.done || output.verbose || output.watched) output.tell(words(entry, woken));
  return exit;
}

/** A skip is no error until there were too many of them. */
function exitOf(woken: Woken): number {
  if (woken.kind === 'ran') return woken.end.exit;
  return woken.kind === 'skipped' && woken.inARow >= SKIPS_TO_TELL ? EXIT.busy : EXIT.done;
}

function words({ name }: ScheduleEntry, woken: Exclude<Woken, { kind: 'ran' }>): string {
  switch (woken.kind) {
    case 'held':
      return `${name}: all entries of this machine are held since ${new Date(woken.since).toISOString()}`;
    case 'not-due':
      return `${name}: not due`;
    case 'ended':
      return `${name}: ended before it began`;
    case 'taken':
      return `${name}: another machine runs it this time`;
    case 'skipped':
      if (woken.inARow < SKIPS_TO_TELL) return `${name}: skipped, it is still at work`;
      return `✖ ${skipsText(name, woken.inARow)}\n${woken.end.stderr.trimEnd()}`;
  }
}

function seeLog({ log }: ScheduleEntry): string {
  return log === null ? '' : `; see ${log}`;
}
