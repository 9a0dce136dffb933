import prettyMs from 'pretty-ms';
import type { EntryView, Installed, ScheduleView } from '../app/schedule-view.js';
import { localMinute, localText } from '../domain/local-time.js';
import { machineText } from '../domain/schedule/entry.js';
import type { Target } from '../schedule/scheduler.js';
import { type Column, inColumns } from './columns.js';
import { isoOf } from './iso-of.js';

/** A machine's schedule as scripts see it. */
export function scheduleJson({ entries, heldSince, ...view }: ScheduleView, target: Target): string {
  return JSON.stringify({
    ok: true,
    command: 'schedule list',
    target,
    ...view,
    heldSince: isoOf(heldSince),
    entries: entries.map(({ entry, next, turn, run }) => ({
      name: entry.name,
      expressions: entry.at.expressions,
      when: entry.at.words,
      next: isoOf(next),
      lastDue: turn && {
        due: isoOf(turn.due),
        host: turn.host,
        begun: isoOf(turn.begun),
        ended: isoOf(turn.ended),
        result: turn.result,
        exit: turn.exit,
      },
      lastRun: run && {
        id: run.id,
        status: run.status,
        started: isoOf(run.started),
        ended: isoOf(run.ended),
        exit: run.exit,
        counts: run.counts,
      },
      withoutOverlapping: entry.withoutOverlapping,
      onOneServer: entry.onOneServer,
      inBackground: entry.inBackground,
      timeoutMs: entry.timeout,
      jitterMs: entry.jitter,
      log: entry.log,
    })),
  });
}

const MENDING: Readonly<Partial<Record<Installed, string>>> = {
  'not installed': '; `orderbak schedule install` does that',
  'differs from the configuration': '; `orderbak schedule install` mends that',
};

/**
 * A machine's schedule as somebody reads it at a moment (ms since 1970), with times on the schedule's clock, in lines of at
 * most so many columns where that can be.
 */
export function scheduleText(view: ScheduleView, target: Target, now: number, most: number): string {
  const { role, zone, heldSince, installed, entries, troubles } = view;
  const lines = [
    `This machine is ${machineText(role)}; times are those of ${zone}.`,
    entries.length === 0
      ? 'Nothing is scheduled.'
      : inColumns(columnsIn(zone, now), entries, most).join('\n'),
    `${target}: ${installed}${MENDING[installed] ?? ''}`,
    ...(heldSince === null
      ? []
      : [`Held since ${localText(heldSince, zone)}; \`orderbak schedule continue\` lets them go on.`]),
    ...troubles.map((trouble) => `Not known: ${trouble}`),
  ];
  return lines.join('\n');
}

function columnsIn(zone: string, now: number): Column<EntryView>[] {
  const minute = (ms: number) => localMinute(ms, zone);
  const column = (title: string, cell: (view: EntryView) => string): Column<EntryView> => {
    return { title, align: 'left', cell };
  };
  return [
    column('entry', ({ entry }) => entry.name),
    column('when', ({ entry: { at } }) => `${at.words} (${at.expressions.join(' or ')})`),
    column('next due', ({ next }) => (next === null ? 'never' : `${minute(next)}, in ${span(next - now)}`)),
    column('last run', ({ run }) => (run === null ? 'never' : `${minute(run.started)} ${run.status}`)),
    column('last due time', ({ turn }) => ended(turn)),
  ];
}

/** How the last due time was dealt with; a run by hand is none. */
function ended(turn: EntryView['turn']): string {
  if (turn === null || turn.result === 'settled') return 'none yet';
  if (turn.result === 'skipped') return 'skipped: it was still at work';
  if (turn.result === 'running') return `runs on ${turn.host}`;
  return `${turn.result}, exit code ${turn.exit ?? '?'}`;
}

function span(ms: number): string {
  return prettyMs(Math.max(0, ms), { unitCount: ms < 3_600_000 ? 1 : 2, verbose: ms < 3_600_000 });
}
