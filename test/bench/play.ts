import { execFileSync } from 'node:child_process';
import type { Contestant, Part, Race } from './bench.js';
import { addCosts, type Cost, medianCost } from './figures.js';

/** A row of the table: a contestant, or a contestant and what followed it. */
export interface Row {
  readonly name: string;
  readonly command: string;
  readonly promises: string;
  /** Null when it was not measured; then `why` says so. */
  readonly cost: Cost | null;
  readonly why?: string;
}

/** Plays a race: once to warm up, then in turn, A B C A B C, so that what changes on the machine meets all alike. */
export async function play(race: Race, rounds: number, say: (words: string) => void): Promise<Row[]> {
  const lanes = race.contestants.map((contestant) => new Lane(contestant));
  for (let round = 0; round <= rounds; round++) {
    for (const lane of lanes) {
      const words = await lane.run(round > 0);
      if (words !== null) say(`  ${round === 0 ? 'warm-up' : `round ${round}`}: ${lane.name} ${words}`);
    }
  }
  return lanes.flatMap((lane) => lane.rows());
}

class Lane {
  private readonly own: Cost[] = [];
  private readonly whole: Cost[] = [];
  private fault: string | undefined;

  constructor(private readonly contestant: Contestant) {
    this.fault = contestant.absent === undefined ? undefined : `not available here: ${contestant.absent}`;
  }

  get name(): string {
    return this.contestant.name;
  }

  /** Runs once, unless it has failed before; answers how that went. */
  async run(counts: boolean): Promise<string | null> {
    if (this.fault !== undefined) return null;
    const { contestant } = this;
    try {
      await contestant.before?.();
      // What others have written must not become this one's burden.
      execFileSync('sync');
      const own = await contestant.run();
      const whole = contestant.next === undefined ? own : addCosts(own, await contestant.next.run());
      await contestant.check();
      if (counts) {
        this.own.push(own);
        this.whole.push(whole);
      }
      return `${own.wall.toFixed(3)} s${whole === own ? '' : `, ${whole.wall.toFixed(3)} s with the rest`}`;
    } catch (error) {
      this.fault = `it did not do the work: ${error instanceof Error ? error.message : String(error)}`;
      return this.fault;
    }
  }

  rows(): Row[] {
    const { name, command, promises, next } = this.contestant;
    const rows = [this.row({ name, command, promises }, this.own)];
    return next === undefined ? rows : [...rows, this.row(next, this.whole)];
  }

  private row({ name, command, promises }: Omit<Part, 'run'>, costs: readonly Cost[]): Row {
    const row = { name, command, promises };
    return this.fault === undefined && costs.length > 0
      ? { ...row, cost: medianCost(costs) }
      : { ...row, cost: null, why: this.fault ?? 'it was not run' };
  }
}
