import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import { codeOf, EXIT, OrderbakError } from '../errors.js';

const CHILD = new URL('./picture-child.js', import.meta.url);
const TIMEOUT_MS = 30_000;
/** A decoder takes about as long to start: less work than that is done sooner by those that run. */
const START_MS = 200;
/** What a photo takes of it, until it is known. */
const PHOTO_MS = 50;
/** What takes a second of the processor's time may take so many by the clock on a busy machine. */
const BUSY = 2;
const KILLED = 'the picture decoder was killed, as by a system that is short of memory';
/** How a decoder dies of its own work, without a signal too; any other was sent by somebody. */
const CRASHES: readonly (NodeJS.Signals | null)[] = [
  null,
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
];

/** What came of a picture file. */
export type PictureResult =
  /** What to write as the thumb. */
  | { readonly kind: 'thumb'; readonly bytes: Buffer }
  /** A document, an archive, a text, a Photoshop file: no thumb is expected. */
  | { readonly kind: 'not-picture' }
  /** It is or claims to be a picture, but no decoder here reads it. `reason`: a few words for a person, without a path. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface PictureSource {
  /** Absolute, and openable by a child of this process (`/proc/<pid>/fd/<n>` is). */
  readonly path: string;
  /** The file's own name: decides which kind of bytes the thumb holds, never how the input is read. */
  readonly name: string;
}

/** Parent to child: one picture. `size` is the longest side of the thumb in pixels, `mostMs` the processor's time that it may take. */
export interface PictureJob extends PictureSource {
  readonly size: number;
  readonly mostMs: number;
}

/** Child to parent: `ready` once after its start, then one message a job. */
export type PictureMessage =
  | { readonly kind: 'ready' }
  | PictureResult
  /** The file could not be read at all, which says nothing about the picture in it. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string }
  /** The child gives up and ends. */
  | { readonly kind: 'outgrown'; readonly reason: string };

type Heard = PictureMessage | { readonly kind: 'crashed' | 'killed' | 'late'; readonly reason: string };

/**
 * Makes thumbnails in child processes, because pictures come from strangers: a picture that takes too long, needs too
 * much memory or crashes its decoder costs a child, never the run. Children start when they are needed and are used again.
 */
export class Pictures {
  readonly #size: number;
  readonly #timeoutMs: number;
  readonly #workers: number;
  readonly #limit: LimitFunction = pLimit(1);
  readonly #children = new Set<ChildProcess>();
  readonly #idle: ChildProcess[] = [];
  #workedMs = 0;
  #closing: Promise<void> | undefined;

  /**
   * @param options.size longest side of a thumb, in pixels
   * @param options.workers how many pictures at most at once; default: the number of cores, at most 4
   * @param options.timeoutMs how long one picture may take of the processor's time, in milliseconds; default 30 000
   */
  constructor(options: { size: number; workers?: number; timeoutMs?: number }) {
    this.#size = options.size;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#workers = options.workers ?? Math.min(availableParallelism(), 4);
  }

  /**
   * The thumb of a picture file: upright, sRGB, 8 bit, without metadata, never larger than the picture.
   * @throws the system's error, with its `code`, when the file cannot be opened or read; OrderbakError `no-decoder` when
   *   the child program does not start, `decoder-killed` and `decoder-late` when somebody killed it or the machine did not let it
   *   work; Error after `close`. None of these says anything about the picture.
   */
  async render(source: PictureSource): Promise<PictureResult> {
    const job: PictureJob = {
      path: source.path,
      name: source.name,
      size: this.#size,
      mostMs: this.#timeoutMs,
    };
    const answered = this.#limit(() => this.#runTwice(job));
    this.#widen();
    const answer = await answered;
    switch (answer.kind) {
      case 'crashed':
      case 'outgrown':
        return { kind: 'unreadable', reason: answer.reason };
      case 'killed':
      case 'late':
        throw disturbed(answer.kind, answer.reason);
      case 'failed':
        throw Object.assign(new Error(answer.message), { code: answer.code });
      case 'ready':
        throw new Error('the picture decoder started twice');
      default:
        return answer;
    }
  }

  /**
   * Whether the file at `path` is there and is a picture that decodes to its last pixel: false for an empty, cut or other file.
   * (A file that lost its end mark and no pixel may pass.)
   * @throws as `render` does, but not for a missing file.
   */
  async decodes(path: string): Promise<boolean> {
    try {
      // Making a thumb reads every pixel, and an empty name claims nothing.
      return (await this.render({ path, name: '' })).kind === 'thumb';
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Ends the children and waits for their end. What still runs or waits is rejected. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const ends = Array.from(this.#children, (child) => {
      const end = new Promise<void>((resolve) =>
        child.once('exit', () => resolve()).once('error', () => resolve()),
      );
      child.kill('SIGKILL');
      return end;
    });
    await Promise.all(ends);
  }

  /** A decoder may crash, be killed, or be late on a machine that slept, for no fault of the picture. Who crashes twice was crashed by it. */
  async #runTwice(job: PictureJob): Promise<Heard> {
    const first = await this.#run(job);
    if (first.kind !== 'crashed' && first.kind !== 'killed' && first.kind !== 'late') return first;
    const second = await this.#run(job);
    return second.kind === 'crashed' ? first : second;
  }

  async #run(job: PictureJob): Promise<Heard> {
    this.#mustBeOpen();
    const child = this.#idle.pop() ?? (await this.#start());
    const begun = performance.now();
    // A child that died meanwhile is noticed by the end of its channel.
    child.send(job, () => undefined);
    const answer = await this.#hear(child, this.#timeoutMs * BUSY);
    this.#workedMs += performance.now() - begun;
    this.#widen();
    this.#mustBeOpen();
    const isOver = child.killed || !child.connected;
    if (!isOver) this.#idle.push(child);
    return answer;
  }

  /** Lets as many decoders work as there has been work for, or as there is work waiting for. */
  #widen(): void {
    const workMs = Math.max(this.#workedMs, this.#limit.pendingCount * PHOTO_MS);
    const wanted = Math.min(this.#workers, 1 + Math.floor(workMs / START_MS));
    if (wanted > this.#limit.concurrency) this.#limit.concurrency = wanted;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(CHILD, {
      env: childEnvironment(),
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.once('disconnect', () => {
      const at = this.#idle.indexOf(child);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    // A child that could not even be created has no exit.
    child.on('error', () => child.pid === undefined && this.#children.delete(child));
    const first = await this.#hear(child, TIMEOUT_MS);
    this.#mustBeOpen();
    if (first.kind === 'ready') return child;
    if (first.kind === 'killed') throw disturbed(first.kind, first.reason);
    const why = 'reason' in first ? `: ${first.reason}` : '';
    throw new OrderbakError(
      EXIT.failed,
      'no-decoder',
      `the picture decoder does not start${why}`,
      'Install orderbak again on this machine: sharp brings a program for one system and processor.',
    );
  }

  /** The child's next message, or why there is none; a child that is late or gives up is killed. */
  #hear(child: ChildProcess, timeoutMs: number): Promise<Heard> {
    return new Promise((resolve) => {
      const settle = (heard: Heard): void => {
        clearTimeout(timer);
        child.off('message', onMessage).off('disconnect', onEnd).off('error', onEnd);
        resolve(heard);
      };
      const onExit = (): void => {
        if (CRASHES.includes(child.signalCode)) settle({ kind: 'crashed', reason: 'the decoder crashed' });
        else settle({ kind: 'killed', reason: `${KILLED} (${child.signalCode})` });
      };
      const onEnd = (): void => {
        const isDead = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
        if (isDead) onExit();
        else child.once('exit', onExit);
      };
      const onMessage = (message: unknown): void => {
        // The other end is our own program, of the same version.
        const heard = message as PictureMessage;
        if (heard.kind === 'outgrown') child.kill('SIGKILL');
        settle(heard);
      };
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        settle({ kind: 'late', reason: `the picture decoder did not answer for ${timeoutMs / 1000} s` });
      }, timeoutMs);
      // Not 'exit': that may be told before the last messages, the end of the channel never is.
      child.on('message', onMessage).once('disconnect', onEnd).once('error', onEnd);
    });
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new Error('the picture decoders are closed');
  }
}

/** The error of a decoder that was not let do its work: the next run may have better luck. */
function disturbed(how: 'killed' | 'late', reason: string): OrderbakError {
  const hint = 'See that this machine has memory and time left for it; the next run tries again.';
  return new OrderbakError(EXIT.failed, `decoder-${how}`, reason, hint);
}

/** A decoder that a picture takes over finds no password of ours, and a debugger's options are not for it. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^(ORDERBAK_|NODE_OPTIONS$)/i.test(key));
  return Object.fromEntries(kept);
}
