import type { Amount, RecordedAt } from './backlog.js';
import { counted } from './counted.js';
import { isShort, type Room } from './room.js';
import type { FailureRecord, RunRecord } from './run.js';

/** So long may a night be late before a person hears of it, ms. */
const LATE = 48 * 3_600_000;

/** Why a person should look: a short stable word, and a sentence. */
export interface Need {
  readonly code: string;
  readonly message: string;
}

/** What is known of one step: its last run, when it last went well, and when it is due next by the schedule (ms since 1970). */
export interface StepHealth {
  readonly step: string;
  readonly last: RunRecord | null;
  readonly lastGood: number | null;
  readonly next: number | null;
}

/** What the office's store holds. Moments are ms since 1970. */
export interface StoreFigures {
  readonly stored: Amount;
  /** What is held, and not marked on the server. */
  readonly unmarked: Amount;
  readonly unmarkedSince: number | null;
  /** Downloads that broke off. */
  readonly half: number;
  readonly lastMarked: number | null;
}

/**
 * What is wrong with the last runs of steps. `first` is the one without which nothing else has anything to do; the others may
 * wait for their turn after the machine's first run, which began at `begun`.
 */
export function runNeeds(
  steps: readonly StepHealth[],
  { first, begun }: { readonly first: string; readonly begun: number | null },
  now: number,
): Need[] {
  return steps.flatMap(({ step, last, lastGood, next }): Need[] => {
    if (last === null) {
      if (step === first) return [{ code: 'never', message: `${step} has never run` }];
      const isForgotten = next !== null && begun !== null && now - begun > LATE;
      return isForgotten ? [{ code: 'never', message: neverRan(step) }] : [];
    }
    const look = `\`orderbak jobs show ${last.id}\``;
    if (last.status === 'failed')
      return [{ code: 'failed', message: `${step} failed: ${last.error ?? last.lastError ?? look}` }];
    if (last.status === 'lost')
      return [{ code: 'lost', message: `${step} was lost: its process is gone; the next run goes on` }];
    if (last.status === 'paused')
      return [
        { code: 'paused', message: `${step} is paused; \`orderbak jobs resume ${last.id}\` lets it go on` },
      ];
    if (last.status === 'completed' && last.counts.failed > 0) {
      return [
        { code: 'partial', message: `${counted(last.counts.failed, 'file')} failed in ${step}; ${look}` },
      ];
    }
    const since = lastGood ?? last.started;
    return last.status !== 'running' && now - since > LATE
      ? [{ code: 'late', message: `${step} has not gone well for ${days(now - since)}` }]
      : [];
  });
}

function neverRan(step: string): string {
  return `${step} has never run; if that is meant so, write ${step.replaceAll('-', '_')} = "off" under [schedule]`;
}

/** Files that wait for the office for too long. */
export function waitingNeeds(oldest: RecordedAt | null, now: number): Need[] {
  if (oldest === null || now - oldest.at <= LATE) return [];
  return [
    {
      code: 'waiting',
      message: `files wait for the office for ${days(now - oldest.at)}; does \`orderbak pull\` run there?`,
    },
  ];
}

/** Copies of which the server was not told for too long. */
export function unmarkedNeeds({ unmarked, unmarkedSince }: StoreFigures, now: number): Need[] {
  if (unmarkedSince === null || now - unmarkedSince <= LATE) return [];
  const message = `${unmarked.files} copies are not marked on the server, the oldest for ${days(now - unmarkedSince)}`;
  return [{ code: 'unmarked', message }];
}

/** A disk with too little room; `place` says which. */
export function roomNeeds(room: Room | null, place: string): Need[] {
  return room !== null && isShort(room)
    ? [{ code: 'disk', message: `the disk of ${place} is nearly full` }]
    : [];
}

/** Files that failed so often that no run tries them any more; one need a step, which names the first of them. */
export function givenUpNeeds(failures: readonly FailureRecord[]): Need[] {
  return [...new Set(failures.map(({ step }) => step))].flatMap((step) => {
    const own = failures.filter((failure) => failure.step === step);
    const [first] = own;
    if (first === undefined) return [];
    const { path, attempts, message, run } = first;
    const others = own.length > 1 ? `, and ${own.length - 1} more` : '';
    const told = `${step} failed ${attempts} times on ${path} (${message})${others}`;
    return [{ code: 'given-up', message: `${told}; \`orderbak jobs retry ${run}\` tries again` }];
  });
}

function days(ms: number): string {
  const count = Math.floor(ms / 86_400_000);
  return count === 1 ? 'a day' : `${count} days`;
}
