import type { RunStatus } from '../domain/run.js';
import type { Control } from './control.js';
import type { RunRow, Runs, Wishes } from './ports.js';
import type { Tracker } from './tracker.js';

/** Where a run is written down, what it then obeys, and what knows how it goes. */
interface RunWriterParts {
  readonly runs: Pick<Runs, 'tell' | 'disown'>;
  readonly control: Control;
  readonly tracker: Tracker;
}

/** Writes down how a run goes, and hands what somebody wants of it to its control. */
export class RunWriter {
  constructor(
    private readonly run: RunRow,
    private readonly parts: RunWriterParts,
  ) {}

  /** Throws when it cannot be written down; what is new stays new. */
  async write(status: RunStatus): Promise<void> {
    const { runs, control, tracker } = this.parts;
    const progress = tracker.take(status);
    let wishes: Wishes;
    try {
      wishes = await runs.tell(this.run, progress);
    } catch (error) {
      tracker.putBack(progress);
      throw error;
    }
    control.obey(wishes);
    const strangers = wishes.untold.filter((order) => tracker.parts.isStranger(order));
    if (strangers.length > 0) await runs.disown(this.run.id, strangers);
  }

  /** Writes it down as it goes on, twice where the first time tells that it is to pause or to go on. Never throws. */
  async tell(): Promise<void> {
    try {
      const before = this.status;
      await this.write(before);
      if (this.status !== before) await this.write(this.status);
    } catch {
      // The database may be away for a moment; what is new stays so, and the end must be written down.
    }
  }

  private get status(): 'running' | 'paused' {
    return this.parts.control.isPaused ? 'paused' : 'running';
  }
}
