import { setFlagsFromString } from 'node:v8';
import { parentPort, type TransferListItem } from 'node:worker_threads';
import { codeOf, Doubt, messageOf } from '../errors.js';

/** What a worker thread can do; arguments and answers are copied on their way, buffers that change hands are not. */
export type Skills = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Asked {
  readonly id: number;
  readonly skill: string;
  readonly args: readonly unknown[];
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly fault: Fault };

/** An error on its way between threads, which would forget the system's code. */
export interface Fault {
  readonly message: string;
  readonly code: string;
  readonly isDoubt: boolean;
}

/** What is told of an error to another thread. */
export function faultOf(error: unknown): Fault {
  return { message: messageOf(error), code: codeOf(error), isDoubt: error instanceof Doubt };
}

/** An error as it was on the other thread: its words, and the system's code. */
export function errorOf({ message, code, isDoubt }: Fault): Error {
  if (isDoubt) return new Doubt(message);
  return code === '' ? new Error(message) : Object.assign(new Error(message), { code });
}

/** Answers what the main thread asks, for as long as it lives. `buffersOf`: the buffers of an answer that change hands. */
export function work(skills: Skills, buffersOf: (answer: unknown) => TransferListItem[] = () => []): void {
  // Who has threads keeps little for what is new, and V8 itself forgets that of the whole process with each thread that begins.
  setFlagsFromString('--semi-space-growth-factor=1');
  parentPort?.on('message', async ({ id, skill, args }: Asked) => {
    try {
      // The asker has the skill's own types; on the way between them they are not written down.
      const answer = await skills[skill]?.(...(args as never[]));
      parentPort?.postMessage({ id, answer } satisfies Reply, buffersOf(answer));
    } catch (error) {
      parentPort?.postMessage({ id, fault: faultOf(error) } satisfies Reply);
    }
  });
}
