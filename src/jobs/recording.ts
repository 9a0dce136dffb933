import type { Step } from '../steps/step.js';
import { type Beat, startBeat } from './beat.js';
import { Control } from './control.js';
import type { JobOptions, JobPorts } from './options.js';
import type { Ending } from './ports.js';
import { Retries } from './retries.js';
import { RunWriter } from './run-writer.js';
import type { Tally } from './summary.js';
import { thisProcess } from './this-process.js';
import { Tracker } from './tracker.js';

/** A run that is written down while it goes, and steered by what is written there. */
export interface Recording {
  readonly run: number;
  readonly control: Control;
  readonly tracker: Tracker;
  readonly retries: Retries;
  /** Writes down how it ended. Throws when that cannot be done. */
  end(ending: Ending): Promise<void>;
}

/** Begins the record of a run, and listens from then on to what somebody wants of it. */
export async function startRecording<Item>(
  step: Pick<Step<Item>, 'name' | 'entries'>,
  options: JobOptions,
  ports: JobPorts,
  tally: Tally,
): Promise<Recording> {
  const { runs, clock } = ports;
  const { dryRun, origin, version, kin, told, only, failedIn } = options;
  const control = new Control();
  let beat: Beat | null = null;
  const bell = await ports.openDoorbell(async () => beat?.now());
  try {
    const retries = new Retries(await runs.openFailures(step.name), {
      most: ports.attempts,
      now: clock(),
      named: only !== null || failedIn !== null,
      failedIn,
      again: step.entries !== undefined && !dryRun,
    });
    const tracker = new Tracker(tally, retries, clock);
    const { run, bells } = await runs.start({
      step: step.name,
      dryRun,
      origin,
      version,
      kin,
      told,
      ...thisProcess(),
      started: clock(),
      doorbell: bell?.path ?? null,
    });
    for (const dead of bells) await ports.removeBell(dead);
    const writer = new RunWriter({ id: run, kin }, { runs, control, tracker });
    beat = startBeat(
      () => writer.tell(),
      () => tracker.isFresh,
    );
    // Somebody may have held or cancelled the night before this step of it began.
    if (kin.night !== null) await beat.now();
    return {
      run,
      control,
      tracker,
      retries,
      async end(ending) {
        await beat?.close();
        await bell?.close();
        await writer.write(ending.status);
        retries.close();
        await runs.finish(run, ending, clock());
        if (dryRun) return;
        await runs.forget(clock() - ports.keep);
        await ports.clearLog();
      },
    };
  } catch (error) {
    await bell?.close();
    throw error;
  }
}
