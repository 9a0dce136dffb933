import type { Clock } from '../domain/clock.js';
import {
  type MonthLine,
  type NightLine,
  type NightSum,
  nightLines,
  nightsOf,
  spanOf,
} from '../domain/ledger.js';
import type { RunRecord } from '../domain/run.js';

/** What a ledger is read from. `zone` is that of its days. */
export interface LedgerParts {
  readonly zone: string;
  readonly clock: Clock;
  /** Null on a machine that has no orders. */
  readonly months: ((month: string | null) => Promise<MonthLine[]>) | null;
  /** What the office has said that it holds, by day; null where it says nothing. */
  readonly marks: ((from: string, to: string) => Promise<readonly Marked[]>) | null;
  /** What each step did in nights that end at these moments, the first of which begins at `from`; ms since 1970. */
  nightSums(from: number, ends: readonly number[]): Promise<readonly NightSum[]>;
  runsById(ids: readonly number[]): Promise<RunRecord[]>;
}

interface Marked {
  readonly day: string;
  readonly files: number;
  readonly bytes: number;
}

/** What was done: by the months in which orders were created, and night by night. */
export interface Ledger {
  readonly months: readonly MonthLine[];
  readonly nights: readonly NightLine[];
}

/** Reads what was done. `month` is one such as `2026-10`: its orders and its nights; null = all orders, and the last 31 nights. */
export async function readLedger(month: string | null, parts: LedgerParts): Promise<Ledger> {
  const { zone, clock, months, marks, nightSums, runsById } = parts;
  const span = spanOf(month, clock(), zone);
  const nights = nightsOf(span, zone);
  const ends = nights.map(({ to }) => to);
  const [monthly, marked, sums] = await Promise.all([
    months?.(month) ?? [],
    marks?.(span.fromDay, span.toDay) ?? [],
    nightSums(span.from, ends),
  ]);
  const lasts = await runsById(sums.map(({ last }) => last));
  const lines = [...nightLines(sums, lasts, nights), ...marked.map(markedLine)];
  return { months: monthly, nights: lines.sort((a, b) => a.night.localeCompare(b.night)) };
}

/** The office's own work, as the server sees it. */
function markedLine({ day, files, bytes }: Marked): NightLine {
  return {
    night: day,
    step: 'marked',
    runs: 0,
    done: files,
    skipped: 0,
    held: 0,
    failed: 0,
    bytes,
    status: 'completed',
  };
}
