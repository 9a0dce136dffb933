import type { Entry, Failure, Outcome, StepName } from '../steps/step.js';
import type { Log } from './ports.js';
import type { Summary } from './summary.js';

/** What is written to the log of one run: that it began and ended, and each file that was held back or failed. */
export class Journal {
  private run: number | null = null;

  constructor(
    private readonly log: Log,
    private readonly step: StepName,
  ) {}

  began(run: number, told: { readonly dryRun: boolean; readonly origin: string }): void {
    this.run = run;
    this.write('info', 'began', told);
  }

  /** `entries` are the files of which it came, where that is known: they tell the order. */
  came({ held = [], failed = [], notes = [] }: Outcome, entries: readonly Entry[]): void {
    for (const { id, path, reason } of held)
      this.write('warn', 'held back', { order: orderOf(id, path, entries), id, path, reason });
    for (const failure of failed) this.failed(failure, entries);
    for (const note of notes) this.write('info', note, {});
  }

  failed({ id, path, code, message: reason }: Failure, entries: readonly Entry[]): void {
    this.write('error', 'failed', { order: orderOf(id, path, entries), id, path, code, reason });
  }

  ended(summary: Summary): void {
    if (this.run !== null) this.write(summary.ok ? 'info' : 'error', 'ended', endOf(summary));
  }

  private write(level: 'info' | 'warn' | 'error', message: string, fields: object): void {
    this.log.write(level, message, { run: this.run, step: this.step, ...fields });
  }
}

/** The end of a run as the log has it. */
export function endOf({ counts, bytes, elapsedMs, exit, stopped, interrupted }: Summary): object {
  return { counts, bytes, elapsedMs, exit, interrupted, reason: stopped?.message ?? null };
}

function orderOf(id: number | null, path: string, entries: readonly Entry[]): number | null {
  const own = entries.find((entry) => (id === null ? entry.path === path : entry.id === id));
  const [first] = entries;
  const isOne = entries.every((entry) => entry.order === first?.order);
  return own?.order ?? (isOne ? (first?.order ?? null) : null);
}
