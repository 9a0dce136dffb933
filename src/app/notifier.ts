import type { Config } from '../config/schema.js';
import { NIGHT } from '../domain/night.js';
import { EXIT, messageOf, type OrderbakError } from '../errors.js';
import { endOf } from '../jobs/journal.js';
import type { Watcher } from '../jobs/ports.js';
import type { Summary } from '../jobs/summary.js';
import { openPings } from '../notify/pings.js';
import { alarm, newsOf, newsOfNight } from './alarms.js';
import { openLog } from './log.js';

/** What runs by the clock, of which others want to hear. */
const NIGHTLY: ReadonlySet<string> = new Set([...NIGHT, 'run']);

/**
 * Tells others of one command: a service that waits for signs of life, a webhook, people by mail, monitoring. What does not
 * get through is answered in words and is never the run's failure.
 */
export interface Notifier {
  /** The watcher of a run; that it begins is told beside the work. */
  watching(watcher: Watcher): Watcher;
  /** Tells of one step that has ended; `text` is what a person is to read. */
  step(summary: Summary, text: string): Promise<string[]>;
  /** Tells that the command has ended with this exit code; `error` of a night that could not begin. */
  ended(exit: number, text: string, error?: OrderbakError): Promise<string[]>;
}

/** What tells others of a command, as far as the configuration names anybody. A dry run tells nobody. */
export function openNotifier(config: Config, command: string, dryRun: boolean): Notifier {
  const isTold = NIGHTLY.has(command) && !dryRun;
  const address = isTold ? config.notify.ping_url : null;
  const pings = address === null ? null : openPings(address, command);
  let begun: Promise<string[]> | null = null;
  return {
    watching: (watcher) => ({
      ...watcher,
      planning(name) {
        watcher.planning(name);
        if (pings !== null) begun ??= faultsOf(pings.start());
      },
    }),

    async step(summary, text) {
      if (summary.run === null) await tellNotBegun(summary, config);
      if (dryRun || summary.exit === EXIT.busy) return [];
      // Without a database there is nothing to count: the numbers stay what they were, and grow old.
      const faults = summary.exit === EXIT.away ? [] : await count(config);
      return isTold && !summary.interrupted
        ? [...faults, ...(await alarm(config, newsOf(summary, text)))]
        : faults;
    },

    async ended(exit, text, error) {
      // The run that is at work gives the signs of life.
      if (!isTold || exit === EXIT.busy) return [];
      const faults =
        pings === null ? [] : [...((await begun) ?? []), ...(await faultsOf(pings.end(exit, text)))];
      const isNight = command === 'run' && (error !== undefined || exit === EXIT.done);
      return isNight ? [...faults, ...(await alarm(config, newsOfNight(error ?? null, text)))] : faults;
    },
  };
}

/** Writes the numbers for monitoring where they are wanted. What counts them is loaded only then. */
async function count(config: Config): Promise<string[]> {
  const { textfile } = config.metrics;
  if (textfile === null) return [];
  const { writeMetrics } = await import('./metrics.js');
  return writeMetrics(config, textfile);
}

/** A run that has begun writes its own end. */
async function tellNotBegun(summary: Summary, config: Config): Promise<void> {
  const log = await openLog(config);
  const { run, command: step, ok } = summary;
  log.write(ok ? 'info' : 'error', 'ended', { run, step, ...endOf(summary) });
}

async function faultsOf(ping: Promise<void>): Promise<string[]> {
  return ping.then(
    () => [],
    (error: unknown) => [`the ping did not get through: ${messageOf(error)}`],
  );
}
