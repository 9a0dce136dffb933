import * as z from 'zod';
import type { Machine, NightStep } from '../domain/night.js';
import { EXIT } from '../errors.js';
import { reopenOrder, type Shop } from './build-shop.js';
import { commandFailed, type Finished, runOrderbak, startServing } from './commands.js';
import type { Place } from './place.js';

const migrateAnswer = z.object({ ok: z.literal(true), statements: z.int() });

const stepAnswer = z.object({
  ok: z.literal(true),
  counts: z.object({
    planned: z.int(),
    done: z.int(),
    skipped: z.int(),
    held: z.int(),
    failed: z.literal(0),
  }),
  bytes: z.number(),
  held: z.array(z.object({ id: z.int().nullable(), path: z.string(), reason: z.string() })),
});

type StepAnswer = z.infer<typeof stepAnswer>;

/** A step of the night that has been done. Time in ms, with the start of the process. */
export interface StepResult {
  readonly command: NightStep;
  readonly machine: Machine;
  readonly elapsedMs: number;
  readonly counts: StepAnswer['counts'];
  readonly bytes: number;
  readonly held: StepAnswer['held'];
}

/** Hears of the night while it goes on. */
export interface NightWatch {
  prepared(statements: number, elapsedMs: number): void;
  serving(url: string): void;
  step(step: StepResult): void;
  /** An order that is recorded already was reopened by the staff. */
  reopened(id: number, status: number): void;
}

/** What came of a night; `url` is where its server listened. */
export interface Night {
  readonly steps: readonly StepResult[];
  readonly url: string;
}

/**
 * Plays the night in the order of the clock, with the real commands. Between recording and removing, the staff reopen an order.
 * Throws when a command does not end well, and the reason of `stop` when that is aborted.
 */
export async function playNight(
  place: Place,
  shop: Shop,
  watch: NightWatch,
  stop: AbortSignal,
): Promise<Night> {
  const steps: StepResult[] = [];
  const play = async (machine: Machine, command: NightStep, url: string | null = null) => {
    const finished = await runOrderbak(place, { machine, args: [command, '--json'], url }, stop);
    const { counts, bytes, held } = answerOf(command, finished, stepAnswer);
    const step = { command, machine, elapsedMs: finished.elapsedMs, counts, bytes, held };
    steps.push(step);
    watch.step(step);
  };

  const migrate = { machine: 'server', args: ['migrate', '--json'], url: null } as const;
  const migrated = await runOrderbak(place, migrate, stop);
  watch.prepared(answerOf('migrate', migrated, migrateAnswer).statements, migrated.elapsedMs);
  const serving = await startServing(place, stop);
  try {
    watch.serving(serving.url);
    await play('server', 'insert');
    for (const { id, plan } of shop.orders) {
      if (plan.state === 'reopened') watch.reopened(id, await reopenOrder(place, id));
    }
    await play('server', 'unlink-discuss');
    await play('server', 'unlink-trash');
    await play('office', 'pull', serving.url);
    await play('server', 'unlink-backed-up');
  } finally {
    await serving.stop();
  }
  return { steps, url: serving.url };
}

/** What a command said under `--json`. Throws when it did not end well or said something else. */
function answerOf<T>(command: string, finished: Finished, answer: z.ZodType<T>): T {
  if (finished.exit !== EXIT.done) throw commandFailed(command, finished);
  const parsed = answer.safeParse(jsonOf(finished.stdout));
  if (!parsed.success) throw commandFailed(command, finished);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
