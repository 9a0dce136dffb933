import type { Config } from '../config/schema.js';
import type { Clock } from '../domain/clock.js';
import { exposition } from '../domain/exposition.js';
import { messageOf } from '../errors.js';
import { officeGauges, serverGauges } from '../reports/metrics.js';
import { writeDurably } from '../store/durable.js';
import { readStatus } from './status.js';

/** Writes the numbers for Prometheus' textfile collector: aside, then renamed. Answers what went wrong. */
export async function writeMetrics(config: Config, textfile: string): Promise<string[]> {
  try {
    const { server, office } = await readStatus(config);
    const gauges = [
      ...(server === null ? [] : serverGauges(server)),
      ...(office === null ? [] : officeGauges(office)),
    ];
    // The collector reads only what ends in .prom.
    await writeDurably(textfile, `${textfile}.${process.pid}.tmp`, exposition(gauges));
    return [];
  } catch (error) {
    return [`the metrics could not be written: ${messageOf(error)}`];
  }
}

const FRESH_MS = 60_000;

/** A costly question that is asked once a minute at most, however often the answer is wanted, and never twice at once. */
export function onceAMinute<T>(ask: () => Promise<T>, clock: Clock): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly at: number } | null = null;
  return () => {
    if (last !== null && clock() - last.at < FRESH_MS) return last.answer;
    const asked = { answer: ask(), at: clock() };
    last = asked;
    // What failed is asked again.
    asked.answer.catch(() => {
      if (last === asked) last = null;
    });
    return asked.answer;
  };
}
