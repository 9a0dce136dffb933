import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { whatIsDue } from '../domain/schedule/due.js';
import type { ScheduleEntry } from '../domain/schedule/entry.js';
import { EXIT } from '../errors.js';
import type { ScheduleBook, Turn } from './book.js';
import type { ProcessEnd } from './start-step.js';

/** A machine's own process, and what it knows of others of this machine. */
export interface Self {
  readonly host: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
  /** When this machine was started, ms since 1970. */
  readonly booted: number;
}

/** What waking an entry needs of the world. */
export interface EntryPorts {
  /** Opens the book for one question or two; a run of hours keeps no connection for it. */
  withBook<T>(work: (book: ScheduleBook) => Promise<T>): Promise<T>;
  /** Runs the step itself. */
  start(): Promise<ProcessEnd>;
  readonly clock: Clock;
  readonly self: Self;
  /** The zone in which the entry's times are meant. */
  readonly zone: string;
  /** From 0 to 1, by chance. */
  readonly chance: () => number;
  readonly stop: AbortSignal;
}

/** What came of waking an entry. */
export type Woken =
  | { readonly kind: 'held'; readonly since: number }
  | { readonly kind: 'not-due' }
  /** It was asked to end before it began. */
  | { readonly kind: 'ended' }
  /** Somebody else began it for this due time. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'ran'; readonly due: number; readonly end: ProcessEnd }
  /** The step was at work already, now `inARow` times one after the other. */
  | { readonly kind: 'skipped'; readonly due: number; readonly end: ProcessEnd; readonly inARow: number };

const SKIPS_COUNTED = 100;
/** SIGTERM, with which a machine that goes down ends what runs. */
const TERMINATED = 143;

/**
 * Runs an entry if it is due: if nobody has begun it for its last due time, on any of the machines that count as one. However
 * often and wherever it is woken, each due time is begun once; of several that were missed, the last.
 */
export async function runEntry(entry: ScheduleEntry, ports: EntryPorts): Promise<Woken> {
  const { clock, self, withBook, stop } = ports;
  const scope = entry.onOneServer ? '' : self.host;
  const readBook = async (book: ScheduleBook) => {
    const since = await book.heldSince(self.host);
    if (since !== null) return { held: since };
    const last = await book.last(entry.name, scope);
    const known = last === null ? null : { due: last.due, died: hasDied(last, self, entry.timeout) };
    return { due: whatIsDue(entry.at, ports.zone, clock(), known), last };
  };

  const first = await withBook(readBook);
  if (first.held !== undefined) return { kind: 'held', since: first.held };
  if (first.due === null) return { kind: 'not-due' };
  const { due } = first;
  if (entry.jitter > 0) {
    await sleep(entry.jitter * ports.chance(), undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return { kind: 'ended' };
  }

  const { host, pid } = self;
  const now = { host, pid, begun: clock(), ended: null, result: 'running', exit: null } as const;
  const turn: Turn = { entry: entry.name, scope, due, ...now };
  const { last } = first;
  const begun = await withBook((book) => (last?.due === due ? book.inherit(last, turn) : book.begin(turn)));
  if (!begun) return { kind: 'taken' };

  const end = await ports.start();
  const isSkip = end.exit === EXIT.busy && entry.withoutOverlapping;
  const outcome = end.exit === EXIT.done ? 'done' : 'failed';
  const result = isSkip ? 'skipped' : outcome;
  const inARow = await withBook(async (book) => {
    await book.end(turn, result, end.exit, clock());
    if (!isSkip) return 0;
    const turns = await book.lastTurns(entry.name, scope, SKIPS_COUNTED);
    const other = turns.findIndex((one) => one.result !== 'skipped');
    return other === -1 ? turns.length : other;
  });
  return isSkip ? { kind: 'skipped', due, end, inARow } : { kind: 'ran', due, end };
}

/**
 * Whether a turn of this machine was not brought to its end: its process is gone without a word, or was asked to go, before its
 * time was over, and this machine has started since.
 */
function hasDied({ result, exit, host, pid, begun, ended }: Turn, self: Self, timeout: number): boolean {
  if (host !== self.host) return false;
  if (exit === TERMINATED) return begun < self.booted && (ended ?? begun) - begun < timeout;
  if (result !== 'running') return false;
  return begun < self.booted || pid === self.pid || !self.isAlive(pid);
}
