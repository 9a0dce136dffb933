import Table from 'cli-table3';
import type { Fault } from './fault.js';
import type { Verdict } from './judge.js';
import type { Caught } from './mutate.js';

interface Line {
  readonly fault: string;
  expected: number;
  rounds: number;
  struck: number;
  removals: number;
  violations: number;
  nights: number;
  skipped: string | null;
}

/** Counts the rounds, says how it goes, and at the end what came of it. */
export class Score {
  private readonly lines = new Map<string, Line>();
  private readonly mutants: { name: string; end: string }[] = [];
  private survivors = 0;

  constructor(private readonly watched: boolean) {}

  get isClean(): boolean {
    return this.survivors === 0 && [...this.lines.values()].every((line) => line.violations === 0);
  }

  expect(fault: Fault, rounds: number): void {
    this.lineOf(fault).expected += rounds;
  }

  /** It cannot be played on this machine. */
  skip(fault: Fault, reason: string): void {
    this.lineOf(fault).skipped = reason;
  }

  /** One round was played; `replay` are the options that play it again. */
  add(fault: Fault, verdict: Verdict, replay: string): void {
    const line = this.lineOf(fault);
    line.rounds += 1;
    line.struck += verdict.struck ? 1 : 0;
    line.removals += verdict.removals;
    line.violations += verdict.violations.length;
    line.nights = Math.max(line.nights, verdict.nights);
    if (this.watched) process.stderr.write(`\r\x1b[K${fault.name}: ${line.rounds} of ${line.expected}`);
    if (verdict.violations.length === 0) return;
    const words = verdict.violations.map((violation) => `  ${violation}\n`).join('');
    process.stderr.write(`\n✖ ${fault.name}\n${words}  play it again: npm run chaos -- ${replay}\n`);
  }

  /** All rounds of a fault are played. */
  finish(fault: Fault): void {
    const { rounds, struck, removals, violations } = this.lineOf(fault);
    const start = this.watched ? '\r\x1b[K' : '';
    process.stderr.write(
      `${start}${fault.name}: ${rounds} rounds, ${struck} struck, ${removals} removals, ${violations} violations\n`,
    );
  }

  /** A mutant was hunted: how it was caught; null if it survived, a text if that could not be found out. */
  mutant(name: string, caught: Caught | string | null): void {
    if (caught === null || typeof caught === 'string') {
      this.survivors += 1;
      process.stderr.write(`\n✖ the mutant "${name}" ${caught ?? 'survived'}\n`);
      this.mutants.push({ name, end: caught ?? 'survived' });
    } else {
      const { fault, rounds, violation } = caught;
      this.mutants.push({ name, end: `${fault}, round ${rounds}: ${violation}` });
    }
  }

  mutantTable(): string {
    const table = new Table({ head: ['broken on purpose', 'caught by'], style: { head: [], border: [] } });
    for (const { name, end } of this.mutants) table.push([name, end]);
    return this.mutants.length === 0 ? '' : table.toString();
  }

  table(): string {
    if (this.lines.size === 0) return '';
    const table = new Table({
      head: ['fault', 'rounds', 'struck', 'removals seen', 'violations', 'runs to recover'],
      style: { head: [], border: [] },
    });
    for (const line of this.lines.values()) {
      const { fault, rounds, struck, removals, violations, nights, skipped } = line;
      table.push(
        skipped === null
          ? [fault, rounds, struck, removals, violations, nights]
          : [fault, `not played: ${skipped}`],
      );
    }
    return table.toString();
  }

  private lineOf(fault: Fault): Line {
    const line = this.lines.get(fault.name) ?? {
      fault: fault.name,
      expected: 0,
      rounds: 0,
      struck: 0,
      removals: 0,
      violations: 0,
      nights: 0,
      skipped: null,
    };
    this.lines.set(fault.name, line);
    return line;
  }
}
