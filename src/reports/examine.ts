import type { Clock } from '../domain/clock.js';
import { messageOf, OrderbakError } from '../errors.js';

/** What a check found out that did not throw. */
export interface Finding {
  readonly status: 'ok' | 'warning';
  readonly message: string;
  /** What to do about a warning. */
  readonly remedy?: string;
}

/** What a check answers that found something which a person should look at. */
export function warning(message: string, remedy: string): Finding {
  return { status: 'warning', message, remedy };
}

/** One question to a machine. What it throws is a failure, with the error's hint as the remedy. */
export interface Check {
  readonly name: string;
  /** Checks without which this one has nothing to look at. */
  readonly needs?: readonly string[];
  run(): Promise<Finding | string>;
}

/** A check that has been made; time in ms. */
export interface Examined {
  readonly name: string;
  readonly status: Finding['status'] | 'failed' | 'skipped';
  readonly message: string;
  readonly remedy: string | null;
  readonly elapsedMs: number;
}

/** Makes checks one after the other, and answers each as it is done. One whose needs failed is skipped. */
export async function* examine(checks: readonly Check[], clock: Clock): AsyncGenerator<Examined> {
  const broken = new Set<string>();
  for (const check of checks) {
    const began = clock();
    const missing = check.needs?.find((need) => broken.has(need));
    const found = missing === undefined ? await runCheck(check) : skipped(missing);
    if (found.status === 'failed' || found.status === 'skipped') broken.add(check.name);
    yield { name: check.name, ...found, elapsedMs: clock() - began };
  }
}

type Found = Omit<Examined, 'name' | 'elapsedMs'>;

async function runCheck(check: Check): Promise<Found> {
  try {
    const found = await check.run();
    if (typeof found === 'string') return { status: 'ok', message: found, remedy: null };
    return { status: found.status, message: found.message, remedy: found.remedy ?? null };
  } catch (error) {
    const remedy = error instanceof OrderbakError ? (error.hint ?? null) : null;
    return { status: 'failed', message: messageOf(error), remedy };
  }
}

function skipped(missing: string): Found {
  return { status: 'skipped', message: `not looked at: ${missing} comes first`, remedy: null };
}
